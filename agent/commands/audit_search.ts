/** `sallyport audit search`: entries by what was done, by whom, to what and when. */
import type { Command } from 'commander'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { answer } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { entryLine } from './audit_entry.ts'
import { namesSeen } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface SearchOptions extends SessionOptions {
  readonly action?: string
  readonly actor?: string
  readonly target?: string
  readonly since?: string
  readonly until?: string
  readonly after?: string
  readonly most: string
}

const help = `
Oldest first. Names are those that the edge shows you now; the log itself holds ids. What the edge answers is not proven
by a search: sallyport audit export, then audit verify, is.

Examples:
  sallyport audit search --actor "Grace" --since 7d
  sallyport audit search --action member. --since 2026-11-01 --until 2026-12-01
  sallyport audit search --target default --action project.deleted --json`

export function defineAuditSearch(command: Command, shell: Shell): void {
  sessionOptions(command.command('search').description('Find entries: by action, who, what and when'))
    .option('--action <action>', 'member.invited, say; with a dot at its end all that begin so: member.')
    .option('--actor <who>', 'who did it: a member by name, or an id')
    .option('--target <what>', 'what it was done to: a name, or what the log says')
    .option('--since <time>', 'from then on: 2026-11-22, 2026-11-22T08:00:00Z, or 30m, 24h, 7d ago')
    .option('--until <time>', 'before then')
    .option('--after <index>', 'only behind this entry')
    .option('--most <number>', 'so many at most', '100')
    .addHelpText('after', help)
    .action(shell.action((options: SearchOptions) => search(shell, options)))
}

async function search(shell: Shell, options: SearchOptions): Promise<void> {
  const most = whole(options.most, '--most')
  const after = options.after === undefined ? {} : { after: whole(options.after, '--after') }
  const { action, actor, target, since, until } = options
  const time = {
    ...(since === undefined ? {} : { since: timeOf(since, '--since') }),
    ...(until === undefined ? {} : { until: timeOf(until, '--until') }),
  }
  const session = openSession(shell, options)
  const names = await namesSeen(session)
  const query = {
    ...time,
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor: idNamed(names, actor, '--actor') ?? notThere(actor) }),
    ...(target === undefined ? {} : { target: idNamed(names, target, '--target') ?? target }),
  }
  let shown = 0
  // A page may be empty and not the last: the edge looks at a part of the log at a time.
  for (let at: { readonly cursor?: string; readonly after?: number } = after;;) {
    const page = { ...query, ...at, limit: Math.min(100, most - shown) }
    const { data, next_cursor } = await answer(session.edge.GET('/v1/audit', { params: { query: page } }))
    for (const entry of data) shell.result(entry, entryLine(entry, names))
    shown += data.length
    if (!next_cursor) break
    if (shown >= most) {
      shell.note(`There may be more. Go on: --after ${data.at(-1)?.index}`)
      break
    }
    at = { cursor: next_cursor }
  }
  if (shown === 0) shell.note('Nothing in the log fits.')
}

function whole(text: string, option: string): number {
  const least = option === '--most' ? 1 : 0
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text)
  throw new UsageError(`${option} is a whole number from ${least} on.`)
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

function timeOf(text: string, option: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const at = count === undefined
    ? Date.parse(text)
    : Date.now() - Number(count) * unitMs[unit as 'm' | 'h' | 'd']
  if (!Number.isNaN(at) && (count !== undefined || /^\d{4}-\d\d-\d\d/.test(text))) {
    return new Date(at).toISOString()
  }
  throw new UsageError(
    `${option} is a time such as 2026-11-22, 2026-11-22T08:00:00Z, or 24h for that long ago.`,
  )
}

/** The only id that has the name; null where none has. */
function idNamed(names: ReadonlyMap<string, string>, wanted: string, option: string): string | null {
  if (Id.safeParse(wanted).success) return wanted
  const ids = [...names].filter(([, name]) => name === wanted).map(([id]) => id)
  if (ids.length > 1) throw new UsageError(`${option}: ${ids.length} are called ${wanted}; give the id.`)
  return ids[0] ?? null
}

function notThere(wanted: string): never {
  throw new Fault(
    'not_found',
    `Nobody that you may see is called ${printable(wanted)}. See: sallyport members list`,
  )
}
