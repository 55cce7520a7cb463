/** `sallyport webhooks`: where somebody else's program starts a pipeline, and the secret that it signs with. */
import { answer } from '../edge_client/edge_client.ts'
import { confirm } from './ask.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

const MOST_HOURS = 720

interface RotateOptions extends ProjectOptions {
  readonly overlap: string
}

interface DeleteOptions extends ProjectOptions {
  readonly yes?: boolean
}

const callHelp = `
A call is a POST whose header Sallyport-Timestamp holds the seconds since 1970, and Sallyport-Signature "v1=" and
HMAC-SHA256 in hex, under the secret, over the time stamp, a dot and the body:

  t=$(date +%s); body='{}'
  s=$(printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
  curl -H "Sallyport-Timestamp: $t" -H "Sallyport-Signature: v1=$s" --data-binary "$body" URL

How often a day it starts the pipeline is signed: triggers: { webhook: { per_day: 24 } } in its file.

Examples:
  sallyport webhooks create orders`

export const define: Define = (command, shell) => {
  sessionOptions(
    command.command('create').description('Make the webhook of a pipeline, and show its secret once'),
  )
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .addHelpText('after', callHelp)
    .action(shell.action((name: string, options: ProjectOptions) => create(shell, name, options)))
  sessionOptions(command.command('show').description('Show the webhook of a pipeline'))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .addHelpText('after', '\nExamples:\n  sallyport webhooks show orders')
    .action(shell.action((name: string, options: ProjectOptions) => show(shell, name, options)))
  sessionOptions(command.command('rotate').description('Give the webhook another secret, and show it once'))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--overlap <hours>', 'for so long the secret before counts as well; 0: not at all', '24')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport webhooks rotate orders\n  sallyport webhooks rotate orders --overlap 0',
    )
    .action(shell.action((name: string, options: RotateOptions) => rotate(shell, name, options)))
  sessionOptions(command.command('delete').description('Delete the webhook of a pipeline'))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  sallyport webhooks delete orders')
    .action(shell.action((name: string, options: DeleteOptions) => remove(shell, name, options)))
}

async function named(shell: Shell, name: string, options: ProjectOptions) {
  const project = await openProject(shell, options)
  const { id, name: called } = entryNamed(project, 'pipeline', name)
  return { edge: project.session.edge, params: { path: { id } }, called }
}

interface Shown {
  readonly id: string
  readonly url: string
  readonly created: string
  readonly rotated?: string
  readonly older_until?: string
  readonly secret?: string
}

function webhookText({ id, url, created, rotated, older_until, secret }: Shown): string {
  return facts([
    ['webhook', id],
    ['url', url],
    ['made', created],
    ...(rotated === undefined ? [] : [['secret of', rotated] as const]),
    ...(older_until === undefined ? [] : [['the one before', `counts until ${older_until}`] as const]),
    ...(secret === undefined ? [] : [['secret', `${secret} (shown once)`] as const]),
  ])
}

async function create(shell: Shell, name: string, options: ProjectOptions): Promise<void> {
  const { edge, params } = await named(shell, name, options)
  const made = await answer(edge.POST('/v1/pipelines/{id}/webhook', { params }))
  shell.result(made, webhookText(made))
}

async function show(shell: Shell, name: string, options: ProjectOptions): Promise<void> {
  const { edge, params } = await named(shell, name, options)
  const found = await answer(edge.GET('/v1/pipelines/{id}/webhook', { params }))
  shell.result(found, webhookText(found))
}

async function rotate(shell: Shell, name: string, options: RotateOptions): Promise<void> {
  const hours = Number(options.overlap)
  if (!Number.isInteger(hours) || hours < 0 || hours > MOST_HOURS) {
    throw new UsageError(`--overlap is from 0 to ${MOST_HOURS} hours.`)
  }
  const { edge, params } = await named(shell, name, options)
  const body = { overlap_hours: hours }
  const made = await answer(edge.POST('/v1/pipelines/{id}/webhook/rotate', { params, body }))
  shell.result(made, webhookText(made))
}

async function remove(shell: Shell, name: string, options: DeleteOptions): Promise<void> {
  const { edge, params, called } = await named(shell, name, options)
  await confirm(shell, `Delete the webhook of ${called}?`, { yes: options.yes === true, option: '--yes' })
  const gone = await answer(edge.DELETE('/v1/pipelines/{id}/webhook', { params }))
  shell.result(gone, `The webhook of ${called} is gone: no call of it starts anything any more.`)
}
