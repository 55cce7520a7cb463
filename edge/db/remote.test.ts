import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Plan } from './plan.ts'
import { openRemote } from './remote.ts'
import { testStorage } from './storage_fixture.ts'
import type { Storage } from './storage.ts'

function insert(id: string, options: { readonly audited?: boolean } = {}): Plan {
  const sql = 'INSERT INTO workspace (id, tenant, name, created) VALUES (?, ?, ?, 1)'
  const text = `{"id":"${id}"}`
  return {
    id: `plan-${id}`,
    steps: [
      { sql, parameters: [id, 't', id], reads: false, expect: { rows: 1, otherwise: 'already_exists' } },
      { sql: 'SELECT name FROM workspace WHERE id = ?', parameters: [id], reads: true },
    ],
    leaf: options.audited === false ? null : { tenant: 't', action: 'a.b', time: 1, request: null, text },
    repeatable: false,
  }
}

async function count(storage: Storage, table: 'workspace' | 'audit_leaf'): Promise<unknown> {
  const sql = `SELECT count(*) AS n FROM ${table}`
  return (await storage.read({ sql, parameters: [], reads: true }))[0]?.n
}

function refusedWith(code: FaultCode): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code
}

/** Breaks the connection of the first pipeline, and hands it on only when the third one comes. */
function slowWay(to: string) {
  const late: (() => Promise<Response>)[] = []
  let count = 0
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    const body = method === 'POST' ? await request.text() : null
    const send = () => fetch(to + pathname, { method, headers, body })
    if (!pathname.endsWith('/pipeline')) return await send()
    count += 1
    if (count === 1) {
      late.push(send)
      return new Response('{', { headers: { 'content-type': 'application/json', 'content-length': '1' } })
    }
    if (count === 3) { for (const one of late) await (await one()).body?.cancel() }
    return await send()
  })
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: async () => await server.shutdown(),
  }
}

describe('a libSQL server that misbehaves', () => {
  test('a commit whose answer was lost is found in the log, and happens once', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    server.faults.dropResponses = 1
    const outcomes = await Promise.all([storage.write(insert('a')), storage.write(insert('b'))])
    assert.deepEqual(outcomes.map(({ rows }) => rows[1]), [[{ name: 'a' }], [{ name: 'b' }]])
    assert.equal(await count(storage, 'workspace'), 2)
    assert.equal(await count(storage, 'audit_leaf'), 2)
  })

  test('of a plan without a leaf nobody can say whether it happened', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    server.faults.dropResponses = 1
    const [audited, unaudited] = await Promise.allSettled([
      storage.write(insert('a')),
      storage.write(insert('b', { audited: false })),
    ])
    assert.equal(audited.status, 'fulfilled')
    assert.ok(unaudited.status === 'rejected' && refusedWith('unavailable')(unaudited.reason))
    await assert.rejects(storage.write(insert('b', { audited: false })), refusedWith('already_exists'))
  })

  test('a request that was turned away, or whose stream had expired, is sent once more', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    server.faults.refuse = 1
    await storage.write(insert('a'))
    server.faults.expireStreams = 1
    await storage.write(insert('b'))
    assert.equal(await count(storage, 'workspace'), 2)
  })

  for (const fault of ['busy', 'lockLimit', 'expireStreams'] as const) {
    test(`where the server has done nothing (${fault}) all plans are sent again, also those without a leaf`, async () => {
      await using fixture = await testStorage('remote')
      const { storage, server } = fixture
      if (server === null) throw new TypeError('a server')
      server.faults[fault] = 2
      await Promise.all([
        storage.write(insert('a', { audited: false })),
        storage.write(insert('b', { audited: false })),
      ])
      assert.equal(await count(storage, 'workspace'), 2)
      server.faults[fault] = 1000
      await assert.rejects(storage.write(insert('c', { audited: false })), refusedWith('unavailable'))
    })
  }

  test('a read is asked again whatever became of its answer', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    for (const fault of ['dropResponses', 'expireStreams', 'refuse', 'busy'] as const) {
      server.faults[fault] = 2
      assert.equal(await count(storage, 'workspace'), 0)
      assert.equal(server.faults[fault], 0)
    }
  })

  test('a server that stays away makes it unavailable, and it recovers', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    server.faults.refuse = 1000
    await assert.rejects(storage.write(insert('a')), refusedWith('unavailable'))
    await assert.rejects(count(storage, 'workspace'), refusedWith('unavailable'))
    server.faults.refuse = 0
    await storage.write(insert('a'))
    assert.equal(await count(storage, 'workspace'), 1)
  })

  test('an answer that comes too late is not waited for', async () => {
    await using fixture = await testStorage('remote', { timeoutMs: 200 })
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    server.faults.delayMs = 600
    await assert.rejects(storage.write(insert('a', { audited: false })), refusedWith('unavailable'))
    server.faults.delayMs = 0
    await storage.write(insert('b'))
  })

  test('a commit that was late, and happens after it was looked for, happens once and is answered', async () => {
    await using fixture = await testStorage('remote')
    const { server } = fixture
    if (server === null) throw new TypeError('a server')
    await using way = slowWay(server.url)
    const storage = openRemote({ url: way.url, token: server.token })
    const { rows, recorded } = await storage.write(insert('a'))
    assert.deepEqual([rows[1], recorded?.action], [[{ name: 'a' }], 'a.b'])
    assert.equal(await count(storage, 'workspace'), 1)
    await storage.close()
  })

  test('a wrong token is unavailable, not internal: the operator mends it', async () => {
    await using fixture = await testStorage('remote')
    const { server } = fixture
    if (server === null) throw new TypeError('a server')
    const stranger = openRemote({ url: server.url, token: 'wrong' })
    await assert.rejects(count(stranger, 'workspace'), refusedWith('unavailable'))
    await stranger.close()
  })

  test('two edges on one server: each plan of either happens once, and leaves stay in order', async () => {
    await using fixture = await testStorage('remote')
    const { storage, server } = fixture
    if (server === null) throw new TypeError('a server')
    const other = openRemote({ url: server.url, token: server.token })
    const writes = Array.from(
      { length: 40 },
      (_, i) => (i % 2 === 0 ? storage : other).write(insert(`w${i}`)),
    )
    await Promise.all(writes)
    await other.close()
    const rows = await storage.read({
      sql: 'SELECT seq FROM audit_leaf ORDER BY seq',
      parameters: [],
      reads: true,
    })
    assert.deepEqual(rows.map(({ seq }) => seq), [...Array(40).keys()])
  })
})
