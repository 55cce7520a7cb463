/** `sallyport tokens`: what lets a machine or a person call the API. */
import { type Permission, permissions } from '../../shared/permissions.ts'
import { Fault } from '../../shared/faults.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { handOver } from './hand_over.ts'
import { memberNamed, membersOf, placeOf, type PlaceOptions } from './named.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface CreateOptions extends SessionOptions, PlaceOptions {
  readonly scopes?: string
  readonly days?: string
  readonly network: readonly string[]
  readonly service?: string
  readonly out?: string
}
interface RotateOptions extends SessionOptions {
  readonly overlap: string
  readonly out?: string
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List tokens, without their secrets'))
    .addHelpText('after', '\nExamples:\n  sallyport tokens list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('create').description('Make a token, shown once'))
    .argument('<name>', 'what it is for')
    .option(
      '--scopes <permissions>',
      'only these of your permissions, with commas (default: all that you hold)',
    )
    .option('--workspace <workspace>', 'counts in this workspace alone, by name or id')
    .option('--project <project>', 'counts in this project alone, by name or id')
    .option('--network <range>', 'counts from this address or range alone (again for more)', gather, [])
    .option('--service <member>', 'for this machine, by name or id, where you may change members')
    .option('--days <days>', 'days until it expires, at most 366 (default: 90)')
    .option('--out <file>', 'write the token to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nIt may never do more than you, and no more than whoever holds it may at that time.\n\nExamples:\n' +
        '  sallyport tokens create ci --scopes pipelines.write,index.write,trust.read --out ci-token.txt\n' +
        '  sallyport tokens create nightly --project default --network 192.0.2.0/24 --days 30\n' +
        '  sallyport tokens create deploy --service deploy --scopes pipelines.write,index.write,trust.read',
    )
    .action(shell.action((name: string, options: CreateOptions) => create(shell, name, options)))
  sessionOptions(command.command('rotate').description('Give a token a new secret, shown once'))
    .argument('<token>', 'id, or its name where only one has it')
    .option('--overlap <minutes>', 'minutes that the old secret still counts, at most 10080', '0')
    .option('--out <file>', 'write the token to this file (mode 0600) instead of printing it')
    .addHelpText('after', '\nExamples:\n  sallyport tokens rotate ci --overlap 60 --out ci-token.txt')
    .action(shell.action((token: string, options: RotateOptions) => rotate(shell, token, options)))
  sessionOptions(command.command('revoke').description('Revoke a token; it stops working at once'))
    .argument('<token>', 'id, or its name where only one has it')
    .addHelpText('after', '\nExamples:\n  sallyport tokens revoke ci')
    .action(shell.action((token: string, options: SessionOptions) => revoke(shell, token, options)))
}

function gather(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

async function all({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/tokens', { params: { query: cursor } })))
}

type Token = Awaited<ReturnType<typeof all>>[number]

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const tokens = await all(session)
  // Whose they are matters to whoever sees those of others, and only such a one may see the members.
  const others = new Set(tokens.map(({ member }) => member)).size > 1
  const names = new Map((others ? await membersOf(session) : []).map(({ id, name }) => [id, name]))
  const rows = tokens.map((one) => [
    printable(one.name),
    ...(others ? [printable(names.get(one.member) ?? one.member)] : []),
    one.sort,
    stateOf(one),
    one.id,
    one.expires.slice(0, 10),
    one.last_used === undefined ? 'never' : `${one.last_used} from ${one.last_network ?? '?'}`,
    one.scopes?.join(', ') ?? 'all of the roles',
    one.place === undefined ? 'the tenant' : `${one.place.level} ${one.place.id}`,
    one.networks?.join(', ') ?? 'anywhere',
  ])
  const headings = [
    'name',
    ...(others ? ['whose'] : []),
    'kind',
    'state',
    'id',
    'expires',
    'last used',
    'may',
    'in',
    'from',
  ]
  shell.result(tokens, table(headings, rows))
}

function stateOf({ revoked, successor, expires }: Token): string {
  if (revoked !== undefined) return 'revoked'
  if (Date.parse(expires) <= Date.now()) return successor === undefined ? 'expired' : 'rotated'
  return successor === undefined ? 'valid' : `valid until ${expires}`
}

/** The one with this id, or the only one of this name that still counts. Throws `not_found` or a UsageError. */
async function tokenNamed(session: Session, wanted: string): Promise<Token> {
  const found = (await all(session)).filter((one) =>
    one.id === wanted || (one.name === wanted && stateOf(one) === 'valid')
  )
  const [token] = found
  if (token === undefined) {
    throw new Fault('not_found', `There is no token ${printable(wanted)}. See: sallyport tokens list`)
  }
  if (found.length > 1) throw new UsageError(`${found.length} tokens are called ${wanted}; give the id.`)
  return token
}

function whole(
  text: string,
  { option, least, most }: { option: string; least: number; most: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most)) throw new UsageError(`${option} is from ${least} to ${most}.`)
  return value
}

async function create(shell: Shell, name: string, options: CreateOptions): Promise<void> {
  const scopes = options.scopes?.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const unknown = scopes?.find((one) => !permissions.includes(one as Permission))
  if (unknown !== undefined) {
    throw new UsageError(`--scopes: ${unknown} is none of ${permissions.join(', ')}.`)
  }
  const { days } = options
  const lasting = days === undefined
    ? {}
    : { expires_in_days: whole(days, { option: '--days', least: 1, most: 366 }) }
  const session = openSession(shell, options)
  const place = await placeOf(session, options)
  const holder = options.service === undefined ? null : await serviceNamed(session, options.service)
  const body = {
    name,
    ...lasting,
    ...(scopes === undefined ? {} : { scopes: scopes as Permission[] }),
    ...(place === null ? {} : { place: { level: place.level, id: place.id } }),
    ...(options.network.length === 0 ? {} : { networks: [...options.network] }),
    ...(holder === null ? {} : { member: holder.id }),
  }
  handMade(shell, await answer(session.edge.POST('/v1/tokens', { body })), options.out)
}

/** Throws a UsageError for a person, and `conflict` for one whose invitation nobody has accepted. */
async function serviceNamed(session: Session, wanted: string) {
  const found = await memberNamed(session, wanted)
  const name = printable(found.name)
  if (found.kind !== 'service') {
    throw new UsageError(`${name} is a person, who makes tokens of their own. See: sallyport members list`)
  }
  if (found.state !== 'invited') return found
  throw new Fault(
    'conflict',
    `${name} has not accepted its invitation yet, which gives it its first token: on its machine, run sallyport login ` +
      `--url ${session.url.origin} --invitation-file FILE --pin <pin>. Is the invitation lost, invite it anew: ` +
      `sallyport members remove "${name}", then members invite "${name}" --service`,
  )
}

async function rotate(shell: Shell, wanted: string, options: RotateOptions): Promise<void> {
  const overlap = whole(options.overlap, { option: '--overlap', least: 0, most: 10_080 })
  const session = openSession(shell, options)
  const { id } = await tokenNamed(session, wanted)
  const body = { overlap_minutes: overlap }
  const made = await answer(session.edge.POST('/v1/tokens/{id}/rotate', { params: { path: { id } }, body }))
  handMade(shell, made, options.out)
}

function handMade(shell: Shell, made: Token & { readonly token?: string }, out: string | undefined): void {
  const { token, ...value } = made
  if (token === undefined) {
    throw new Fault('edge_unexpected', 'The edge made the token, but its answer was lost.')
  }
  handOver(shell, { secret: token, out, value })
}

async function revoke(shell: Shell, wanted: string, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const { id } = await tokenNamed(session, wanted)
  await answer(session.edge.DELETE('/v1/tokens/{id}', { params: { path: { id } } }))
  shell.result({ id, revoked: true }, 'Revoked.')
}
