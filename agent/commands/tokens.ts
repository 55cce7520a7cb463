/** `sallyport tokens`: what lets a machine or a person call the API. */
import { type Permission, permissions } from '../../shared/permissions.ts'
import { Fault } from '../../shared/faults.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { handOver } from './hand_over.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface CreateOptions extends SessionOptions {
  readonly scopes?: string
  readonly days: string
  readonly out?: string
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List your tokens; the secrets are not among it'))
    .addHelpText('after', '\nExamples:\n  sallyport tokens list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('create').description('Make a token, shown once'))
    .argument('<name>', 'what it is for')
    .option(
      '--scopes <permissions>',
      'only these of your permissions, with commas (default: all that you hold)',
    )
    .option('--days <days>', 'days until it expires, at most 366', '90')
    .option('--out <file>', 'write the token to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport tokens create ci --scopes pipelines.write,index.write,trust.read --out ci-token.txt',
    )
    .action(shell.action((name: string, options: CreateOptions) => create(shell, name, options)))
  sessionOptions(command.command('revoke').description('Revoke a token'))
    .argument('<id>', 'id of the token')
    .addHelpText('after', '\nExamples:\n  sallyport tokens revoke 019a…')
    .action(shell.action((id: string, options: SessionOptions) => revoke(shell, id, options)))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const tokens = await everyPage((cursor) => answer(edge.GET('/v1/tokens', { params: { query: cursor } })))
  const rows = tokens.map((one) => [
    printable(one.name),
    one.revoked === undefined ? 'valid' : 'revoked',
    one.id,
    one.expires.slice(0, 10),
    one.last_used ?? 'never',
    one.scopes?.join(', ') ?? 'all of the role',
  ])
  shell.result(tokens, table(['name', 'state', 'id', 'expires', 'last used', 'scopes'], rows))
}

async function create(shell: Shell, name: string, options: CreateOptions): Promise<void> {
  const scopes = options.scopes?.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const unknown = scopes?.find((one) => !permissions.includes(one as Permission))
  if (unknown !== undefined) {
    throw new UsageError(`--scopes: ${unknown} is none of ${permissions.join(', ')}.`)
  }
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 366) throw new UsageError('--days is from 1 to 366.')
  const { edge } = openSession(shell, options)
  const body = {
    name,
    expires_in_days: days,
    ...(scopes === undefined ? {} : { scopes: scopes as Permission[] }),
  }
  const { token, ...made } = await answer(edge.POST('/v1/tokens', { body }))
  if (token === undefined) {
    throw new Fault('edge_unexpected', 'The edge made the token, but its answer was lost.')
  }
  handOver(shell, { secret: token, out: options.out, value: made })
}

async function revoke(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  await answer(edge.DELETE('/v1/tokens/{id}', { params: { path: { id } } }))
  shell.result({ id, revoked: true }, 'Revoked.')
}
