/**
 * Sallyport's own tables in a destination: what was loaded, by which run, and who may load next.
 *
 * The lease is a lock of the session (GET_LOCK) under the target's name: whoever has it has seen the session end that
 * had it before, so nothing that an overtaken attempt still says reaches the target. A load ends in one of two ways:
 *
 * - In one transaction: data, slices, load, state. It is there whole or not at all.
 * - By RENAME TABLE, which is whole or not at all too, but no part of a transaction. So a small table is renamed in the
 *   same statement, from `…_mark` to `…_done`, and has in it what the ledger has to know. Dies the load
 *     before the RENAME: the target is as it was, and `_mark` says nothing: the next load of the target drops all of it;
 *     after it, before the ledger is written: the next load finds `_done`, writes the ledger from it and drops it;
 *     after the ledger is written: the same, and what is written twice is the same.
 *   The old table is `…_old` by then and goes last.
 */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import type { Committed, Intent, Load, SliceId, State, Written } from '../connector.ts'
import { ownPrefix } from './catalog.ts'
import { quoteName, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/** Seconds that a load waits for the one before it: a session that was killed is gone within moments. */
const leaseWait = 3

/** What an earlier attempt of this run has left. */
export interface Attempt {
  readonly intent: Intent
  /** What its staging was made by; null where it has none. */
  readonly shape: string | null
  readonly done: ReadonlyMap<SliceId, Written>
}

/** What a load leaves behind, whichever way it ends. */
export interface LoadRecord {
  readonly target: string
  readonly run: string
  readonly stream: number
  readonly fence: number
  readonly mode: string
  readonly total: Committed
  readonly state: State
}

const text = 'character set utf8mb4 collate utf8mb4_bin'

export class Ledger {
  readonly #session: Session
  readonly #database: string
  readonly #target: string
  readonly #lock: string

  constructor(session: Session, database: string, target: TableName) {
    this.#session = session
    this.#database = database
    this.#target = tableText(target)
    this.#lock = `sallyport ${createHash('sha256').update(this.#target).digest('hex').slice(0, 48)}`
  }

  #table(name: string): string {
    return `${quoteName(this.#database)}.${quoteName(`${ownPrefix}${name}`)}`
  }

  /** Makes the tables where they are not there yet. Throws `permission_denied`, saying what would help. */
  async prepare(): Promise<void> {
    const [found] = await this.#session.rows<[string]>(
      `select count(*) from information_schema.tables where table_schema = ${quoteText(this.#database)}
       and table_name in ('sallyport_loads', 'sallyport_slices', 'sallyport_targets', 'sallyport_attempts')`,
    )
    if (found?.[0] === '4') return
    try {
      for (const statement of this.#tables()) await this.#session.run(statement)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'permission_denied') throw error
      throw new Fault(
        'permission_denied',
        `The account may not make its ledger. Run as an administrator: grant create, select, insert, update, delete on ${
          quoteName(this.#database)
        }.* to the account, or name another database as "ledger" in the connection.`,
        { cause: error },
      )
    }
  }

  #tables(): string[] {
    const run = `run char(36) ${text} not null, stream int not null`
    return [
      `create table if not exists ${this.#table('loads')} (${run}, target varchar(150) ${text} not null,
         mode varchar(16) ${text} not null, fence bigint not null, \`rows\` bigint not null, bytes bigint not null,
         committed_at datetime(6) not null default current_timestamp(6), primary key (run, stream)) engine = innodb`,
      `create table if not exists ${this.#table('slices')} (${run}, slice varchar(255) ${text} not null,
         \`rows\` bigint not null, bytes bigint not null, primary key (run, stream, slice)) engine = innodb`,
      `create table if not exists ${this.#table('targets')} (target varchar(150) ${text} primary key, ${run},
         fence bigint not null, state longtext ${text}, changed_at datetime(6) not null) engine = innodb`,
      `create table if not exists ${this.#table('attempts')} (${run}, target varchar(150) ${text} not null,
         intent longtext ${text}, shape varchar(64) ${text}, primary key (run, stream)) engine = innodb`,
    ]
  }

  /** Takes the target's lease for as long as the session lasts. Throws `target_busy`, or `run_superseded`. */
  async take(load: Load): Promise<void> {
    await this.#endEarlierAttempts(load)
    const lock = quoteText(this.#lock)
    const [got] = await this.#session.rows<[string | null]>(`select get_lock(${lock}, ${leaseWait})`)
    if (got?.[0] !== '1') throw new Fault('target_busy', `Another run is loading ${this.#target}.`)
    const held = await this.#holder()
    if (held && held.run === load.runId && held.stream === load.index && held.fence > load.fence) {
      throw new Fault('run_superseded')
    }
    await this.#session.run(
      `insert into ${this.#table('targets')} (target, run, stream, fence, changed_at)
       values (${quoteText(this.#target)}, ${quoteText(load.runId)}, ${load.index}, ${load.fence}, now(6))
       on duplicate key update run = values(run), stream = values(stream), fence = values(fence), changed_at = now(6)`,
    )
  }

  async #holder(): Promise<{ run: string; stream: number; fence: number } | null> {
    const [row] = await this.#session.rows<[string, string, string]>(
      `select run, stream, fence from ${this.#table('targets')} where target = ${quoteText(this.#target)}`,
    )
    return row ? { run: row[0], stream: Number(row[1]), fence: Number(row[2]) } : null
  }

  /** An attempt of this very run that lost its lease may still hold the lock through a dead network. */
  async #endEarlierAttempts(load: Load): Promise<void> {
    const held = await this.#holder()
    if (!held || held.run !== load.runId || held.stream !== load.index || held.fence >= load.fence) return
    const [row] = await this.#session.rows<[string | null]>(`select is_used_lock(${quoteText(this.#lock)})`)
    if (!row || row[0] === null) return
    await this.#session.run(`kill connection ${Number(row[0])}`).catch(() => undefined)
  }

  /** Throws `run_superseded` unless the lease is ours still. Inside a transaction it stays so until its end. */
  async hold(load: Load): Promise<void> {
    const [row] = await this.#session.rows<[string | null, string]>(
      `select is_used_lock(${quoteText(this.#lock)}) = connection_id(), run = ${quoteText(load.runId)}
         and stream = ${load.index} and fence = ${load.fence}
       from ${this.#table('targets')} where target = ${quoteText(this.#target)} for update`,
    )
    if (row?.[0] !== '1' || row[1] !== '1') throw new Fault('run_superseded')
  }

  /**
   * What an earlier attempt of this run committed for this target. Throws `target_refused` where it has committed
   * another one under this number: a newer version of the pipeline has its streams in another order, and a second load
   * of that number cannot be noted.
   */
  async committed(load: Load): Promise<Committed | null> {
    const rows = await this.#session.rows<[string, string, string]>(
      `select \`rows\`, bytes, target = ${quoteText(this.#target)} from ${this.#table('loads')}
       where (run = ${quoteText(load.runId)} and target = ${quoteText(this.#target)}) or (${this.#of(load)})`,
    )
    const own = rows.find(([, , ours]) => ours === '1')
    if (own) return { rows: Number(own[0]), bytes: Number(own[1]) }
    if (rows.length === 0) return null
    throw new Fault(
      'target_refused',
      'The streams of the pipeline have another order than when this run committed its first ones: start a new run.',
    )
  }

  #of({ runId, index }: Pick<Load, 'runId' | 'index'>): string {
    return `run = ${quoteText(runId)} and stream = ${index}`
  }

  async state(): Promise<State | null> {
    const [row] = await this.#session.rows<[string | null]>(
      `select state from ${this.#table('targets')} where target = ${quoteText(this.#target)}`,
    )
    return row?.[0] ? JSON.parse(row[0]) as State : null
  }

  async attempt(load: Load): Promise<Attempt | null> {
    const [row] = await this.#session.rows<[string, string | null]>(
      `select intent, shape from ${this.#table('attempts')}
       where ${this.#of(load)} and target = ${quoteText(this.#target)} and intent is not null`,
    )
    if (!row) return null
    const slices = await this.#session.rows<[string, string, string]>(
      `select slice, \`rows\`, bytes from ${this.#table('slices')} where ${this.#of(load)}`,
    )
    const done = new Map(
      slices.map(([id, rows, bytes]) => [id, { rows: Number(rows), bytes: Number(bytes) }]),
    )
    return { intent: JSON.parse(row[0]) as Intent, shape: row[1], done }
  }

  /** Notes whose tables are to be made next: whatever dies now, they are found. No slice of before counts any more. */
  async announce(load: Load): Promise<void> {
    await this.#session.run(`delete from ${this.#table('slices')} where ${this.#of(load)}`)
    await this.#session.run(
      `replace into ${this.#table('attempts')} (run, stream, target)
       values (${quoteText(load.runId)}, ${load.index}, ${quoteText(this.#target)})`,
    )
  }

  /** From here on a later attempt goes by this. */
  async intend(load: Load, intent: Intent, shape: string | null): Promise<void> {
    await this.#session.run(
      `update ${this.#table('attempts')} set intent = ${quoteText(JSON.stringify(intent))},
       shape = ${shape === null ? 'null' : quoteText(shape)} where ${this.#of(load)}`,
    )
  }

  /** Inside the transaction of the slice's rows. */
  async keepSlice(load: Load, id: SliceId, { rows, bytes }: Committed): Promise<void> {
    await this.#session.run(
      `insert into ${this.#table('slices')} (run, stream, slice, \`rows\`, bytes)
       values (${quoteText(load.runId)}, ${load.index}, ${quoteText(id)}, ${rows}, ${bytes})`,
    )
  }

  /** Runs and streams that have tables for this target: their names follow from these. */
  async left(): Promise<{ run: string; stream: number }[]> {
    const rows = await this.#session.rows<[string, string]>(
      `select run, stream from ${this.#table('attempts')} where target = ${quoteText(this.#target)}`,
    )
    return rows.map(([run, stream]) => ({ run, stream: Number(stream) }))
  }

  async forget({ run, stream }: { run: string; stream: number }): Promise<void> {
    const of = this.#of({ runId: run, index: stream })
    await this.#session.run(`delete from ${this.#table('slices')} where ${of} and not exists (
      select 1 from ${this.#table('loads')} l where l.run = ${quoteText(run)} and l.stream = ${stream})`)
    await this.#session.run(`delete from ${this.#table('attempts')} where ${of}`)
  }

  recordOf(load: Load, total: Committed, state: State): LoadRecord {
    const { runId: run, index: stream, fence, mode } = load
    return { target: this.#target, run, stream, fence, mode, total, state }
  }

  /** Inside a transaction: load and state. Written twice, it is the same. */
  async record({ target, run, stream, fence, mode, total, state }: LoadRecord): Promise<void> {
    await this.#session.run(
      `insert into ${this.#table('loads')} (run, stream, target, mode, fence, \`rows\`, bytes)
       values (${quoteText(run)}, ${stream}, ${quoteText(target)}, ${
        quoteText(mode)
      }, ${fence}, ${total.rows}, ${total.bytes})
       on duplicate key update fence = values(fence)`,
    )
    await this.#session.run(
      `update ${this.#table('targets')} set state = ${quoteText(JSON.stringify(state))}, changed_at = now(6)
       where target = ${quoteText(target)}`,
    )
  }
}
