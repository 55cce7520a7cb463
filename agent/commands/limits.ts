/** `sallyport limits`: how many runs agents may have in hand at once. */
import { Id } from '../../shared/schemas/fields.ts'
import { LimitScope } from '../../shared/schemas/queue.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { seen } from './named.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

const MOST_RUNS = 1_000_000

const setHelp = `
Of what: tenant, pool:<name>, pipeline:<name or id>, connection:<name or id>. A connection counts as source and as
destination alike. Runs beyond a limit wait, and hold back none behind them; what agents have in hand goes on.

Examples:
  sallyport limits set connection:warehouse 4
  sallyport limits set pool:default 20`

const removeHelp = `
Examples:
  sallyport limits remove connection:warehouse`

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List limits, and how many runs each has in hand'))
    .addHelpText('after', '\nExamples:\n  sallyport limits list\n  sallyport limits list --json')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('set').description('Limit how many runs agents have in hand at once'))
    .argument('<what>', 'tenant, pool:…, pipeline:… or connection:…')
    .argument('<runs>', 'so many at most')
    .option('--project <name>', 'project of the pipeline or connection (default: the remembered one)')
    .addHelpText('after', setHelp)
    .action(
      shell.action((what: string, runs: string, options: ProjectOptions) =>
        set(shell, what, { ...options, runs })
      ),
    )
  sessionOptions(command.command('remove').description('Take a limit away'))
    .argument('<what>', 'as it was set, or as list shows it')
    .option('--project <name>', 'project of the pipeline or connection (default: the remembered one)')
    .addHelpText('after', removeHelp)
    .action(shell.action((what: string, options: ProjectOptions) => remove(shell, what, options)))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const { edge } = session
  const all = await everyPage((cursor) => answer(edge.GET('/v1/limits', { params: { query: cursor } })))
  const names = await namesOf(session, all.map(({ scope }) => scope))
  const rows = all.map(({ scope, runs, held }) => [
    shownAs(scope, names),
    String(runs),
    String(held),
    scope,
  ])
  const none = 'There are no limits. Set one: sallyport limits set connection:<name> <runs>'
  shell.result(all, table(['of', 'most', 'in hand', 'scope'], rows) || none)
}

/** What pipelines and connections with a limit are called, by id, as far as the caller may see them. */
async function namesOf({ edge }: Session, scopes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const any = (kind: string) => scopes.some((scope) => scope.startsWith(`${kind}:`))
  const pipelines = !any('pipeline')
    ? []
    : await seen(() =>
      everyPage((cursor) => answer(edge.GET('/v1/pipelines', { params: { query: cursor } })))
    )
  const connections = !any('connection')
    ? []
    : await seen(() =>
      everyPage((cursor) => answer(edge.GET('/v1/connections', { params: { query: cursor } })))
    )
  return new Map([...pipelines, ...connections].map(({ id, name }) => [id, name]))
}

function shownAs(scope: string, names: ReadonlyMap<string, string>): string {
  const [kind, of = ''] = scope.split(':')
  return of === '' ? scope : `${kind} ${printable(names.get(of) ?? of)}`
}

async function set(
  shell: Shell,
  what: string,
  options: ProjectOptions & { readonly runs: string },
): Promise<void> {
  const runs = Number(options.runs)
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw new UsageError(`So many runs are a whole number from 1 to ${MOST_RUNS}.`)
  }
  const { edge, scope } = await scoped(shell, what, options)
  const limit = await answer(edge.PUT('/v1/limits/{scope}', { params: { path: { scope } }, body: { runs } }))
  shell.result(limit, `${what}: at most ${limit.runs} at once, ${limit.held} in hand now`)
}

async function remove(shell: Shell, what: string, options: ProjectOptions): Promise<void> {
  const { edge, scope } = await scoped(shell, what, options)
  const gone = await answer(edge.DELETE('/v1/limits/{scope}', { params: { path: { scope } } }))
  shell.result(gone, `${what} has no limit any more.`)
}

/** Names stand for what the signed index lists under them; ids are taken as they are. */
async function scoped(
  shell: Shell,
  what: string,
  options: ProjectOptions,
): Promise<Pick<Session, 'edge'> & { readonly scope: string }> {
  const [, kind, named = ''] = /^(pipeline|connection):(.+)$/.exec(what) ?? []
  if (kind === undefined || Id.safeParse(named).success) {
    if (LimitScope.safeParse(what).success) return { edge: openSession(shell, options).edge, scope: what }
    throw new UsageError('Limits are of tenant, pool:<name>, pipeline:<name> or connection:<name>.')
  }
  const project = await openProject(shell, options)
  const { id } = entryNamed(project, kind as 'pipeline' | 'connection', named)
  return { edge: project.session.edge, scope: `${kind}:${id}` }
}
