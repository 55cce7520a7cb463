/** What a destination remembers of its loads: what was committed by which run, and who may load next. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import type { Committed, Intent, Load, SliceId, State, Written } from '../connector.ts'
import { hasLedger, makeLedger } from './ledger_tables.ts'
import { quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/** How long a load waits for the one before it: a session that was killed is gone within moments. */
const leaseWaitMs = 3000

const readCommitted = 'isolation level read committed'

/** Staging of a run that nobody has gone on with for so long is swept by any load. */
const abandonedAfter = '7 days'

/** What an earlier attempt of this run set out to do. */
export interface Attempt {
  readonly intent: Intent
  /** What its staging was made by; null when there is none. */
  readonly shape: string | null
  readonly staging: TableName | null
  readonly done: ReadonlyMap<SliceId, Written>
}

interface IntentRow {
  target: string
  intent: string
  shape: string | null
  staging_schema: string | null
  staging_table: string | null
  there: boolean
}

const intentColumns = `target, intent::text as intent, shape, staging_schema, staging_table,
  pg_catalog.to_regclass(pg_catalog.quote_ident(staging_schema) || '.' || pg_catalog.quote_ident(staging_table))
    is not null as there`

export class Ledger {
  readonly #session: Session
  readonly #schema: string
  readonly #target: string

  constructor(session: Session, schema: string, target: TableName) {
    this.#session = session
    this.#schema = quoteName(schema)
    this.#target = tableText(target)
  }

  /** Makes the tables where they are not there yet. Throws `permission_denied`, saying what would help. */
  async prepare(): Promise<void> {
    await this.#session.begin(readCommitted)
    await makeLedger(this.#session, this.#schema)
    await this.#session.commit()
  }

  /**
   * Takes the target's lease, sweeps what dead runs have left, and leaves the transaction open that holds it: the lock
   * lasts as long as that. Throws `target_busy`, or `run_superseded`.
   */
  async take(load: Load): Promise<void> {
    const lock = lockNumber(this.#target)
    await this.#endEarlierAttempts(lock, load)
    // The claim is committed before the data, so that an attempt that was overtaken finds out.
    await this.#session.begin(readCommitted)
    await this.#lock(lock)
    await this.#claim(load)
    await this.#sweep(load)
    await this.#session.commit()
    await this.#session.begin(readCommitted)
    await this.#lock(lock)
    const [claim] = await this.#session.rows<{ run: string; ours: boolean }>(
      `select run::text as run, fence = $2::text::bigint as ours from ${this.#schema}.targets where target = $1`,
      [this.#target, String(load.fence)],
    )
    if (claim?.run === load.runId && claim.ours) return
    if (claim?.run === load.runId) throw new Fault('run_superseded')
    throw new Fault('target_busy', `Another run is loading ${this.#target}.`)
  }

  async #lock(lock: string): Promise<void> {
    try {
      await this.#session.run(
        `set local lock_timeout = ${leaseWaitMs}; select pg_catalog.pg_advisory_xact_lock(${lock});
         set local lock_timeout = '10s'`,
      )
    } catch (error) {
      if (error instanceof Fault && error.code === 'target_locked') {
        throw new Fault('target_busy', `Another run is loading ${this.#target}.`, { cause: error })
      }
      throw error
    }
  }

