/** Kysely over the storage: `reader` runs SELECTs, `writes` only compiles statements for plans. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  DummyDriver,
  Kysely,
  type QueryResult,
  type RawBuilder,
  SelectQueryNode,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { ReadonlyKysely } from 'kysely/readonly'
import type { Expectation, Row, Statement, Step } from './plan.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'
import { checkTenant } from './tenant_guard.ts'

export { sql }

/**
 * For `where(column, 'in', oneOf(values))`: a list that may be long goes along as one parameter, so that the statement
 * stays the same however long it is.
 */
export function oneOf(values: readonly string[]): RawBuilder<string> {
  return sql<string>`(select value from json_each(${JSON.stringify(values)}))`
}

/** A database handle that can only read, in its types and in the engine. */
export type Reader = ReadonlyKysely<Tables>

function dialect(driver: () => Driver): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class ReadingDriver extends DummyDriver {
  readonly #connection: DatabaseConnection

  constructor(storage: Storage, tenant: string | null) {
    super()
    this.#connection = new ReadingConnection(storage, tenant)
  }

  override acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection)
  }

  override beginTransaction(): Promise<void> {
    return Promise.reject(new Error('there are no interactive transactions: hand over a plan'))
  }
}

class ReadingConnection implements DatabaseConnection {
  readonly #storage: Storage
  readonly #tenant: string | null

  constructor(storage: Storage, tenant: string | null) {
    this.#storage = storage
    this.#tenant = tenant
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#tenant !== null) checkTenant(query, this.#tenant)
    const rows = await this.#storage.read(statementOf(query))
    return { rows: rows as R[] }
  }

  // deno-lint-ignore require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the storage answers whole results: page instead')
  }
}

/** What a handle reads, and to whose rows it keeps; null: anybody's. */
interface Home {
  readonly storage: Storage
  readonly tenant: string | null
}

const homes = new WeakMap<Reader, Home>()

export function reader(storage: Storage): Reader {
  return readerFor(storage, null)
}

function readerFor(storage: Storage, tenant: string | null): Reader {
  const made = new Kysely<Tables>({
    dialect: dialect(() => new ReadingDriver(storage, tenant)),
  }) as unknown as Reader
  homes.set(made, { storage, tenant })
  return made
}

/** Runs a statement of `prepared.ts` past the query builder; a handle of a tenant keeps to it here as well. */
export async function readPrepared(db: Reader, prepared: Statement): Promise<readonly Row[]> {
  const home = homes.get(db)
  if (home === undefined) throw new TypeError('a handle that was not made here')
  if (home.tenant !== null) checkTenant(prepared, home.tenant)
  return await home.storage.read(prepared)
}

/** What is kept in memory for each storage apart, for as long as that is: two edges in one process share nothing. */
export function perStorage<Kept>(make: () => Kept): (db: Reader) => Kept {
  const all = new WeakMap<Storage, Kept>()
  return (db) => {
    const home = homes.get(db)
    if (home === undefined) throw new TypeError('a handle that was not made here')
    let kept = all.get(home.storage)
    if (kept === undefined) all.set(home.storage, kept = make())
    return kept
  }
}

const MAX_SCOPED = 1000
const scoped = new WeakMap<Storage, Map<string, Reader>>()

/** A handle that reads rows of this tenant and of nobody else: any other statement throws. */
export function scopedReader(storage: Storage, tenant: string): Reader {
  let ofTenants = scoped.get(storage)
  if (ofTenants === undefined || ofTenants.size >= MAX_SCOPED) scoped.set(storage, ofTenants = new Map())
  let made = ofTenants.get(tenant)
  if (made === undefined) ofTenants.set(tenant, made = readerFor(storage, tenant))
  return made
}

/** Compiles statements; runs none. */
export const writes: Kysely<Tables> = new Kysely<Tables>({ dialect: dialect(() => new DummyDriver()) })

/** What a query builder has made. */
export interface Compilable<Found = unknown> {
  compile(): CompiledQuery<Found>
}

/** A compiled statement, for a plan or for a leaf's target. */
export function statement(query: Compilable): Statement {
  return statementOf(query.compile())
}

function statementOf({ query, sql, parameters }: CompiledQuery<unknown>): Statement {
  return { sql, parameters, reads: SelectQueryNode.is(query) || /^\s*select\b/i.test(sql) }
}

/** One step of a plan. `otherwise` is the fault when it does not touch exactly `rows` rows (one, unless said). */
export function step(
  query: Compilable,
  expect?: Partial<Expectation> & Pick<Expectation, 'otherwise'>,
): Step {
  const compiled = statement(query)
  if (expect === undefined) return compiled
  if (compiled.reads) throw new TypeError('an expectation belongs to a write')
  return { ...compiled, expect: { ...expect, rows: expect.rows ?? 1 } }
}
