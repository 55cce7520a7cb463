/**
 * Change of the master key. Whatever the edge has to read again stands sealed under the version that was the newest
 * when it was written; with a newer one in the configuration all of it is sealed anew, record by record, while the
 * edge serves. Each record says its version, so this can stop anywhere and go on anywhere, on any instance.
 */
import { Fault } from '../../shared/faults.ts'
import type { Primitives } from '../../shared/seal/primitives.ts'
import { type MasterKeys, openColumn, type Place, sealColumn } from './master_keys.ts'
import type { Row, Statement, Step } from './plan.ts'
import type { Storage } from './storage.ts'

interface SealedColumn {
  readonly table: string
  readonly column: string
  /** The column that says whose record it is, and is its key. */
  readonly tenant: string
}

/** Every column that `sealColumn` writes: one that is missing here keeps an old master key alive. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'tenant', column: 'log_key_sealed', tenant: 'id' },
  { table: 'tenant', column: 'next_log_key_sealed', tenant: 'id' },
  { table: 'outbox', column: 'mail_sealed', tenant: 'id' },
  { table: 'totp', column: 'secret_sealed', tenant: 'id' },
  { table: 'provider', column: 'client_secret_sealed', tenant: 'id' },
  { table: 'webhook', column: 'secret_sealed', tenant: 'id' },
  { table: 'webhook', column: 'older_sealed', tenant: 'id' },
]

const AT_ONCE = 100

export interface ResealOptions {
  readonly storage: Storage
  readonly primitives: Primitives
  readonly master: MasterKeys
  readonly log: (
    level: 'info' | 'error',
    message: string,
    fields: Readonly<Record<string, string | number>>,
  ) => void
}

/**
 * Whether these master keys open what the database holds. Throws an Error that says which version is missing from
 * SALLYPORT_MASTER_KEYS, or is another key than the one that records were sealed under, and how many there are.
 */
export async function checkMasterKeys(
  { storage, primitives, master }: Omit<ResealOptions, 'log'>,
): Promise<void> {
  for (const at of sealedColumns) {
    for (const { version, count, tenant, sealed } of await storage.read(versionsOf(at))) {
      const number = Number(/^v([1-9][0-9]*)$/.exec(version as string)?.[1])
      if (!master.keys.has(number)) {
        throw new Error(
          `SALLYPORT_MASTER_KEYS lacks ${version}: ${count} of ${at.table}.${at.column} are sealed under it`,
        )
      }
      try {
        openColumn(primitives, master, { place: placeOf(at, tenant as string), sealed: sealed as string })
      } catch (cause) {
        throw new Error(
          `SALLYPORT_MASTER_KEYS: ${version} does not open ${at.table}.${at.column}: it is another key, ` +
            'or the record was altered',
          { cause },
        )
      }
    }
  }
}

/** Seals under the newest master key what is sealed under an older one. */
export class Resealing {
  readonly #options: ResealOptions
  #left = 0
  #running: Promise<void> | null = null

  constructor(options: ResealOptions) {
    this.#options = options
  }

  /** Records that are still sealed under an older key, as far as this instance has looked. */
  get left(): number {
    return this.#left
  }

  /** Does all that there is to do; rejects with Fault `unavailable` where the database does not answer. */
  run(): Promise<void> {
    this.#running ??= this.#all().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #all(): Promise<void> {
    const { storage, master, log } = this.#options
    const counts = await Promise.all(sealedColumns.map((at) => storage.read(countOlder(at, master.newest))))
    this.#left = counts.reduce((sum, [row]) => sum + (row?.count as number), 0)
    if (this.#left === 0) return
    let resealed = 0
    for (const at of sealedColumns) resealed += await this.#column(at)
    const fields = { version: `v${master.newest}`, resealed, left: this.#left }
    if (this.#left === 0) log('info', 'everything is sealed under the newest master key', fields)
    else log('error', 'some records do not open and stay as they are', fields)
  }

  async #column(at: SealedColumn): Promise<number> {
    const { storage, master } = this.#options
    let resealed = 0
    for (let after = '';;) {
      const rows = await storage.read(older(at, { newest: master.newest, after }))
      const steps = rows.map((row) => this.#step(at, row)).filter((step) => step !== null)
      if (steps.length > 0) await storage.write({ id: '', steps, leaf: null, repeatable: false })
      resealed += steps.length
      this.#left -= steps.length
      if (rows.length < AT_ONCE) return resealed
      after = rows.at(-1)?.tenant as string
    }
  }

  /** Only where the record is still what was opened. Null for one that does not open. */
  #step(at: SealedColumn, row: Row): Step | null {
    const { primitives, master, log } = this.#options
    const [tenant, sealed] = [row.tenant as string, row.sealed as string]
    const place = placeOf(at, tenant)
    let plaintext: Uint8Array
    try {
      plaintext = openColumn(primitives, master, { place, sealed })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log('error', 'a sealed record does not open', { table: at.table, column: at.column, tenant })
      return null
    }
    return {
      sql: `UPDATE ${at.table} SET ${at.column} = ? WHERE ${at.tenant} = ? AND ${at.column} = ?`,
      parameters: [sealColumn(primitives, master, { place, plaintext }), tenant, sealed],
      reads: false,
    }
  }
}

function placeOf({ table, column }: SealedColumn, tenant: string): Place {
  return [table, column, tenant]
}

/** Each version with how many records it has, and one of them. */
function versionsOf({ table, column, tenant }: SealedColumn): Statement {
  return {
    sql: `SELECT substr(${column}, 1, instr(${column}, '.') - 1) AS version, count(*) AS count, ` +
      `min(${tenant}) AS tenant, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1`,
    parameters: [],
    reads: true,
  }
}

const notNewest = ({ column }: SealedColumn) => `${column} IS NOT NULL AND ${column} NOT LIKE ? || '.%'`

function countOlder(at: SealedColumn, newest: number): Statement {
  return {
    sql: `SELECT count(*) AS count FROM ${at.table} WHERE ${notNewest(at)}`,
    parameters: [`v${newest}`],
    reads: true,
  }
}

function older(
  at: SealedColumn,
  { newest, after }: { readonly newest: number; readonly after: string },
): Statement {
  return {
    sql: `SELECT ${at.tenant} AS tenant, ${at.column} AS sealed FROM ${at.table} WHERE ${notNewest(at)} ` +
      `AND ${at.tenant} > ? ORDER BY ${at.tenant} LIMIT ${AT_ONCE}`,
    parameters: [`v${newest}`, after],
    reads: true,
  }
}
