/** Loads tables: each load is one transaction, so it is there whole or not at all, whatever dies in between. */
import { Fault } from '../../../shared/faults.ts'
import type {
  Column,
  Committed,
  Context,
  Destination,
  Format,
  Load,
  Loading,
  Mode,
  Slice,
  State,
  Target,
  Written,
} from '../connector.ts'
import { findTable, type Table } from './catalog.ts'
import { newColumns, pairColumns, refuseTwins } from './columns.ts'
import type { PostgresConfig } from './config.ts'
import { faultOf } from './errors.ts'
import { Ledger } from './ledger.ts'
import { parseTable, quoteName, quoteTable, type TableName, tableText } from './names.ts'
import { isReferenced, knownTypes, refuseSpreading, somethingHangsOn, swapOf } from './replace.ts'
import { Session } from './session.ts'

/** A target with the statements around its load. */
interface Plan {
  readonly target: Target
  /** Where COPY writes. */
  readonly into: string
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** After `after`: brings the staged rows into the target. */
  readonly insert: string | null
  /** After `after` and before `insert`: must be without rows. */
  readonly emptied: TableName | null
}

export class PostgresDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append']
  readonly #config: PostgresConfig
  readonly #context: Context
  #session: Promise<Session> | null = null

  constructor(config: PostgresConfig, context: Context) {
    this.#config = config
    this.#context = context
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#config, this.#context, 'destination')
    return this.#session
  }

  formats(): readonly Format[] {
    return ['pgcopy', 'csv']
  }

  async check(): Promise<void> {
    await (await this.#open()).rows('select 1')
  }

  async plan(load: Load): Promise<Target> {
    const name = parseTable(load.target, this.#config.schema)
    const session = await this.#open()
    await session.begin('read only')
    try {
      return (await planOf(session, load, name)).target
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
    if ((load.mode === 'replace' || load.reset) && committed === null) await lockTarget(session, name)
    const plan = await planOf(session, load, name)
    return new PostgresLoading({ session, ledger, load, plan, state, committed, signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => null)
    await session?.[Symbol.asyncDispose]()
  }
}

/** Nobody else writes while the rows are replaced; readers go on. */
async function lockTarget(session: Session, name: TableName): Promise<void> {
  const table = await findTable(session, name)
  if (table && (table.kind === 'r' || table.kind === 'p')) {
    await session.run(`lock table ${quoteTable(name)} in share row exclusive mode`)
  }
}

async function planOf(session: Session, load: Load, name: TableName): Promise<Plan> {
  refuseTwins(load.columns)
  const table = await findTable(session, name)
  if (!table) return planNew(session, load, name)
  if (table.kind !== 'r' && table.kind !== 'p') {
    throw new Fault('target_refused', `${tableText(name)} is not a table.`)
  }
  const columns = pairColumns(load, table)
  const direct = { into: intoTable(name, columns), before: [], after: [], insert: null, emptied: null }
  if (load.mode === 'append' && !load.reset) return { target: { how: 'append', columns, statements: [], changes: [] }, ...direct }
  if (await isEmpty(session, name)) return { target: { how: 'fill', columns, statements: [], changes: [] }, ...direct }
  return planReplace(session, load, { table, columns })
}

async function planNew(session: Session, load: Load, name: TableName): Promise<Plan> {
  const natives = load.columns.filter((one) => one.vocabulary === 'postgres').map((one) => one.native)
  const parts = newColumns(load, await knownTypes(session, natives))
  const columns = parts.map(({ column }) => column)
  const [row] = await session.rows<{ there: boolean }>(
    'select exists (select from pg_catalog.pg_namespace where nspname = $1) as there',
    [name.schema],
  )
  const before = [
    ...(row?.there ? [] : [`create schema ${quoteName(name.schema)}`]),
    `create table ${quoteTable(name)} (${parts.map(({ declaration }) => declaration).join(', ')})`,
  ]
  return {
    target: { how: 'create', columns, statements: before, changes: [] },
    into: intoTable(name, columns),
    before,
    after: [],
    insert: null,
    emptied: null,
  }
}

async function planReplace(
  session: Session,
  load: Load,
  { table, columns }: { table: Table; columns: readonly (Column | null)[] },
): Promise<Plan> {
  const { oid, name } = table
  await refuseSpreading(session, table)
  const staging = { schema: name.schema, table: `sallyport_${load.runId.replaceAll('-', '')}_${load.index}` }
  if (!(await somethingHangsOn(session, oid))) {
    const swap = await swapOf(session, { oid, name, staging })
    if (swap) {
      const statements = [...swap.before, ...swap.after]
      return {
        target: { how: 'swap', columns, statements, changes: [] },
        into: intoTable(staging, columns),
        ...swap,
        insert: null,
        emptied: null,
      }
    }
  }
  const draft = quoteName(staging.table)
  const names = namesOf(columns)
  const before = [
    `create temporary table ${draft} on commit drop as select ${names} from ${quoteTable(name)} with no data`,
  ]
  const only = table.kind === 'p' ? '' : 'only '
  const emptied = await isReferenced(session, oid)
    ? `delete from ${only}${quoteTable(name)}`
    : `truncate table ${only}${quoteTable(name)}`
  const insert = `insert into ${
    quoteTable(name)
  } (${names}) overriding system value select ${names} from pg_temp.${draft}`
  return {
    target: { how: 'refill', columns, statements: [...before, emptied, insert], changes: [] },
    into: `pg_temp.${draft} (${names})`,
    before,
    after: [emptied],
    insert,
    emptied: name,
  }
}

async function isEmpty(session: Session, name: TableName): Promise<boolean> {
  const [row] = await session.rows<{ some: boolean }>(
    `select exists (select from ${quoteTable(name)}) as some`,
  )
  return row?.some === false
}

function namesOf(columns: readonly (Column | null)[]): string {
  return columns.filter((column) => column !== null).map(({ name }) => quoteName(name)).join(', ')
}

function intoTable(name: TableName, columns: readonly (Column | null)[]): string {
  return `${quoteTable(name)} (${namesOf(columns)})`
}

interface Parts {
  readonly session: Session
  readonly ledger: Ledger
  readonly load: Load
  readonly plan: Plan
  readonly state: State | null
  readonly committed: Committed | null
  readonly signal: AbortSignal
}

class PostgresLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly intent = null
  readonly done: ReadonlyMap<string, Written> = new Map()
  readonly state: State | null
  readonly #parts: Parts
  readonly #slices = new Map<string, Committed>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.target = parts.plan.target
    this.committed = parts.committed
    this.state = parts.state
  }

  async prepare(): Promise<void> {
    for (const statement of this.#parts.plan.before) await this.#parts.session.run(statement)
  }

  async write(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    const { session, plan, signal } = this.#parts
    const options = format === 'pgcopy' ? '(format binary)' : `(format csv, null '')`
    const copy = session.copyIn(`copy ${plan.into} from stdin ${options}`)
    let size = 0
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    try {
      await bytes.pipeThrough(counted).pipeTo(copy.bytes, { signal })
      const written = { rows: await copy.rows, bytes: size }
      this.#slices.set(slice.id, written)
      return written
    } catch (error) {
      throw faultOf(error, 'destination')
    }
  }

  async commit(state: State): Promise<Committed> {
    const { session, ledger, load, plan } = this.#parts
    const total = { rows: 0, bytes: 0 }
    for (const { rows, bytes } of this.#slices.values()) {
      total.rows += rows
      total.bytes += bytes
    }
    for (const statement of plan.after) await session.run(statement)
    if (plan.emptied && !(await isEmpty(session, plan.emptied))) {
      throw new Fault('target_refused', `A rule or a trigger of ${tableText(plan.emptied)} keeps rows in it.`)
    }
    // A trigger or a rule of the target may keep rows out.
    if (plan.insert !== null && await session.count(plan.insert) !== total.rows) throw new Fault('rows_lost')
    await ledger.record(load, this.#slices, state)
    await session.commit()
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.session[Symbol.asyncDispose]()
  }
}
