/** `sallyport policy edit`: the next policy as a draft of the next trust document, line by line against the last. */
import type { Command } from 'commander'
import { Fault } from '../../shared/faults.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { type Difference, differenceText } from '../trust/difference.ts'
import { draftPath, gathered, newDraft, writeDraft } from '../trust/draft.ts'
import * as edits from '../trust/edits.ts'
import { withPolicy } from '../trust/new_tenant.ts'
import { readPolicyFile } from '../trust/policy_file.ts'
import { peopleTrust } from './people_trust.ts'
import { besideText, placeText, policyInForce } from './policy_in_force.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Shell } from './shell.ts'
import { draftOf, lastDsse, nextOf } from './trust_edit.ts'

interface EditOptions extends SessionOptions {
  readonly file: string
}

const editHelp = `
Makes a draft of the next trust document, which commits to the new policy, and says line by line what changes. It
counts once it is signed and published: sallyport trust sign, sallyport trust publish.

Examples:
  sallyport policy show --yaml > policy.yaml
  sallyport policy edit --file policy.yaml`

export function definePolicyEdit(command: Command, shell: Shell): void {
  sessionOptions(command.command('edit').description('Make the next policy, as a draft'))
    .requiredOption('--file <file>', 'the whole policy; see sallyport policy --help')
    .addHelpText('after', editHelp)
    .action(shell.action((options: EditOptions) => edit(shell, options)))
}

async function edit(shell: Shell, options: EditOptions): Promise<void> {
  const next = readPolicyFile(options.file)
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const before = await policyInForce(shell, { session, trust, options }).catch(unreadable)
  const begun = draftOf(shell.home, trust)
  const start = edits.edited(begun?.document ?? nextOf(trust), [edits.withTimes(Date.now(), undefined)])
  const { document, policy } = withPolicy(start, next)
  const draft = newDraft(document, { previous: lastDsse(trust), policy })
  writeDraft(shell.home, draft)
  const changes = policyDifferences(before === 'sealed' ? null : before, next)
  if (before === 'sealed') {
    shell.warn('the policy in force opens with no key here: what follows is the new one, not the difference.')
  }
  shell.note(
    `The draft is ${draftPath(shell.home)}. Next: sallyport trust sign, then sallyport trust publish`,
  )
  shell.result(
    { hash: gathered(draft).hash, version: document.version, changes },
    changes.length === 0 ? 'Nothing changes.' : differenceText(changes),
  )
}

/** No policy yet is an empty one; one that does not open here is said to be so. */
function unreadable(error: unknown): null | 'sealed' {
  if (error instanceof Fault && error.code === 'policy_missing') return null
  if (error instanceof Fault && error.code === 'kid_missing') return 'sealed'
  throw error
}

/** By what lines say: where they stand is no difference. */
export function policyDifferences(before: Policy | null, next: Policy): readonly Difference[] {
  const was = before === null ? [] : textsOf(before)
  const is = textsOf(next)
  return [
    ...was.filter((text) => !is.includes(text)).map((text): Difference => ({ sign: '-', text })),
    ...is.filter((text) => !was.includes(text)).map((text): Difference => ({ sign: '+', text })),
  ]
}

function textsOf(policy: Policy): string[] {
  const lines = policy.allow.map((tuple) => `may ${tuple.direction} ${tuple.connector} ${placeText(tuple)}`)
  return [...new Set([...lines, ...besideText(policy)])]
}
