/** Loads tables of InnoDB. */
import type { Context, Destination, Finding, Format, Load, Loading, Mode, Target } from '../connector.ts'
import type { MysqlConfig } from './config.ts'
import { examineDestination } from './examine.ts'
import { Ledger } from './ledger.ts'
import { MysqlLoading } from './loading.ts'
import { parseTable } from './names.ts'
import { databaseStatement, planOf } from './plan.ts'
import { quarantineOf } from './quarantine.ts'
import { Session } from './session.ts'
import { recover } from './staging.ts'

export class MysqlDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append', 'merge', 'history', 'mirror']
  readonly #config: MysqlConfig
  readonly #context: Context
  #session: Promise<Session> | null = null

  constructor(config: MysqlConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#config, this.#context, 'destination')
    return this.#session
  }

  formats(): readonly Format[] {
    return ['csv']
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async probe(): Promise<void> {
    await using session = await Session.open(this.#config, this.#context, 'destination')
    await session.rows('select 1')
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    await using session = await Session.open(this.#config, this.#context, 'destination')
    const parsed = names.map((name) => parseTable(name, this.#config.database))
    return await examineDestination(session, parsed, this.#config.ledger)
  }

  async plan(load: Load): Promise<Target> {
    const name = parseTable(load.target, this.#config.database)
    if (load.quarantine) quarantineOf(name)
    return (await planOf(await this.#open(), load, name)).target
  }

  async begin(load: Load, signal: AbortSignal): Promise<Loading> {
    const written = parseTable(load.target, this.#config.database)
    if (load.quarantine) quarantineOf(written)
    const session = await this.#open()
    const ledger = new Ledger(session, this.#config.ledger ?? written.database, written)
    // A ledger beside the target needs its database.
    if (this.#config.ledger === null && written.database !== this.#config.database) {
      await session.run(databaseStatement(written))
    }
    await ledger.prepare()
    await ledger.take(load)
    signal.throwIfAborted()
    await recover(session, { ledger, name: written, load })
    const state = await ledger.state()
    const committed = await ledger.committed(load)
    const attempt = committed === null ? await ledger.attempt(load) : null
    const plan = await planOf(session, load, written)
    // What a table had that is gone, a new one has not.
    const kept = plan.table === null ? null : state
    const anew = async () => {
      const other = await Session.open(this.#config, this.#context, 'destination')
      return { session: other, ledger: new Ledger(other, this.#config.ledger ?? written.database, written) }
    }
    return new MysqlLoading({ session, ledger, anew, load, plan, state: kept, committed, attempt, signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    await session?.[Symbol.asyncDispose]()
  }
}
