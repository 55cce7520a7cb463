/** `sallyport policy`: what agents may read and write. */
import { stringify } from 'yaml'
import { policyExample } from '../trust/policy_file.ts'
import { peopleTrust } from './people_trust.ts'
import { definePolicyEdit } from './policy_edit.ts'
import { definePolicyExplain } from './policy_explain.ts'
import { besideText, placeText, policyInForce } from './policy_in_force.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

export const define: Define = (command, shell) => {
  const indented = policyExample.trimEnd().replaceAll(/^/gm, '  ')
  command.addHelpText(
    'after',
    `\nA policy file, for sallyport policy edit --file FILE (or init --policy FILE):\n\n${indented}`,
  )
  sessionOptions(
    command.command('show').description('Show the policy of the current trust document, opened here'),
  )
    .option('--yaml', 'as a policy file, to edit')
    .addHelpText(
      'after',
      '\nIt opens with a reader key for all projects, or the ring of a pool.\n\nExamples:\n' +
        '  sallyport policy show\n  sallyport policy show --yaml > policy.yaml',
    )
    .action(shell.action((options: ShowOptions) => show(shell, options)))
  definePolicyEdit(command, shell)
  definePolicyExplain(command, shell)
}

interface ShowOptions extends SessionOptions {
  readonly yaml?: boolean
}

async function show(shell: Shell, options: ShowOptions): Promise<void> {
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const policy = await policyInForce(shell, { session, trust, options })
  if (options.yaml === true) {
    return shell.result(policy, stringify({ sallyport: 1, ...policy }).trimEnd())
  }
  const rows = policy.allow.map((tuple, at) =>
    [String(at + 1), tuple.direction, tuple.connector, placeText(tuple)] as const
  )
  const lines = [
    table(['line', 'may', 'connector', 'where'], rows) || 'Nothing is allowed.',
    ...besideText(policy),
  ]
  shell.result(policy, lines.join('\n'))
}
