/**
 * What the engine relies on in every connector, as one suite: each connector's tests call it with a place of its
 * own on a real engine.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Destination, Format, Loading, Reading, Source } from './connector.ts'
import { bytesOf, loadOf as anyLoad, textColumn } from './load_fixture.ts'

export interface Subject {
  /** A source with a stream `there` of the columns id and v: rows `1,a` and `2,`. */
  source(): Source
  readonly stream: string
  /** One stream more that is not there. */
  readonly missing: string
  destination(): Destination
  /** A new target's name at each call. */
  target(): string
  /** Rows of a target as canonical CSV lines, sorted; null when there is no target. */
  rows(target: string): Promise<string[] | null>
}

const signal = new AbortController().signal

const columns = [textColumn('id'), textColumn('v')]

const loadOf = (given: Parameters<typeof anyLoad>[0]) => anyLoad({ mode: 'replace', columns, ...given })

const intent = { upTo: null, slices: ['0'], resumable: false }

const slice = {
  id: '0',
  fixed: false,
  stream: { name: 's', columns, key: [], estimatedRows: null, estimatedBytes: null },
}

async function refuses(code: FaultCode, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    assert.equal(error.code, code)
    return
  }
  assert.fail(`${code} was expected`)
}

/** Writes and commits one load; returns what the destination says. */
async function commits(
  subject: Subject,
  given: Parameters<typeof anyLoad>[0],
  text: string,
): Promise<Loading> {
  await using destination = subject.destination()
  await using loading = await destination.begin(loadOf(given), signal)
  if (loading.committed) return loading
  await loading.prepare(intent, signal)
  const written = await loading.write(slice, 'csv', bytesOf(text))
  const rows = text.split('\n').length - 1
  assert.equal(written.rows, rows)
  await loading.commit({ runId: given.runId ?? 'none', rows, cursor: null }, null)
  return loading
}

async function readAll({ bytes, proof }: Reading): Promise<{ text: string; rows: number | null }> {
  const text = await new Response(bytes).text()
  return { text, rows: await proof }
}

type SourceSubject = Pick<Subject, 'source' | 'stream' | 'missing'>

export function conformingSource(name: string, subject: () => SourceSubject, skip: string | false): void {
  describe(`${name} as a source`, { skip }, () => {
    test('answers a check, and lists what it has', async () => {
      await using source = subject().source()
      await source.check(signal)
      const streams = await source.discover(signal)
      assert.ok(streams.some((stream) => stream.name.endsWith(subject().stream)))
    })

    test('tells columns by name, and proves the end of what it emits', async () => {
      await using source = subject().source()
      const stream = await source.stream(subject().stream, signal)
      assert.deepEqual(stream.columns.map((column) => column.name), ['id', 'v'])
      const formats: readonly Format[] = source.formats(stream)
      assert.ok(formats.includes('csv'))
      const slices = await source.slices(stream, signal)
      let text = ''
      for (const one of slices) {
        const read = await readAll(await source.open(one, 'csv', signal))
        assert.ok(read.rows === null || read.rows === 2)
        text += read.text
      }
      assert.equal(text, '1,a\n2,\n')
    })

    test('gives the same slice again after a read was broken off', async () => {
      await using source = subject().source()
      const stream = await source.stream(subject().stream, signal)
      const [first] = await source.slices(stream, signal)
      assert.ok(first)
      const broken = await source.open(first, 'csv', signal)
      await broken.bytes.cancel()
      assert.equal((await readAll(await source.open(first, 'csv', signal))).text, '1,a\n2,\n')
    })

    test('refuses by name what is not there', async () => {
      await using source = subject().source()
      await refuses('stream_missing', () => source.stream(subject().missing, signal))
    })
  })
}

