/** Rows of canonical CSV into a table, many with one statement. */
import { Fault } from '../../../shared/faults.ts'
import type { Value } from './catalog.ts'
import type { TargetColumn } from './columns.ts'
import { CsvRows, decoderFor } from './decode.ts'
import { folded, quoteName } from './names.ts'
import { orderKeyOf } from './order_key.ts'
import { isKeyed, type Plan } from './plan.ts'
import type { Prepared, Session } from './session.ts'
import { insertByKey, insertInto, keysName } from './statements.ts'

/** Values of one statement: more do not make it faster. */
const valuesAtOnce = 400

/** What is done with the values of each row before they are stored. */
export type Completion = (values: Value[], row: number) => void

export interface IntakeOptions {
  readonly columns: readonly TargetColumn[]
  readonly complete: Completion | null
  /** Values of a row as they are stored. */
  readonly width: number
  /** Stores rows; returns how many the database says that it has taken. */
  store(values: readonly Value[], rows: number): number
  /** Whether every row has to be taken as one. */
  readonly each: boolean
}

export class Intake {
  readonly #options: IntakeOptions
  readonly #values: Value[] = []
  readonly #rows: CsvRows
  readonly #atOnce: number
  #stored = 0

  constructor(options: IntakeOptions) {
    const { columns, width } = options
    this.#options = options
    this.#atOnce = Math.max(1, Math.floor(valuesAtOnce / width))
    this.#rows = new CsvRows({
      decoders: columns.map(decoderFor),
      values: this.#values,
      onRow: (row) => this.#onRow(row),
    })
  }

  #onRow(row: number): void {
    this.#options.complete?.(this.#values, row)
    if (this.#values.length >= this.#atOnce * this.#options.width) this.#store()
  }

  #store(): void {
    const rows = this.#values.length / this.#options.width
    if (rows === 0) return
    this.#stored += this.#options.store(this.#values, rows)
    this.#values.length = 0
  }

  /** Throws RowFault, and what the database says. */
  push(chunk: Uint8Array): void {
    this.#rows.push(chunk)
  }

  /** Number of rows. Throws `rows_lost` when the table has not taken all of them. */
  end(): number {
    this.#rows.end()
    this.#store()
    if (this.#options.each && this.#stored !== this.#rows.rows) {
      throw new Fault('rows_lost', 'A trigger of the target keeps rows out of it.')
    }
    return this.#rows.rows
  }
}

/** Statements by their number of rows: there are two, of full ones and of the last. */
function storing(session: Session, sql: (rows: number) => string): IntakeOptions['store'] {
  const statements = new Map<number, Prepared>()
  return (values, rows) => {
    const known = statements.get(rows) ?? session.prepare(sql(rows))
    statements.set(rows, known)
    return known.run(values)
  }
}

/** For the rows of a load, into the target or the staging table. */
export function intakeOf(session: Session, plan: Plan, into: string): Intake {
  const { columns } = plan
  if (!isKeyed(plan.load)) {
    const names = columns.map(({ name }) => quoteName(name))
    return new Intake({
      columns,
      complete: null,
      width: columns.length,
      store: storing(session, (rows) => insertInto(into, names, rows)),
      each: true,
    })
  }
  return new Intake({
    columns,
    complete: completionOf(plan),
    width: columns.length + 1,
    store: storing(session, (rows) => insertByKey(plan, rows)),
    each: false,
  })
}

/** For the keys of all rows of a stream: the same key may come more than once. */
export function keysIntake(session: Session, plan: Plan): Intake {
  const columns = plan.key.map((name) => plan.columns.find((column) => column.name === name) as TargetColumn)
  const names = columns.map(({ name }) => quoteName(name))
  return new Intake({
    columns,
    complete: null,
    width: columns.length,
    store: storing(
      session,
      (rows) => `${insertInto(keysName(plan.load), names, rows)} on conflict do nothing`,
    ),
    each: false,
  })
}

/** Adds what the row is ordered by. Throws `key_refused` and `cursor_refused`. */
export function completionOf({ load, columns, key }: Plan): Completion {
  const width = columns.length
  const keyed = key.map((name) => columns.findIndex((column) => column.name === name))
  const cursor = load.cursor === null
    ? -1
    : columns.findIndex(({ name }) => folded(name) === folded(load.cursor as string))
  const { type, name } = columns[cursor] ?? { type: null, name: '' }
  const order = type === null ? null : orderKeyOf(type, name)
  return (values, row) => {
    const start = values.length - width
    for (const at of keyed) {
      if (values[start + at] !== null) continue
      throw new Fault(
        'key_refused',
        `Row ${row} has no value in "${columns[at]?.name}", a column of the key.`,
      )
    }
    values.push(order === null ? 0 : order(values[start + cursor] as Value))
  }
}