  async #claim(load: Load): Promise<void> {
    const claimed = await this.#session.rows(
      `insert into ${this.#schema}.targets as held (target, run, stream, fence)
       values ($1, $2::text::uuid, $3::text::integer, $4::text::bigint)
       on conflict (target) do update set run = excluded.run, stream = excluded.stream, fence = excluded.fence,
         changed_at = now()
       where held.run <> excluded.run or held.fence <= excluded.fence
       returning 1 as claimed`,
      [this.#target, load.runId, String(load.index), String(load.fence)],
    )
    if (claimed.length !== 1) throw new Fault('run_superseded')
  }

  /** An earlier attempt or try of this very run may still hold lock or staging through a dead network. */
  async #endEarlierAttempts(lock: string, load: Load): Promise<void> {
    await this.#session.rows(
      `select pg_catalog.pg_terminate_backend(a.pid)
       from pg_catalog.pg_stat_activity a
       where a.datname = current_database() and a.usename = current_user
         and a.pid <> pg_catalog.pg_backend_pid()
         and a.application_name ~ ('^sallyport ' || $2 || ' [0-9]+$')
         and split_part(a.application_name, ' ', 3)::bigint <= $3::text::bigint
         and exists (select from pg_catalog.pg_locks l where l.pid = a.pid and l.granted and (
           (l.locktype = 'advisory' and l.objsubid = 1
             and (l.classid::bigint << 32) | l.objid::bigint = $1::text::bigint)
           or (l.locktype = 'relation' and l.relation in (
             select pg_catalog.to_regclass(pg_catalog.quote_ident(i.staging_schema) || '.'
               || pg_catalog.quote_ident(i.staging_table))::oid
             from ${this.#schema}.intents i where i.target = $4))))`,
      [lock, load.runId, String(load.fence), this.#target],
    )
  }

  /** Under the lease of this target: what other runs staged for it is nobody's any more. */
  async #sweep(load: Load): Promise<void> {
    const left = await this.#session.rows<IntentRow>(
      `select ${intentColumns} from ${this.#schema}.intents
       where (target = $1 and run <> $2::text::uuid)
         or (target <> $1 and touched_at < now() - interval '${abandonedAfter}')`,
      [this.#target, load.runId],
    )
    for (const row of left) {
      if (row.target !== this.#target) {
        const [free] = await this.#session.rows<{ ours: boolean }>(
          `select pg_catalog.pg_try_advisory_xact_lock($1::text::bigint) as ours`,
          [lockNumber(row.target)],
        )
        if (free?.ours !== true) continue
      }
      await this.#drop(this.#session, row)
    }
  }

  async #drop(session: Session, { target, staging_schema, staging_table, there }: IntentRow): Promise<void> {
    if (there && staging_schema !== null && staging_table !== null) {
      await session.run(`drop table ${quoteTable({ schema: staging_schema, table: staging_table })}`)
    }
    await session.rows(
      `with gone as (delete from ${this.#schema}.intents where target = $1 returning run)
       delete from ${this.#schema}.slices s using gone where s.run = gone.run and s.target = $1
         and not exists (select from ${this.#schema}.loads l where l.run = gone.run and l.target = $1)`,
      [target],
    )
  }

  /** What an earlier attempt of this run committed for this target. */
  async committed(load: Load): Promise<Committed | null> {
    const [row] = await this.#session.rows<{ rows: string; bytes: string }>(
      `select rows::text as rows, bytes::text as bytes from ${this.#schema}.loads
       where run = $1::text::uuid and target = $2`,
      [load.runId, this.#target],
    )
    return row ? { rows: Number(row.rows), bytes: Number(row.bytes) } : null
  }

  /** The state, where there may be no ledger yet. */
  async known(): Promise<State | null> {
    return await hasLedger(this.#session, this.#schema) ? await this.state() : null
  }

  async state(): Promise<State | null> {
    const [row] = await this.#session.rows<{ state: string }>(
      `select state::text as state from ${this.#schema}.targets where target = $1 and state is not null`,
      [this.#target],
    )
    if (!row) return null
    const { runId, rows, cursor } = JSON.parse(row.state) as State
    return { runId, rows, cursor: cursor ?? null }
  }

  /** Null when this is the first attempt, or nothing is left of the one before. */
  async attempt(load: Load): Promise<Attempt | null> {
    const [row] = await this.#session.rows<IntentRow>(
      `select ${intentColumns} from ${this.#schema}.intents where target = $1 and run = $2::text::uuid`,
      [this.#target, load.runId],
    )
    if (!row) return null
    const intent = JSON.parse(row.intent) as Intent
    const { staging_schema: schema, staging_table: table } = row
    const staging = row.there && schema !== null && table !== null ? { schema, table } : null
    const slices = staging === null
      ? []
      : await this.#session.rows<{ slice: string } & Record<string, string>>(
        `select slice, rows::text as rows, bytes::text as bytes from ${this.#schema}.slices
       where run = $1::text::uuid and target = $2`,
        [load.runId, this.#target],
      )
    const done = new Map(slices.map(({ slice, rows, bytes }) => [
      slice,
      { rows: Number(rows), bytes: Number(bytes) },
    ]))
    return { intent, shape: row.shape, staging, done }
  }

  /**
   * Keeps what this attempt sets out to do, in a transaction of its own on another session than the lease's, and drops
   * what an earlier attempt staged. `make`: what makes the staging. Throws `run_superseded`.
   */
  async keep(
    session: Session,
    load: Load,
    { intent, shape, staging, make }: {
      intent: Intent
      shape: string | null
      staging: TableName | null
      make: readonly string[]
    },
  ): Promise<void> {
    await session.begin(readCommitted)
    await session.run(`set local lock_timeout = '10s'`)
    await this.#mustBeOurs(session, load)
    const [before] = await session.rows<IntentRow>(
      `select ${intentColumns} from ${this.#schema}.intents where target = $1`,
      [this.#target],
    )
    if (before) await this.#drop(session, before)
    for (const statement of make) await session.run(statement)
    await session.rows(
      `insert into ${this.#schema}.intents (target, run, intent, shape, staging_schema, staging_table)
       values ($1, $2::text::uuid, $3::text::jsonb, $4, $5, $6)`,
      [
        this.#target,
        load.runId,
        JSON.stringify(intent),
        shape,
        staging?.schema ?? null,
        staging?.table ?? null,
      ],
    )
    await session.commit()
  }

  /** Inside the transaction of a slice that is to last. Throws `run_superseded`. */
  async keepSlice(
    session: Session,
    load: Load,
    { id, rows, bytes }: Committed & { id: SliceId },
  ): Promise<void> {
    await session.run(this.#sliceRow(load, id, { rows, bytes }))
    await session.rows(`update ${this.#schema}.intents set touched_at = now() where target = $1`, [
      this.#target,
    ])
    await this.#mustBeOurs(session, load)
  }

  async #mustBeOurs(session: Session, load: Load): Promise<void> {
    const ours = await session.rows(
      `select 1 as ours from ${this.#schema}.targets
       where target = $1 and run = $2::text::uuid and fence = $3::text::bigint for share`,
      [this.#target, load.runId, String(load.fence)],
    )
    if (ours.length !== 1) throw new Fault('run_superseded')
  }

  #sliceRow(load: Load, slice: SliceId, { rows, bytes }: Committed): string {
    return `insert into ${this.#schema}.slices (run, stream, slice, rows, bytes, target) values
      (${quoteText(load.runId)}::uuid, ${load.index}, ${quoteText(slice)}, ${rows}, ${bytes},
      ${quoteText(this.#target)})`
  }

  /**
   * Inside the transaction of the data: slices that have no row yet, load and state; the intent has had its time.
   * Throws `run_superseded`.
   */
  async record(
    load: Load,
    { slices, total, state }: { slices: ReadonlyMap<SliceId, Committed>; total: Committed; state: State },
  ): Promise<void> {
    for (const [slice, written] of slices) await this.#session.run(this.#sliceRow(load, slice, written))
    await this.#session.run(
      `delete from ${this.#schema}.intents where target = ${quoteText(this.#target)};
       insert into ${this.#schema}.loads (run, stream, target, mode, fence, rows, bytes) values
       (${quoteText(load.runId)}::uuid, ${load.index}, ${quoteText(this.#target)}, ${quoteText(load.mode)},
       ${load.fence}, ${total.rows}, ${total.bytes})`,
    )
    const kept = await this.#session.rows(
      `update ${this.#schema}.targets set state = $4::text::jsonb, changed_at = now()
       where target = $1 and run = $2::text::uuid and fence = $3::text::bigint returning 1 as kept`,
      [this.#target, load.runId, String(load.fence), JSON.stringify(state)],
    )
    if (kept.length !== 1) throw new Fault('run_superseded')
  }
}

/** The target's advisory lock: a signed 64-bit number out of its name. */
function lockNumber(target: string): string {
  return createHash('sha256').update(`sallyport ${target}`).digest().readBigInt64BE(0).toString()
}
