/** Sallyport's own tables in a database: what was loaded, by which run, and who may load next. */
import { z } from 'zod'
import type { Committed, Intent, Load, State, Written } from '../connector.ts'
import type { Value } from './catalog.ts'
import { folded } from './names.ts'

export interface Statement {
  readonly sql: string
  readonly values: readonly Value[]
}

export const ledgerTables: readonly string[] = [
  `create table if not exists sallyport_targets (
     target TEXT primary key, run TEXT not null, stream INTEGER not null, fence INTEGER not null,
     state TEXT, intent TEXT, shape TEXT, changed_at TEXT not null)`,
  `create table if not exists sallyport_loads (
     run TEXT not null, stream INTEGER not null, target TEXT not null, mode TEXT not null, fence INTEGER not null,
     "rows" INTEGER not null, bytes INTEGER not null, committed_at TEXT not null, primary key (run, stream, target))`,
  `create table if not exists sallyport_slices (
     run TEXT not null, stream INTEGER not null, slice TEXT not null, "rows" INTEGER not null,
     bytes INTEGER not null, primary key (run, stream, slice))`,
]

export const now = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`

/** Under which name a target stands in the ledger. */
export const targetOf = ({ target }: Pick<Load, 'target'>) => folded(target)

/** Takes the target over; changes nothing where a later attempt of this run has. */
export function claim(load: Load): Statement {
  return {
    sql:
      `insert into sallyport_targets (target, run, stream, fence, changed_at) values (?1, ?2, ?3, ?4, ${now})
      on conflict (target) do update set fence = excluded.fence, changed_at = excluded.changed_at,
        intent = case when run = excluded.run and stream = excluded.stream then intent end,
        shape = case when run = excluded.run and stream = excluded.stream then shape end,
        run = excluded.run, stream = excluded.stream
      where run <> excluded.run or stream <> excluded.stream or fence <= excluded.fence`,
    values: [targetOf(load), load.runId, load.index, load.fence],
  }
}

/** One row while the target is this attempt's. */
export function claimed(load: Load): Statement {
  return {
    sql: 'select 1 from sallyport_targets where target = ?1 and run = ?2 and stream = ?3 and fence = ?4',
    values: [targetOf(load), load.runId, load.index, load.fence],
  }
}

export function readTarget(load: Load): Statement {
  return {
    sql: 'select run, stream, fence, state, intent, shape from sallyport_targets where target = ?1',
    values: [targetOf(load)],
  }
}

/** By run and target: a newer version of the pipeline may have its streams in another order. */
export function readLoad(load: Load): Statement {
  return {
    sql: 'select "rows", bytes from sallyport_loads where run = ?1 and target = ?2',
    values: [load.runId, targetOf(load)],
  }
}

export function readSlices(load: Pick<Load, 'runId' | 'index'>): Statement {
  return {
    sql: 'select slice, "rows", bytes from sallyport_slices where run = ?1 and stream = ?2',
    values: [load.runId, load.index],
  }
}

export function dropSlices(run: string, stream: number): Statement {
  return { sql: 'delete from sallyport_slices where run = ?1 and stream = ?2', values: [run, stream] }
}

export function keepSlice(load: Load, slice: string, { rows, bytes }: Committed): Statement {
  return {
    sql: 'insert into sallyport_slices values (?1, ?2, ?3, ?4, ?5)',
    values: [load.runId, load.index, slice, rows, bytes],
  }
}

export function keepIntent(load: Load, intent: Intent, shape: string | null): Statement {
  return {
    sql: `update sallyport_targets set intent = ?5, shape = ?6, changed_at = ${now}
      where target = ?1 and run = ?2 and stream = ?3 and fence = ?4`,
    values: [...claimed(load).values, JSON.stringify(intent), shape],
  }
}

export function recordLoad(load: Load, { rows, bytes }: Committed): Statement {
  return {
    sql: `insert into sallyport_loads values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ${now})`,
    values: [load.runId, load.index, targetOf(load), load.mode, load.fence, rows, bytes],
  }
}

/** Changes one row while the target is this attempt's. */
export function keepState(load: Load, state: State): Statement {
  return {
    sql: `update sallyport_targets set state = ?5, intent = null, shape = null, changed_at = ${now}
      where target = ?1 and run = ?2 and stream = ?3 and fence = ?4`,
    values: [...claimed(load).values, JSON.stringify(state)],
  }
}

const stateSchema: z.ZodType<State> = z.strictObject({
  runId: z.string(),
  rows: z.int(),
  cursor: z.strictObject({ column: z.string(), value: z.string() }).nullable(),
})

const intentSchema: z.ZodType<Intent> = z.strictObject({
  upTo: z.string().nullable(),
  slices: z.array(z.string()),
  resumable: z.boolean(),
})

/** A target's row in the ledger. */
export interface Claim {
  readonly run: string
  readonly stream: number
  readonly fence: number
  readonly state: State | null
  readonly intent: Intent | null
  readonly shape: string | null
}

export function claimOf(row: readonly Value[]): Claim {
  const [run, stream, fence, state, intent, shape] = row
  return {
    run: String(run),
    stream: Number(stream),
    fence: Number(fence),
    state: typeof state === 'string' ? stateSchema.parse(JSON.parse(state)) : null,
    intent: typeof intent === 'string' ? intentSchema.parse(JSON.parse(intent)) : null,
    shape: typeof shape === 'string' ? shape : null,
  }
}

export function slicesOfRows(rows: readonly (readonly Value[])[]): Map<string, Written & Committed> {
  return new Map(rows.map(([slice, count, bytes]) => [
    String(slice),
    { rows: Number(count), bytes: Number(bytes) },
  ]))
}

export function sameIntent(one: Intent, other: Intent): boolean {
  return one.upTo === other.upTo && one.resumable === other.resumable &&
    one.slices.length === other.slices.length && one.slices.every((id, at) => id === other.slices[at])
}
