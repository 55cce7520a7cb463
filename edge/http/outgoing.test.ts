/** Long answers over real sockets, to clients that do not read them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Held } from './held.ts'
import { NotRead, Outgoing } from './outgoing.ts'
import { TooManyRequests } from './problem.ts'

const LENGTH = 32 * 1024 * 1024

/** A server of one answer, and a connection that has asked for it. */
async function asked(answer: () => ReadableStream<Uint8Array>) {
  const server = Deno.serve(
    {
      port: 0,
      hostname: '127.0.0.1',
      onListen: () => {},
      onError: (error) => {
        assert.ok(error instanceof NotRead)
        return new Response()
      },
    },
    () => new Response(answer()),
  )
  const connection = await Deno.connect({ hostname: '127.0.0.1', port: server.addr.port })
  await connection.write(new TextEncoder().encode('GET / HTTP/1.1\r\nhost: edge.test\r\n\r\n'))
  return {
    server,
    connection,
    async [Symbol.asyncDispose]() {
      connection.close()
      await server.shutdown()
    },
  }
}

/** How many bytes come until the connection ends, or breaks. */
async function rest(connection: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(256 * 1024)
  let length = 0
  try {
    for (;;) {
      const read = await connection.read(buffer)
      if (read === null) return length
      length += read
    }
  } catch {
    return length
  }
}

describe('a long answer', () => {
  const bytes = new Uint8Array(LENGTH).map((_, at) => at % 251)

  test('arrives whole, in pieces', async () => {
    const outgoing = new Outgoing(60_000)
    let ended = 0
    const response = new Response(outgoing.pieces(bytes, () => ended++))
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes)
    assert.equal(ended, 1)
  })

  test('that nobody reads is given up, and ends unfinished', async () => {
    const ended = Promise.withResolvers<void>()
    const outgoing = new Outgoing(20)
    await using s = await asked(() => outgoing.pieces(bytes, ended.resolve))
    await ended.promise
    assert.ok(await rest(s.connection) < LENGTH)
  })

  test('that goes on being made is no longer made when nobody reads it', async () => {
    const cancelled = Promise.withResolvers<void>()
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(bytes.subarray(0, 65_536)),
        cancel: () => cancelled.resolve(),
      })
    const outgoing = new Outgoing(20)
    await using s = await asked(() => outgoing.stream(endless()))
    await cancelled.promise
    await rest(s.connection)
  })

  test('ends for the edge as soon as who asked is gone', async () => {
    const ended = Promise.withResolvers<void>()
    const outgoing = new Outgoing(60_000)
    const s = await asked(() => outgoing.pieces(bytes, ended.resolve))
    await s.connection.read(new Uint8Array(1024))
    await s[Symbol.asyncDispose]()
    await ended.promise
  })

  test('that cannot be made breaks off, and says so to who holds memory for it', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('the database is gone')),
    })
    await assert.rejects(new Response(new Outgoing(60_000).stream(broken)).arrayBuffer(), /gone/)
  })
})

test('a long answer that nobody ever asks for is let go of', async () => {
  await new Promise<void>((ended) => new Outgoing(10).pieces(new Uint8Array(LENGTH), ended))
})

describe('what is held for somebody', () => {
  const long = 1024 * 1024

  test('has an end, for each their own, and is free when it is let go', () => {
    const held = new Held(3 * long)
    const [first] = [held.take('a', long), held.take('a', long), held.take('a', long)]
    assert.throws(() => held.take('a', long), TooManyRequests)
    held.take('b', long)
    first?.()
    first?.()
    assert.equal(held.bytes, 3 * long)
    held.take('a', long)
    assert.throws(() => held.take('a', long), TooManyRequests)
  })

  test('may be one thing that is longer, and is not counted where it is short', () => {
    const held = new Held(long)
    for (let i = 0; i < 1000; i++) held.take('a', 65_536)
    assert.equal(held.bytes, 0)
    const free = held.take('a', 5 * long)
    assert.throws(() => held.take('a', 65_537), TooManyRequests)
    free()
    held.take('a', 65_537)
  })
})
