/** Sallyport's own tables in a destination: what was loaded, by which run, and who may load next. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import type { Committed, Load, State } from '../connector.ts'
import { quoteName, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/** How long a load waits for the one before it: a session that was killed is gone within moments. */
const leaseWaitMs = 3000

const readCommitted = 'isolation level read committed'

/** Number of the lock under which the ledger itself is made. */
const makeLock = '7303029462735061859'

export class Ledger {
  readonly #session: Session
  readonly #schema: string
  readonly #target: string

  constructor(session: Session, schema: string, target: TableName) {
    this.#session = session
    this.#schema = quoteName(schema)
    this.#target = tableText(target)
  }

  async #exists(): Promise<boolean> {
    const sql = 'select pg_catalog.to_regclass($1) is not null as there'
    const [row] = await this.#session.rows<{ there: boolean }>(sql, [`${this.#schema}.targets`])
    return row?.there === true
  }

  /** Makes the tables where they are not there yet. Throws `permission_denied`, saying what would help. */
  async prepare(): Promise<void> {
    await this.#session.begin(readCommitted)
    if (!(await this.#exists())) await this.#make()
    await this.#session.commit()
  }

  async #make(): Promise<void> {
    const schema = this.#schema
    // `if not exists` asks for the right to make schemas even where the schema is there.
    const [found] = await this.#session.rows<{ there: boolean }>(
      'select pg_catalog.to_regnamespace($1) is not null as there',
      [schema],
    )
    try {
      await this.#session.run(`
        select pg_catalog.pg_advisory_xact_lock(${makeLock});
        ${found?.there ? '' : `create schema if not exists ${schema};`}
        create table if not exists ${schema}.loads (
          run uuid, stream integer, target text not null, mode text not null, fence bigint not null,
          rows bigint not null, bytes bigint not null, committed_at timestamptz not null default now(),
          primary key (run, stream));
        create table if not exists ${schema}.slices (
          run uuid, stream integer, slice text, rows bigint not null, bytes bigint not null,
          primary key (run, stream, slice));
        create table if not exists ${schema}.targets (
          target text primary key, run uuid not null, stream integer not null, fence bigint not null,
          state jsonb, changed_at timestamptz not null default now())`)
    } catch (error) {
      await this.#session.run('rollback')
      if (!(error instanceof Fault) || error.code !== 'permission_denied') throw error
      throw new Fault(
        'permission_denied',
        `The role may not make its ledger. Run as an owner: create schema ${schema} authorization <role>, or name ` +
          'another schema as "ledger" in the connection.',
        { cause: error },
      )
    }
  }

  /**
   * Takes the target's lease, and leaves the transaction open that holds it: the lock lasts as long as that. Throws
   * `target_busy`, or `run_superseded`.
   */
  async take(load: Load): Promise<void> {
    const lock = lockNumber(this.#target)
    await this.#endEarlierAttempts(lock, load)
    // The claim is committed before the data, so that an attempt that was overtaken finds out.
    await this.#session.begin(readCommitted)
    await this.#lock(lock)
    await this.#claim(load)
    await this.#session.commit()
    await this.#session.begin(readCommitted)
    await this.#lock(lock)
    const [claim] = await this.#session.rows<{ run: string; ours: boolean }>(
      `select run::text as run, stream = $2::text::integer and fence = $3::text::bigint as ours
       from ${this.#schema}.targets where target = $1`,
      [this.#target, String(load.index), String(load.fence)],
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
       where held.run <> excluded.run or held.stream <> excluded.stream or held.fence <= excluded.fence
       returning 1 as claimed`,
      [this.#target, load.runId, String(load.index), String(load.fence)],
    )
    if (claimed.length !== 1) throw new Fault('run_superseded')
  }

  /** An attempt of this very run that lost its lease may still hold the lock through a dead network. */
  async #endEarlierAttempts(lock: string, load: Load): Promise<void> {
    await this.#session.rows(
      `select pg_catalog.pg_terminate_backend(a.pid)
       from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
       where l.locktype = 'advisory' and l.granted and l.objsubid = 1
         and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
         and (l.classid::bigint << 32) | l.objid::bigint = $1::text::bigint
         and a.usename = current_user and a.pid <> pg_catalog.pg_backend_pid()
         and a.application_name ~ ('^sallyport ' || $2 || ' [0-9]+$')
         and split_part(a.application_name, ' ', 3)::bigint < $3::text::bigint`,
      [lock, load.runId, String(load.fence)],
    )
  }

  /** What an earlier attempt of this run committed for this stream. */
  async committed(load: Load): Promise<Committed | null> {
    const [row] = await this.#session.rows<{ rows: string; bytes: string }>(
      `select rows::text as rows, bytes::text as bytes from ${this.#schema}.loads
       where run = $1::text::uuid and stream = $2::text::integer and target = $3`,
      [load.runId, String(load.index), this.#target],
    )
    return row ? { rows: Number(row.rows), bytes: Number(row.bytes) } : null
  }

  async state(): Promise<State | null> {
    const [row] = await this.#session.rows<{ run: string; rows: string }>(
      `select state->>'runId' as run, state->>'rows' as rows from ${this.#schema}.targets
       where target = $1 and state is not null`,
      [this.#target],
    )
    return row ? { runId: row.run, rows: Number(row.rows), cursor: null } : null
  }

  /** Inside the transaction of the data: slices, load and state. Throws `run_superseded`. */
  async record(load: Load, slices: ReadonlyMap<string, Committed>, state: State): Promise<void> {
    const run = `${quoteText(load.runId)}::uuid, ${load.index}`
    const total = { rows: 0, bytes: 0 }
    for (const [slice, { rows, bytes }] of slices) {
      total.rows += rows
      total.bytes += bytes
      await this.#session.run(
        `insert into ${this.#schema}.slices values (${run}, ${quoteText(slice)}, ${rows}, ${bytes})`,
      )
    }
    await this.#session.run(
      `insert into ${this.#schema}.loads (run, stream, target, mode, fence, rows, bytes) values
       (${run}, ${quoteText(this.#target)}, ${
        quoteText(load.mode)
      }, ${load.fence}, ${total.rows}, ${total.bytes})`,
    )
    const kept = await this.#session.rows(
      `update ${this.#schema}.targets set state = $5::text::jsonb, changed_at = now()
       where target = $1 and run = $2::text::uuid and stream = $3::text::integer and fence = $4::text::bigint
       returning 1 as kept`,
      [this.#target, load.runId, String(load.index), String(load.fence), JSON.stringify(state)],
    )
    if (kept.length !== 1) throw new Fault('run_superseded')
  }
}

/** The target's advisory lock: a signed 64-bit number out of its name. */
function lockNumber(target: string): string {
  return createHash('sha256').update(`sallyport ${target}`).digest().readBigInt64BE(0).toString()
}
