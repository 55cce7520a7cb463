/** Rows into a table: as LOAD DATA where the server takes that, as INSERT where it does not. */
import { Fault } from '../../../shared/faults.ts'
import { RowFault } from '../../engine/csv_scan.ts'
import type { Column, Committed } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'
import { MysqlFault } from './errors.ts'
import { loadRows, LoadText } from './load_text.ts'
import { quoteName, quoteTable, type TableName } from './names.ts'
import { type Outcome, type Session, streamName } from './session.ts'
import { type Writing, writingOf } from './values.ts'

export interface Into {
  readonly table: TableName
  /** What comes, in order; and what it goes into. */
  readonly from: readonly Column[]
  readonly columns: readonly MysqlColumn[]
}

/** Bytes of one INSERT. */
const insertBytes = 1024 * 1024

/** Resolves once the server has stored every row as it is. Throws RowFault and others; then the caller undoes. */
export async function writeRows(
  session: Session,
  into: Into,
  { bytes, signal }: { bytes: ReadableStream<Uint8Array>; signal: AbortSignal },
): Promise<Committed> {
  const writings = into.columns.map((column, at) => writingOf(into.from[at] as Column, column))
  let size = 0
  const counted = bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        controller.enqueue(chunk)
      },
    }),
    { signal },
  )
  const rows = session.server.localInfile
    ? await loaded(session, into, { writings, bytes: counted })
    : await inserted(session, into, { writings, bytes: counted })
  return { rows, bytes: size }
}

interface Stream {
  readonly writings: readonly Writing[]
  readonly bytes: ReadableStream<Uint8Array>
}

async function loaded(session: Session, into: Into, { writings, bytes }: Stream): Promise<number> {
  let pass: LoadText | null = null
  const chunks = loadRows(bytes, (emit) => pass = new LoadText({ columns: writings, as: 'rows', emit }))
  const outcome = await session.load(loadStatement(into, writings), chunks)
  const rows = (pass as LoadText | null)?.rows ?? 0
  await refuseWarnings(session, into, { outcome, rows, before: 0 })
  return rows
}

/** Every sign is given as its number: how a string is read depends on sql_mode. */
function loadStatement({ table, columns }: Into, writings: readonly Writing[]): string {
  const made = columns.flatMap(({ name }, at) => {
    const form = (writings[at] as Writing).form
    if (form === 'hex') return [`${quoteName(name)} = unhex(@sallyport_${at})`]
    return form === 'bits' ? [`${quoteName(name)} = cast(conv(@sallyport_${at}, 2, 10) as unsigned)`] : []
  })
  const fields = columns.map(({ name }, at) =>
    ['hex', 'bits'].includes((writings[at] as Writing).form) ? `@sallyport_${at}` : quoteName(name)
  )
  return `load data local infile '${streamName}' into table ${quoteTable(table)} character set utf8mb4 ` +
    `fields terminated by X'09' escaped by X'5c' lines terminated by X'0a' (${fields.join(', ')})` +
    (made.length === 0 ? '' : ` set ${made.join(', ')}`)
}

async function inserted(session: Session, into: Into, { writings, bytes }: Stream): Promise<number> {
  const { maxPacket } = session.server
  const head = `insert into ${quoteTable(into.table)} (${
    into.columns.map(({ name }) => quoteName(name)).join(', ')
  }) values `
  const most = Math.min(insertBytes, Math.floor(maxPacket / 4))
  const pass = { text: null as LoadText | null, before: 0 }
  // Rows of a chunk are known once it is full; those of the next may have begun by then.
  const counts: number[] = []
  const chunks = loadRows(bytes, (emit) =>
    pass.text = new LoadText({
      columns: writings,
      as: 'values',
      most,
      emit(chunk) {
        counts.push(pass.text?.rows ?? 0)
        emit(chunk)
      },
    }))
  for await (const chunk of chunks) {
    if (chunk.length + head.length + 16 > maxPacket) {
      throw new Fault(
        'value_too_large',
        'A row is larger than the server takes in one statement (max_allowed_packet).',
      )
    }
    const until = counts.shift() ?? 0
    let outcome: Outcome
    try {
      outcome = await session.run(head + chunk.toString('utf8'))
    } catch (error) {
      throw placed(error, into, pass.before)
    }
    await refuseWarnings(session, into, { outcome, rows: until - pass.before, before: pass.before })
    pass.before = until
  }
  return pass.before
}

interface Stored {
  readonly outcome: Outcome
  /** That were sent. */
  readonly rows: number
  /** Rows of the slice before these. */
  readonly before: number
}

/** With LOCAL the server turns errors into warnings, drops rows that are there twice and cuts what is too long. */
async function refuseWarnings(
  session: Session,
  into: Into,
  { outcome, rows, before }: Stored,
): Promise<void> {
  if (outcome.warnings > 0) {
    const warned = await session.warned()
    if (warned !== null) throw placed(warned, into, before)
  }
  if (outcome.rows !== rows) throw new Fault('rows_lost')
}

/** The fault with the row of the slice that it is about. */
function placed(error: unknown, { columns }: Into, before: number): unknown {
  if (!(error instanceof MysqlFault)) return error
  const { row, column } = error.place
  if (error.code !== 'value_refused' || row === null) return error
  const at = columns.findIndex(({ name }) => name === column)
  return new RowFault('value_refused', { row: before + row, column: at < 0 ? null : at })
}
