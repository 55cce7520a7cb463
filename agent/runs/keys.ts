/** The keys of a whole stream of which only a part is read: what a mirror needs to know which rows are gone. */
import { Fault } from '../../shared/faults.ts'
import type { Column, Loading, Slice, Source, Stream } from '../connectors/connector.ts'
import { CsvScanner, scanned } from '../engine/csv_scan.ts'
import { Sieve, sieved } from '../engine/sieve.ts'
import type { Order } from './move.ts'

export interface Keys {
  readonly source: Source
  readonly loading: Loading
  /** As the condition leaves it, without a range. */
  readonly stream: Stream
  /** Columns of the key at the source, in the load's order, and where each goes. */
  readonly columns: readonly Column[]
  readonly targets: readonly Column[]
  /** A key that the source cannot spell is left out. */
  readonly quarantine: boolean
  /** Called as bytes pass. */
  readonly moved: () => void
}

/** Throws `unsupported` where one of the two cannot; before anything of it is read. */
export function refuseWithoutKeys(
  order: Order,
  { source, loading, stream }: Pick<Keys, 'source' | 'loading' | 'stream'>,
) {
  if (loading.writeKeys === undefined) {
    throw new Fault(
      'unsupported',
      `A destination of kind ${order.destination.type} cannot mirror a stream of which only a part is read: leave ` +
        'out its cursor and its quarantine.',
    )
  }
  if (source.formats(stream).includes('csv')) return
  throw new Fault(
    'unsupported',
    'Parquet cannot be mirrored with rows put aside: its keys cannot be read alone.',
  )
}

export async function moveKeys(order: Order, keys: Keys): Promise<void> {
  const { source, stream, columns } = keys
  const { range: _, ...whole } = stream
  for (const slice of await source.slices({ ...whole, columns }, order.signal)) {
    await moveOne(order, keys, slice)
  }
}

async function moveOne(
  { signal }: Order,
  { source, loading, columns, targets, quarantine, moved }: Keys,
  slice: Slice,
): Promise<void> {
  let skipped = 0
  const asked = quarantine ? { ...slice, refused: () => void skipped++ } : slice
  const { bytes, proof } = await source.open(asked, 'csv', signal)
  const watched = bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        moved()
        controller.enqueue(chunk)
      },
    }),
  )
  // A key that no row of the target can have says nothing about which rows are gone.
  const sieve = new Sieve({
    names: columns.map(({ name }) => name),
    targets,
    proven: columns.map(() => false),
    key: columns.map((_, at) => at),
    spool: { add: () => undefined },
  })
  const typed = columns.every(({ vocabulary }) => vocabulary === 'postgres' || vocabulary === 'mysql')
  const scanner = new CsvScanner({ columns: columns.length })
  const passed = typed ? scanned(watched, scanner) : sieved(watched, sieve)
  const written = await loading.writeKeys?.({ ...slice, id: `keys-${slice.id}` }, 'csv', passed)
  const counted = await proof
  const [came, went] = typed ? [scanner.rows, scanner.rows] : [sieve.rows, sieve.rows - sieve.rejected]
  if ((counted !== null && counted !== came + skipped) || (written?.rows ?? went) !== went) {
    throw new Fault('rows_lost')
  }
}
