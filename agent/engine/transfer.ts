/** One stream from a source into a loading, with its proofs: what was read, what was held, what was written. */
import { Fault } from '../../shared/faults.ts'
import type { Column, Loading, Reading, Slice, SliceId, Source } from '../connectors/connector.ts'
import { CsvScanner, scanned } from './csv_scan.ts'
import type { Hold } from './hold.ts'
import { lineWidths } from './hold_sql.ts'
import { type Cargo, restow, type Restowing } from './restow.ts'
import { isProven, type Way } from './route.ts'
import { Sieve, sieved, Skipped } from './sieve.ts'
import type { SliceSpool, Spool } from './spool.ts'

export interface Moved {
  readonly rowsRead: number
  readonly rows: number
  readonly bytes: number
}

/** What a stream's transfer works with. */
export interface Transfer {
  readonly source: Source
  readonly way: Way
  /** As they are sent, under the source's names: what the target computes itself is left out. */
  readonly columns: readonly Column[]
  readonly targets: readonly Column[]
  /** Positions of the key, where rows are told apart by it. */
  readonly key: readonly number[]
  /** Where rows go that are refused; null where they fail the stream. */
  readonly spool: Spool | null
  /** The stream's hold; only a restowed way asks for it. */
  hold(files: readonly string[]): Promise<Hold>
  readonly signal: AbortSignal
  readonly meter: {
    begin(slice: SliceId): void
    /** `rows` of the slice so far, where they are counted on the way. */
    passed(slice: SliceId, bytes: number, rows: number | null): void
  }
}

/** Who counts rows as they pass; `rejected` of them go no further. */
interface Counter {
  /** Null where only the source counts. */
  readonly rows: number | null
  readonly rejected: number
}

/** What counts rows that come, and what becomes of those that do not. */
function counterOf(
  passing: { readonly rows: number; readonly rejected?: number } | null,
  skipped: Skipped,
): Counter {
  return {
    get rows() {
      return passing === null ? null : passing.rows + skipped.count
    },
    get rejected() {
      return (passing?.rejected ?? 0) + skipped.count
    },
  }
}

let fifos = 0

/** Resolves when every row of the slice is in the destination, uncommitted, and counts agree. Throws a Fault. */
export async function moveSlice(transfer: Transfer, slice: Slice, loading: Loading): Promise<Moved> {
  const { way } = transfer
  if (way.route === 'direct') {
    const { reading, counter } = await openSource(transfer, slice)
    const written = await loading.write(slice, way.into, reading.bytes)
    return settled(await reading.proof, written, counter)
  }
  for (const lineBytes of lineWidths) {
    try {
      return await moveRestowed(transfer, { slice, loading, lineBytes })
    } catch (error) {
      if (way.into !== 'parquet' || !(error instanceof Fault) || error.code !== 'value_too_large') throw error
      if (lineBytes === lineWidths.at(-1)) throw tooLarge(error)
    }
  }
  throw new Fault('value_too_large')
}

function tooLarge(cause: Fault): Fault {
  const most = lineWidths[lineWidths.length - 1] as number
  // What the sieve refuses says so itself.
  if (cause.message !== new Fault('value_too_large').message) return cause
  return new Fault(
    'value_too_large',
    `A row of more than ${most >> 20} MB cannot pass the hold, which this way leads through.`,
    { cause },
  )
}

interface Restow {
  readonly slice: Slice
  readonly loading: Loading
  readonly lineBytes: number
}

async function moveRestowed(transfer: Transfer, { slice, loading, lineBytes }: Restow): Promise<Moved> {
  const { bytes, rows, counter, counted, hold } = await openRestowed(transfer, slice, lineBytes)
  const written = await loading.write(slice, transfer.way.into, bytes).catch(async (error) => {
    // What still runs in the hold is for nobody: whoever looks for the reason gets a new one.
    hold.kill()
    await rows.catch(() => undefined)
    throw error
  })
  const held = await rows
  const { rejected } = counter
  const passed = transfer.way.from === 'parquet' ? held - rejected : held
  const read = counted === null ? held : await counted ?? held + rejected
  return settled(read, { ...written, rows: written.rows ?? passed }, counter)
}

/** `counted`: by the source; what passed has to be as much. */
function settled(
  counted: number | null,
  { rows, bytes }: { readonly rows: number | null; readonly bytes: number },
  counter: Counter,
): Moved {
  const rowsRead = counted ?? counter.rows
  if (rowsRead === null || rows === null || rowsRead !== rows + counter.rejected) {
    throw new Fault('rows_lost')
  }
  return { rowsRead, rows, bytes }
}

interface Opened {
  readonly reading: Reading
  readonly counter: Counter
}

