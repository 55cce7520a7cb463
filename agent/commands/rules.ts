/** `sallyport rules`: how members have to be signed in, and what needs two people. */
import { stringify } from 'yaml'
import { z } from 'zod'
import { TenantRules } from '../../shared/schemas/tenant_rules.ts'
import { answer } from '../edge_client/edge_client.ts'
import { type FileKind, readYamlFile } from '../pipeline_files/yaml.ts'
import { type Difference, differenceText } from '../trust/difference.ts'
import { confirm } from './ask.ts'
import { shaped } from './edge_reply.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { facts } from './table.ts'

interface ShowOptions extends SessionOptions {
  readonly yaml?: boolean
}
interface EditOptions extends SessionOptions {
  readonly file: string
  readonly yes?: boolean
}

const help = `
Says line by line what changes, and asks. It counts at once, for sessions that exist too; refused where no owner could
sign in any more. It wants a confirmation of the last five minutes: sallyport login --fresh. Where the rules want two
people for anything, the refusal names the request; once another one has approved it, the same command is repeated with
--approval ID.

Examples:
  sallyport rules show --yaml > rules.yaml
  sallyport rules edit --file rules.yaml
  sallyport rules edit --file rules.yaml --yes --approval 019a…`

export const define: Define = (command, shell) => {
  sessionOptions(command.command('show').description('Show the rules of sign-in'))
    .option('--yaml', 'as a file, to edit')
    .addHelpText('after', '\nExamples:\n  sallyport rules show\n  sallyport rules show --yaml > rules.yaml')
    .action(shell.action((options: ShowOptions) => show(shell, options)))
  sessionOptions(
    command.command('edit').description('Change the rules of sign-in, by a file with all of them'),
  )
    .requiredOption('--file <file>', 'all of the rules; see sallyport rules show --yaml')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(shell.action((options: EditOptions) => edit(shell, options)))
}

const schema = z.strictObject({
  sallyport: z.literal(1, { error: 'the first line is "sallyport: 1"' }),
  ...TenantRules.shape,
}).transform(({ sallyport: _, ...rules }): TenantRules => rules)

const kind: FileKind<TenantRules> = {
  what: 'file of rules',
  schema,
  invalid: 'invalid_file',
  unavailable: [],
}

async function rulesOf({ edge }: Session): Promise<TenantRules> {
  return shaped(TenantRules, await answer(edge.GET('/v1/rules')))
}

async function show(shell: Shell, options: ShowOptions): Promise<void> {
  const rules = await rulesOf(openSession(shell, options))
  const text = options.yaml === true ? stringify({ sallyport: 1, ...rules }).trimEnd() : facts(linesOf(rules))
  shell.result(rules, text)
}

async function edit(shell: Shell, options: EditOptions): Promise<void> {
  const next = readYamlFile(options.file, kind).value
  const session = openSession(shell, options)
  const before = await rulesOf(session)
  const changes = differencesOf(before, next)
  if (changes.length === 0) return shell.result({ rules: before, changes }, 'Nothing changes.')
  shell.note(differenceText(changes))
  await confirm(shell, 'Change the rules?', { yes: options.yes === true, option: '--yes' })
  const rules = await answer(session.edge.PUT('/v1/rules', { body: next }))
  shell.result({ rules, changes }, 'The rules are changed.')
}

function linesOf(rules: TenantRules): [string, string][] {
  const { sso_domains, session, approvals } = rules
  const two = Object.entries(approvals).filter(([, wanted]) => wanted).map(([what]) => what)
  return [
    ['passwords', rules.passwords],
    ['second factor', rules.mfa],
    ['second factor by the word of', rules.mfa_from.join(', ') || 'nobody'],
    [
      'domains that sign in by a provider',
      sso_domains.map(({ domain, provider }) => `${domain} (${provider})`).join(', ') || 'none',
    ],
    ['issuers', rules.issuers?.join(', ') ?? 'those of the installation and of the tenant'],
    ['a session ends', `${session.idle_minutes} minutes idle, ${session.absolute_hours} hours in all`],
    ['two people for', two.join(', ') || 'nothing'],
    [
      'an agent is approved by',
      rules.agent_approval === 'anyone' ? 'anyone who may' : 'another than made its token',
    ],
  ]
}

function differencesOf(before: TenantRules, next: TenantRules): readonly Difference[] {
  const was = new Map(linesOf(before))
  return linesOf(next).filter(([name, value]) => was.get(name) !== value)
    .map(([name, value]): Difference => ({ sign: '~', text: `${name}: ${was.get(name)} → ${value}` }))
}