export function conformingDestination(name: string, subject: () => Subject, skip: string | false): void {
  describe(`${name} as a destination`, { skip }, () => {
    test('shows a load once it is committed, and not before', async () => {
      const target = subject().target()
      await using destination = subject().destination()
      await destination.check(signal)
      await using loading = await destination.begin(loadOf({ target }), signal)
      assert.equal(loading.committed, null)
      await loading.prepare(intent, signal)
      await loading.write(slice, 'csv', bytesOf('1,a\n2,\n'))
      assert.equal(await subject().rows(target), null)
      await loading.commit({ runId: 'none', rows: 2, cursor: null }, null)
      assert.deepEqual(await subject().rows(target), ['1,a', '2,'])
    })

    test('plans without writing anything', async () => {
      const target = subject().target()
      await using destination = subject().destination()
      const planned = await destination.plan(loadOf({ target }), signal)
      assert.equal(planned.how, 'create')
      assert.deepEqual(planned.columns.map((column) => column?.name), ['id', 'v'])
      assert.equal(await subject().rows(target), null)
    })

    test('leaves a target as it was when a load is given up', async () => {
      const target = subject().target()
      await commits(subject(), { target }, '1,a\n')
      {
        await using destination = subject().destination()
        await using loading = await destination.begin(loadOf({ target }), signal)
        await loading.prepare(intent, signal)
        await loading.write(slice, 'csv', bytesOf('9,z\n'))
      }
      assert.deepEqual(await subject().rows(target), ['1,a'])
    })

    test('stores nothing of a stream that breaks off', async () => {
      const target = subject().target()
      await commits(subject(), { target }, '1,a\n')
      await using destination = subject().destination()
      await using loading = await destination.begin(loadOf({ target }), signal)
      const broken = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode('9,z\n'))
          controller.error(new Fault('connection_lost'))
        },
      })
      await loading.prepare(intent, signal)
      await refuses('connection_lost', () => loading.write(slice, 'csv', broken))
      await loading[Symbol.asyncDispose]()
      assert.deepEqual(await subject().rows(target), ['1,a'])
    })

    test('replaces, and keeps what the next run may ask for', async () => {
      const target = subject().target()
      const runId = crypto.randomUUID()
      await commits(subject(), { target, runId }, '1,a\n')
      await using destination = subject().destination()
      await using loading = await destination.begin(loadOf({ target }), signal)
      assert.deepEqual(loading.state, { runId, rows: 1, cursor: null })
      await loading.prepare(intent, signal)
      await loading.write(slice, 'csv', bytesOf('2,b\n'))
      await loading.commit({ runId: 'none', rows: 1, cursor: null }, null)
      assert.deepEqual(await subject().rows(target), ['2,b'])
    })

    for (const mode of ['replace', 'append'] as const) {
      test(`counts a run once: ${mode}, committed and begun again`, async () => {
        const target = subject().target()
        const runId = crypto.randomUUID()
        await commits(subject(), { target, mode, runId, fence: 1 }, '1,a\n')
        const again = await commits(subject(), { target, mode, runId, fence: 2 }, '1,a\n')
        assert.equal(again.committed?.rows, 1)
        assert.deepEqual(await subject().rows(target), ['1,a'])
        const other = await commits(subject(), { target, mode }, '2,b\n')
        assert.equal(other.committed, null)
        assert.deepEqual(await subject().rows(target), mode === 'append' ? ['1,a', '2,b'] : ['2,b'])
      })
    }

    test('lets one load a target at a time, and shuts out an attempt that has been overtaken', {
      timeout: 30_000,
    }, async () => {
      const target = subject().target()
      const runId = crypto.randomUUID()
      {
        await using first = subject().destination()
        await using _loading = await first.begin(loadOf({ target, runId, fence: 2 }), signal)
        await using second = subject().destination()
        await refuses('target_busy', () => second.begin(loadOf({ target }), signal))
      }
      {
        await using late = subject().destination()
        await refuses('run_superseded', () => late.begin(loadOf({ target, runId, fence: 1 }), signal))
      }
      await commits(subject(), { target, runId, fence: 3 }, '1,a\n')
    })

    test('refuses two columns that are one name to it', async () => {
      await using destination = subject().destination()
      const twins = { ...loadOf({ target: subject().target() }), columns: [textColumn('a'), textColumn('a')] }
      await refuses('name_refused', () => destination.plan(twins, signal))
    })
  })
}