/** The source's bytes, checked and counted where that is needed. */
async function openSource(transfer: Transfer, slice: Slice): Promise<Opened> {
  const { source, way, columns, signal, meter } = transfer
  meter.begin(slice.id)
  const kept = transfer.spool?.slice(slice.id) ?? null
  const skipped = new Skipped()
  const reading = await source.open(
    kept === null ? slice : leavingOut(slice, kept, skipped),
    way.from,
    signal,
  )
  const watched = (rows: () => number | null) =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        meter.passed(slice.id, chunk.byteLength, rows())
        controller.enqueue(chunk)
      },
    })
  if (way.sieved && kept !== null) {
    const sieve = sieveOf(transfer, kept, skipped)
    const bytes = sieved(reading.bytes.pipeThrough(watched(() => sieve.rows)), sieve)
    return { reading: { ...reading, bytes }, counter: counterOf(sieve, skipped) }
  }
  const checked = way.checks.some((check) => check !== null)
  const { given } = reading
  if (given !== undefined && !checked) {
    const bytes = reading.bytes.pipeThrough(watched(given))
    const giver = {
      get rows() {
        return given()
      },
    }
    return { reading: { ...reading, bytes }, counter: counterOf(giver, skipped) }
  }
  if (way.from === 'pgcopy' || (columns.every(countedAtSource) && !checked)) {
    const bytes = reading.bytes.pipeThrough(watched(() => null))
    return { reading: { ...reading, bytes }, counter: counterOf(null, skipped) }
  }
  const scanner = new CsvScanner({ columns: columns.length, checks: way.checks })
  const bytes = scanned(reading.bytes, scanner).pipeThrough(watched(() => scanner.rows))
  return { reading: { ...reading, bytes }, counter: counterOf(scanner, skipped) }
}

/** What the source cannot spell, it keeps back itself. */
function leavingOut(slice: Slice, kept: SliceSpool, skipped: Skipped): Slice {
  return {
    ...slice,
    refused: (row) => {
      kept.add(row)
      skipped.add(row.row)
    },
  }
}

/** Databases say how many rows they have given; of files, only who reads them knows. */
const countedAtSource = ({ vocabulary }: Column) =>
  vocabulary === 'postgres' || vocabulary === 'mysql' || vocabulary === 'sqlite'

function sieveOf({ columns, targets, key }: Transfer, spool: SliceSpool, skipped?: Skipped): Sieve {
  return new Sieve({
    names: columns.map(({ name }) => name),
    targets,
    proven: columns.map((column, at) => isProven(column, targets[at] as Column)),
    key,
    spool,
    ...(skipped === undefined ? {} : { skipped }),
  })
}

interface OpenedRestowed {
  readonly hold: Hold
  readonly bytes: ReadableStream<Uint8Array>
  readonly rows: Promise<number>
  readonly counter: Counter
  /** Rows by the source; null where the hold itself reads. */
  readonly counted: Promise<number | null> | null
}

/** What the hold makes of the source's bytes. */
async function openRestowed(transfer: Transfer, slice: Slice, lineBytes: number): Promise<OpenedRestowed> {
  const { way, columns } = transfer
  const { cargo, counter, counted, hold } = await load(transfer, slice, lineBytes)
  const { bytes, rows } = restow(cargo, { ...restowing(transfer), hold })
  if (way.into !== 'csv') return { bytes, rows, counter, counted, hold }
  const { meter } = transfer
  const watched = (count: () => number) =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        // What the hold makes of a file is not what was read: its rows count, its bytes do not.
        meter.passed(slice.id, 0, count())
        controller.enqueue(chunk)
      },
    })
  // Text of a Parquet file may go into narrower columns than it came from.
  if (way.sieved && transfer.spool !== null) {
    const sieve = sieveOf(transfer, transfer.spool.slice(slice.id))
    const passed = sieved(bytes.pipeThrough(watched(() => sieve.rows)), sieve)
    return { bytes: passed, rows, counter: counterOf(sieve, new Skipped()), counted, hold }
  }
  const scanner = new CsvScanner({ columns: columns.length, checks: way.checks })
  const passed = scanned(bytes, scanner).pipeThrough(watched(() => scanner.rows))
  return { bytes: passed, rows, counter: counterOf(scanner, new Skipped()), counted, hold }
}

export function restowing({ way, columns, targets, signal }: Transfer): Omit<Restowing, 'hold'> {
  const into = way.into === 'parquet' ? targets : null
  return { columns, into, name: `f${fifos++}`, signal }
}

export interface Loaded {
  readonly cargo: Cargo
  readonly counter: Counter
  readonly counted: Promise<number | null> | null
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
    transfer.meter.begin(slice.id)
    const paths = source.files?.(slice) ?? []
    const unchanged = () => source.unchanged?.(slice)
    const { condition } = slice.stream
    const cargo = { kind: 'parquet', paths, condition, unchanged } as const
    const counter = counterOf(null, new Skipped())
    return { cargo, counter, counted: null, hold: await transfer.hold(paths) }
  }
  const hold = await transfer.hold([])
  const { reading, counter } = await openSource(transfer, slice)
  // What is kept back on the way, the hold does not have.
  const countRows = () => counter.rows === null ? null : counter.rows - counter.rejected
  const proof = reading.proof.then((count) =>
    count === null || counter.rows !== null ? null : count - counter.rejected
  )
  proof.catch(() => undefined)
  const cargo: Cargo = { kind: 'csv', reading: { ...reading, proof }, countRows, lineBytes }
  return { cargo, counter, counted: reading.proof, hold }
}

/** The stream once more, as canonical CSV, for looking at one row of it. */
export async function reopen(transfer: Transfer, slice: Slice): Promise<ReadableStream<Uint8Array>> {
  if (transfer.way.from !== 'parquet') {
    return (await transfer.source.open(slice, 'csv', transfer.signal)).bytes
  }
  const { cargo, hold } = await load(transfer, slice)
  return restow(cargo, { ...restowing(transfer), into: null, hold }).bytes
}
