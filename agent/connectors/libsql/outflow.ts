/** Rows of canonical CSV as batches of statements, each of a size that a server takes at once. */
import type { Committed } from '../connector.ts'
import type { Value } from '../sqlite/catalog.ts'
import type { TargetColumn } from '../sqlite/columns.ts'
import { CsvRows, decoderFor } from '../sqlite/decode.ts'
import { completionOf } from '../sqlite/intake.ts'
import type { Statement } from '../sqlite/ledger.ts'
import { quoteName } from '../sqlite/names.ts'
import { isKeyed, type Plan } from '../sqlite/plan.ts'
import { insertInto, keysName, orderColumn, stagingName } from '../sqlite/statements.ts'

/** Of one request. */
const batchBytes = 512 * 1024
const batchValues = 20_000
/** Of one statement: servers have limits, and JSON of one is parsed as a whole. */
const statementValues = 1000

export type Send = (rows: readonly Statement[], number: number) => Promise<void>

export class Outflow {
  readonly #columns: readonly TargetColumn[]
  readonly #width: number
  readonly #sql: (rows: number) => string
  readonly #complete: ((values: Value[], row: number) => void) | null

  /** `keys`: the bytes are the keys of all rows, in the order of the load's key. */
  constructor(plan: Plan, { keys = false } = {}) {
    const { load } = plan
    const keyed = isKeyed(load) && !keys
    this.#columns = keys
      ? plan.key.map((name) => plan.columns.find((column) => column.name === name) as TargetColumn)
      : plan.columns
    const names = [...this.#columns.map(({ name }) => quoteName(name)), ...(keyed ? [orderColumn] : [])]
    this.#width = names.length
    this.#complete = keyed ? completionOf(plan) : null
    this.#sql = keys
      ? (rows) => `${insertInto(keysName(load), names, rows)} on conflict do nothing`
      : (rows) => insertInto(stagingName(load), names, rows)
  }

  async send(bytes: ReadableStream<Uint8Array>, send: Send): Promise<Committed> {
    const values: Value[] = []
    let pending = 0
    let size = 0
    let number = 0
    const rows = new CsvRows({
      decoders: this.#columns.map(decoderFor),
      values,
      onRow: (row) => this.#complete?.(values, row),
    })
    const flush = async () => {
      for (const statements of this.#batches(values)) await send(statements, number++)
      values.length = 0
      pending = 0
    }
    for await (const chunk of bytes) {
      rows.push(chunk)
      size += chunk.byteLength
      pending += chunk.byteLength
      if (pending >= batchBytes || values.length >= batchValues) await flush()
    }
    rows.end()
    await flush()
    return { rows: rows.rows, bytes: size }
  }

  /** A large chunk may be worth several requests. */
  *#batches(values: readonly Value[]): Generator<Statement[]> {
    const atOnce = Math.max(1, Math.floor(statementValues / this.#width)) * this.#width
    let batch: Statement[] = []
    let count = 0
    for (let at = 0; at < values.length; at += atOnce) {
      const part = values.slice(at, at + atOnce)
      batch.push({ sql: this.#sql(part.length / this.#width), values: part })
      count += part.length
      if (count < batchValues) continue
      yield batch
      batch = []
      count = 0
    }
    if (batch.length > 0) yield batch
  }
}
