import assert from 'node:assert/strict'
import { test } from 'node:test'
import { givenBack, givingBack, ownPiece } from './pieces.ts'

test('a piece that is its own is gone once it is taken, and not before', async () => {
  const taken = Promise.withResolvers<void>()
  const seen: number[] = []
  const into = givingBack(
    new WritableStream<Uint8Array>({
      async write(piece) {
        seen.push(piece.length)
        await taken.promise
        seen.push(piece.length)
      },
    }),
  )
  const piece = ownPiece(new Uint8Array(64).fill(1))
  const writer = into.getWriter()
  const written = writer.write(piece)
  await Promise.resolve()
  assert.equal(piece.length, 64)
  taken.resolve()
  await written
  assert.deepEqual(seen, [64, 64])
  assert.equal(piece.length, 0)
})

test('a piece of something larger, and one of whom nobody has said a word, stay', () => {
  const whole = new Uint8Array(64).fill(1)
  givenBack(whole)
  assert.equal(whole.length, 64)
  const part = ownPiece(whole.subarray(0, 32))
  givenBack(part)
  assert.equal(part.length, 32)
  assert.equal(whole.length, 64)
})

test('what is being written and never taken is broken off at once', async () => {
  const begun = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<unknown>()
  const into = givingBack(
    new WritableStream<Uint8Array>({
      write: (_, { signal }) =>
        new Promise<void>((_, reject) => {
          begun.resolve()
          signal.addEventListener('abort', () => {
            stopped.resolve(signal.reason)
            reject(signal.reason)
          })
        }),
    }),
  )
  const writer = into.getWriter()
  const written = writer.write(ownPiece(new Uint8Array(8)))
  await begun.promise
  await Promise.all([
    assert.rejects(written, /enough/),
    writer.abort(new Error('enough')).catch(() => undefined),
  ])
  assert.match(String(await stopped.promise), /enough/)
})

test('what breaks off by itself is known before the next piece comes', async () => {
  let broken: WritableStreamDefaultController | null = null
  const into = givingBack(
    new WritableStream<Uint8Array>({ start: (controller) => void (broken = controller) }),
  )
  const stopped = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) }).pipeTo(into)
  ;(broken as WritableStreamDefaultController | null)?.error(new Error('the server is gone'))
  await assert.rejects(stopped, /the server is gone/)
})
