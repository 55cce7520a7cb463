/** What the database says in the end, against what was acknowledged and what agents were handed. */
import type { Database } from './database.ts'
import type { Entry } from './swarm.ts'

export interface RunState {
  readonly id: string
  readonly pipeline: string
  readonly state: string
  readonly fence: number
  /** ms since 1970; null for a run that a person started. */
  readonly fire: number | null
}

export async function runsOf(database: Database): Promise<RunState[]> {
  const rows = await database.sql('select id, pipeline, state, fence, fire from run order by id')
  return rows as unknown as RunState[]
}

/** Runs that are not over. */
export async function underWay(database: Database): Promise<number> {
  const [row] = await database.sql(
    "select count(*) as n from run where state in ('queued', 'leased', 'running')",
  )
  return Number(row?.['n'])
}

/** How many entries of the audit log each run has under the action, of those whose text holds `like`. */
async function entries(database: Database, action: string, like = '%'): Promise<Map<string, number>> {
  const sql = `select json_extract(cast(bytes as text), '$.target') as run, count(*) as n from audit_leaf
    where action = ? and cast(bytes as text) like ? group by 1`
  return new Map((await database.sql(sql, [action, like])).map(({ run, n }) => [String(run), Number(n)]))
}

const several = (name: string, counts: ReadonlyMap<string, number>) =>
  [...counts].filter(([, n]) => n > 1).map(([run, n]) => `run ${run} was ${name} ${n} times`)

/** Runs that were handed out twice under one fence, in the words of those who got them. */
function doublyClaimed(journal: readonly Entry[]): string[] {
  const claims = new Map<string, number>()
  for (const entry of journal) {
    if (entry.kind !== 'claimed') continue
    const key = `${entry.run} under fence ${entry.fence}`
    claims.set(key, (claims.get(key) ?? 0) + 1)
  }
  return several('handed out', claims)
}

/**
 * Everything that is wrong, a sentence each; nothing when every acknowledged run is there and is over, each was made and
 * carried out once, no claim went to two agents, and no end that was acknowledged is lost.
 */
export async function wrongs(
  database: Database,
  { acknowledged, journal }: { readonly acknowledged: Iterable<string>; readonly journal: readonly Entry[] },
): Promise<string[]> {
  const runs = new Map((await runsOf(database)).map((run) => [run.id, run]))
  const asked = new Set(acknowledged)
  const completed = await entries(database, 'run.completed', '%"state":"succeeded"%')
  return [
    ...[...asked].filter((id) => !runs.has(id)).map((id) => `run ${id} was acknowledged, and is lost`),
    ...[...runs.values()].filter(({ id, fire }) => fire === null && !asked.has(id))
      .map(({ id }) => `run ${id} is there, and nobody asked for it`),
    ...[...runs.values()].filter(({ state }) => state !== 'succeeded')
      .map(({ id, state }) => `run ${id} ends ${state}`),
    ...several('made', await entries(database, 'run.created')),
    ...several('completed', completed),
    ...[...runs.keys()].filter((id) => !completed.has(id)).map((id) => `run ${id} has no end in the log`),
    ...doublyClaimed(journal),
    ...journal.flatMap((entry) =>
      entry.kind === 'ended' && runs.get(entry.run)?.state !== entry.state
        ? [`the end of run ${entry.run} was acknowledged as ${entry.state}`]
        : []
    ),
  ]
}
