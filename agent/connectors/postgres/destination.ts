/** Loads tables: each load is there whole or not at all, whatever dies in between. */
import type { Context, Destination, Finding, Format, Load, Loading, Mode, Target } from '../connector.ts'
import { findTable } from './catalog.ts'
import type { PostgresConfig } from './config.ts'
import { examineDestination } from './examine.ts'
import { Ledger } from './ledger.ts'
import { PostgresLoading } from './loading.ts'
import { parseTable, quoteTable, type TableName } from './names.ts'
import { planOf } from './plan.ts'
import { probe, Session } from './session.ts'

export class PostgresDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append', 'merge', 'history', 'mirror']
  readonly #config: PostgresConfig
  readonly #context: Context
  #session: Promise<Session> | null = null
  readonly #others: Promise<Session>[] = []

  constructor(config: PostgresConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#config, this.#context, 'destination')
    return this.#session
  }

  #openAnother(at: number): Promise<Session> {
    return this.#others[at] ??= Session.open(this.#config, this.#context, 'destination')
  }

  formats(): readonly Format[] {
    return ['pgcopy', 'csv']
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async probe(signal: AbortSignal): Promise<void> {
    await probe(this.#config, this.#context, { side: 'destination', signal })
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    const tables = names.map((name) => parseTable(name, this.#config.schema))
    return await examineDestination(await this.#open(), tables, this.#config.ledger)
  }

  async plan(load: Load): Promise<Target> {
    const name = parseTable(load.target, this.#config.schema)
    const session = await this.#open()
    await session.begin('read only')
    try {
      const { target, table } = await planOf(session, load, name)
      const state = await new Ledger(session, this.#config.ledger, name).known()
      return { ...target, state: table === null ? null : state }
    } finally {
      await session.run('rollback')
    }
  }

  async begin(load: Load, signal: AbortSignal): Promise<Loading> {
    const name = parseTable(load.target, this.#config.schema)
    const session = await this.#open()
    const ledger = new Ledger(session, this.#config.ledger, name)
    await ledger.prepare()
    await ledger.take(load)
    signal.throwIfAborted()
    const state = await ledger.state()
    const committed = await ledger.committed(load)
    const attempt = await ledger.attempt(load)
    if ((load.mode === 'replace' || load.reset) && committed === null) await lockTarget(session, name)
    const plan = await planOf(session, load, name)
    return new PostgresLoading({
      session,
      another: (at) => this.#openAnother(at),
      lanes: this.#config.lanes,
      ledger,
      load,
      plan,
      // What a table had that is gone, a new one has not.
      state: plan.table === null ? null : state,
      committed,
      attempt,
      signal,
      end: () => this[Symbol.asyncDispose](),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of [this.#session, ...this.#others]) {
      const session = await opened?.catch(() => null)
      await session?.[Symbol.asyncDispose]()
    }
  }
}

/** Nobody else writes while the rows are replaced; readers go on. */
async function lockTarget(session: Session, name: TableName): Promise<void> {
  const table = await findTable(session, name)
  if (table && (table.kind === 'r' || table.kind === 'p')) {
    await session.run(`lock table ${quoteTable(name)} in share row exclusive mode`)
  }
}
