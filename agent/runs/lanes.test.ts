import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Loading, Slice, Source, Stream, Written } from '../connectors/connector.ts'
import type { Transfer } from '../engine/transfer.ts'
import { moveSlices } from './lanes.ts'

const stream: Stream = { name: 's', columns: [], key: [], estimatedRows: null, estimatedBytes: null }
const slices = Array.from({ length: 6 }, (_, at): Slice => ({ id: String(at), stream, fixed: true }))

interface Ends {
  readonly lanes: number
  readonly done?: ReadonlyMap<string, Written>
  /** Called as a slice is written; what it throws is the slice's end. */
  readonly onWrite?: (slice: Slice, signal: AbortSignal) => Promise<void>
}

function endsOf({ lanes, done = new Map(), onWrite = async () => undefined }: Ends) {
  const written: string[] = []
  let open = 0
  let most = 0
  const source = {
    lanes,
    async open(_: Slice, __: string, signal: AbortSignal) {
      signals.push(signal)
      return { bytes: new Blob(['xx']).stream(), proof: Promise.resolve(10) }
    },
  } as unknown as Source
  const signals: AbortSignal[] = []
  const loading = {
    lanes: 3,
    done,
    async write(slice: Slice, _: string, bytes: ReadableStream<Uint8Array>): Promise<Written> {
      most = Math.max(most, ++open)
      try {
        await new Response(bytes).arrayBuffer()
        await onWrite(slice, signals.at(-1) as AbortSignal)
        written.push(slice.id)
        return { rows: 10, bytes: 2 }
      } finally {
        open--
      }
    },
  } as unknown as Loading
  const transfer: Transfer = {
    source,
    way: { route: 'direct', from: 'pgcopy', into: 'pgcopy', why: '', checks: [], sieved: false },
    columns: [],
    targets: [],
    key: [],
    spool: null,
    hold: () => Promise.reject(new Error('no hold')),
    signal: new AbortController().signal,
    meter: { begin: () => undefined, passed: () => undefined },
  }
  const moving = moveSlices(transfer, { loading, key: [], slices })
  return { moving, written, most: () => most }
}

describe('slices', () => {
  test('move at once as both ends allow, each once', async () => {
    const { moving, written, most } = endsOf({ lanes: 5 })
    assert.deepEqual(await moving, { rowsRead: 60, rows: 60, bytes: 12 })
    assert.deepEqual([...written].sort(), ['0', '1', '2', '3', '4', '5'])
    assert.equal(most(), 3)
    const alone = endsOf({ lanes: 1 })
    await alone.moving
    assert.equal(alone.most(), 1)
  })

  test('that are durable already are counted, and not moved again', async () => {
    const done = new Map([['1', { rows: 7, bytes: 1 }], ['4', { rows: 0, bytes: 0 }]])
    const { moving, written } = endsOf({ lanes: 2, done })
    assert.deepEqual(await moving, { rowsRead: 47, rows: 47, bytes: 9 })
    assert.deepEqual([...written].sort(), ['0', '2', '3', '5'])
  })

  test('stop when one of them fails, and what it failed for is told', async () => {
    const { moving, written } = endsOf({
      lanes: 3,
      async onWrite({ id }, signal) {
        if (id === '1') throw new Fault('value_refused', 'this one')
        if (id === '0') return
        await new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason)
          signal.addEventListener('abort', () => reject(new Fault('connection_lost')))
        })
      },
    })
    await assert.rejects(moving, { code: 'value_refused', message: 'this one' })
    assert.ok(written.length <= 1, written.join())
  })
})
