/** One stream from a source into a loading, with its proofs: what was read, what was held, what was written. */
import { Fault } from '../../shared/faults.ts'
import type { Column, Loading, Reading, Slice, Source } from '../connectors/connector.ts'
import { CsvScanner, scanned } from './csv_scan.ts'
import type { Hold } from './hold.ts'
import { lineWidths } from './hold_sql.ts'
import { type Cargo, restow, type Restowing } from './restow.ts'
import type { Way } from './route.ts'
import type { Type } from './types.ts'

export interface Moved {
  readonly rowsRead: number
  readonly rows: number
  readonly bytes: number
}

/** What a stream's transfer works with. */
export interface Transfer {
  readonly source: Source
  readonly way: Way
  /** As they are sent: what the target computes itself is left out. */
  readonly columns: readonly Column[]
  readonly targets: readonly Column[]
  /** The stream's hold; only a restowed way asks for it. */
  hold(files: readonly string[]): Promise<Hold>
  readonly signal: AbortSignal
  /** Called as bytes pass; rows where they are counted on the way. */
  readonly onBytes: (bytes: number, rows: number | null) => void
}

let fifos = 0

/** Resolves when every row of the slice is in the destination, uncommitted, and counts agree. Throws a Fault. */
export async function moveSlice(transfer: Transfer, slice: Slice, loading: Loading): Promise<Moved> {
  const { way } = transfer
  if (way.route === 'direct') {
    const { reading, scanner } = await openSource(transfer, slice)
    const written = await loading.write(slice, way.into, reading.bytes)
    return settled(await reading.proof ?? scanner?.rows ?? null, written.rows, written.bytes)
  }
  for (const lineBytes of lineWidths) {
    try {
      return await moveRestowed(transfer, { slice, loading, lineBytes })
    } catch (error) {
      const wider = way.into === 'parquet' && lineBytes !== lineWidths.at(-1)
      if (!wider || !(error instanceof Fault) || error.code !== 'value_too_large') throw error
    }
  }
  throw new Fault('value_too_large')
}

interface Restow {
  readonly slice: Slice
  readonly loading: Loading
  readonly lineBytes: number
}

async function moveRestowed(transfer: Transfer, { slice, loading, lineBytes }: Restow): Promise<Moved> {
  const { bytes, rows, scanner, hold } = await openRestowed(transfer, slice, lineBytes)
  const written = await loading.write(slice, transfer.way.into, bytes).catch(async (error) => {
    // What still runs in the hold is for nobody: whoever looks for the reason gets a new one.
    hold.kill()
    await rows.catch(() => undefined)
    throw error
  })
  const held = await rows
  return settled(scanner?.rows ?? held, written.rows ?? held, written.bytes)
}

function settled(rowsRead: number | null, rows: number | null, bytes: number): Moved {
  if (rowsRead === null || rows === null || rowsRead !== rows) throw new Fault('rows_lost')
  return { rowsRead, rows, bytes }
}

interface Opened {
  readonly reading: Reading
  readonly scanner: CsvScanner | null
}

/** The source's bytes, checked and counted where that is needed. */
async function openSource(transfer: Transfer, slice: Slice): Promise<Opened> {
  const { source, way, columns, signal, onBytes } = transfer
  const reading = await source.open(slice, way.from, signal)
  const watched = (rows: () => number | null) =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes(chunk.byteLength, rows())
        controller.enqueue(chunk)
      },
    })
  const checked = way.checks.some((check) => check !== null)
  const countsItself = columns.every((column) => column.vocabulary === 'postgres')
  if (way.from === 'pgcopy' || (countsItself && !checked)) {
    return { reading: { ...reading, bytes: reading.bytes.pipeThrough(watched(() => null)) }, scanner: null }
  }
  const scanner = new CsvScanner({ columns: columns.length, checks: way.checks })
  const bytes = scanned(reading.bytes, scanner).pipeThrough(watched(() => scanner.rows))
  return { reading: { ...reading, bytes }, scanner }
}

interface OpenedRestowed {
  readonly hold: Hold
  readonly bytes: ReadableStream<Uint8Array>
  readonly rows: Promise<number>
  readonly scanner: CsvScanner | null
}

/** What the hold makes of the source's bytes. */
async function openRestowed(transfer: Transfer, slice: Slice, lineBytes: number): Promise<OpenedRestowed> {
  const { cargo, scanner, hold } = await load(transfer, slice, lineBytes)
  const restowed = restow(cargo, { ...restowing(transfer), hold })
  if (transfer.way.into !== 'csv') return { ...restowed, scanner, hold }
  // Text of a Parquet file may go into narrower columns than it came from.
  const checks = new CsvScanner({ columns: transfer.columns.length, checks: transfer.way.checks })
  return { bytes: scanned(restowed.bytes, checks), rows: restowed.rows, scanner: checks, hold }
}

export function restowing({ way, columns, targets, signal }: Transfer): Omit<Restowing, 'hold'> {
  const types: readonly Type[] | null = way.into === 'parquet' ? targets.map(({ type }) => type) : null
  return { columns, types, name: `f${fifos++}`, signal }
}

export interface Loaded {
  readonly cargo: Cargo
  readonly scanner: CsvScanner | null
  readonly hold: Hold
}

/** Source and hold, brought together; nothing flows yet. */
export async function load(
  transfer: Transfer,
  slice: Slice,
  lineBytes: number = lineWidths[1],
): Promise<Loaded> {
  const { source, way } = transfer
  if (way.from === 'parquet') {
    const paths = source.files?.(slice) ?? []
    const unchanged = () => source.unchanged?.(slice)
    const { condition } = slice.stream
    const cargo = { kind: 'parquet', paths, condition, unchanged } as const
    return { cargo, scanner: null, hold: await transfer.hold(paths) }
  }
  const hold = await transfer.hold([])
  const { reading, scanner } = await openSource(transfer, slice)
  return { cargo: { kind: 'csv', reading, countRows: () => scanner?.rows ?? null, lineBytes }, scanner, hold }
}

/** The stream once more, as canonical CSV, for looking at one row of it. */
export async function reopen(transfer: Transfer, slice: Slice): Promise<ReadableStream<Uint8Array>> {
  if (transfer.way.from !== 'parquet') {
    return (await transfer.source.open(slice, 'csv', transfer.signal)).bytes
  }
  const { cargo, hold } = await load(transfer, slice)
  return restow(cargo, { ...restowing(transfer), types: null, hold }).bytes
}
