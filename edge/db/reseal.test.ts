import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64 } from '../../shared/bytes.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { hashSecret } from '../auth/secret.ts'
import { PUBLIC_URL, type TestEdge, testEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { type Edge, wire } from '../wiring.ts'
import { bearer } from '../edge_fixture.ts'
import type { MasterKeys } from './master_keys.ts'
import { checkMasterKeys, sealedColumns } from './reseal.ts'
import { type Kind, kinds } from './storage_fixture.ts'

const key = (n: number) => new Uint8Array(32).fill(n)

/** Newest first. */
function keysOf(...versions: readonly [number, Uint8Array][]): MasterKeys {
  return { newest: versions[0]?.[0] as number, keys: new Map(versions) }
}

/** An edge with tenants, each with a log key and one that waits; and further edges over the same database. */
async function scene(kind: Kind = 'embedded', tenants = 3) {
  const first = await testEdge({ kind })
  const tokens: string[] = []
  let operator = ''
  for (let i = 0; i < tenants; i++) {
    const id = `0193509f-6e00-7000-8000-0000000001${String(i).padStart(2, '0')}`
    const body = { tenant: { id, name: `T${i}` }, person: { name: 'Ada' } }
    const made = i === 0
      ? await first.call(bearer(first.setupToken), 'POST /v1/setup', { body })
      : await first.call(bearer(operator), 'POST /v1/tenants', { body })
    assert.equal(made.status, 201)
    operator = i === 0 ? made.json.token : operator
    tokens.push(made.json.token)
    assert.equal((await first.call(bearer(made.json.token), 'POST /v1/log-keys')).status, 201)
  }
  const old: [number, Uint8Array] = [1, first.master.keys.get(1) as Uint8Array]
  const instance = (master: MasterKeys) =>
    wire({
      storage: first.storage,
      publicUrl: PUBLIC_URL,
      setupTokenHash: hashSecret(first.setupToken),
      master,
      primitives: native,
      clock: () => first.clock.now,
      log: (level, message, fields) => first.logged.push({ level, message, fields }),
      closing: first.close.signal,
    })
  return { first, tokens, old, instance, [Symbol.asyncDispose]: () => first[Symbol.asyncDispose]() }
}

/** The checkpoint of each tenant verifies under the tenant's log key. */
async function checkpointsHold(edge: Edge, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}` }
    const ask = async (path: string) =>
      await (await edge.app(new Request(PUBLIC_URL + path, { headers }), { remote: '192.0.2.1' })).json()
    const { id, log_key } = await ask('/v1/tenant')
    const { checkpoint } = await ask('/v1/audit/checkpoint')
    openCheckpoint(native, checkpoint, { name: logOrigin(id), publicKey: fromBase64(log_key) })
  }
}

async function versions({ storage }: TestEdge): Promise<string[]> {
  const sql = 'SELECT log_key_sealed AS a, next_log_key_sealed AS b FROM tenant'
  const rows = await storage.read({ sql, parameters: [], reads: true })
  const texts = rows.flatMap(({ a, b }) => [a, b]).filter((text) => text !== null)
  return [...new Set(texts.map((text) => String(text).split('.')[0] as string))].sort()
}

async function metric(edge: Edge): Promise<string | undefined> {
  const text = await (await edge.app(new Request(`${PUBLIC_URL}/metrics`), { remote: '192.0.2.1' })).text()
  return /^sallyport_sealed_under_older_keys (\d+)$/m.exec(text)?.[1]
}

for (const kind of kinds) {
  test(`a new master key takes over while edges serve, and the old one can go, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const both = s.instance(keysOf([2, key(2)], s.old))
    await checkMasterKeys({
      storage: s.first.storage,
      primitives: native,
      master: keysOf([2, key(2)], s.old),
    })
    await checkpointsHold(both, s.tokens)
    assert.deepEqual(await versions(s.first), ['v1'])
    await both.reseal()
    assert.deepEqual(await versions(s.first), ['v2'])
    assert.equal(await metric(both), '0')
    assert.deepEqual(s.first.logged.at(-1), {
      level: 'info',
      message: 'everything is sealed under the newest master key',
      fields: { version: 'v2', resealed: 6, left: 0 },
    })
    const alone = s.instance(keysOf([2, key(2)]))
    await checkMasterKeys({ storage: s.first.storage, primitives: native, master: keysOf([2, key(2)]) })
    await checkpointsHold(alone, s.tokens)
    const { length } = s.first.logged
    await alone.reseal()
    assert.equal(s.first.logged.length, length, 'nothing was left to do')
  })
}

describe('sealing anew', () => {
  test('goes on where it was broken off, on whichever edge', async () => {
    await using s = await scene('embedded', 3)
    const master = keysOf([2, key(2)], s.old)
    const write = s.first.storage.write.bind(s.first.storage)
    let writes = 0
    s.first.storage.write = (plan) => {
      writes += 1
      return writes === 2 ? Promise.reject(new Error('the edge was killed')) : write(plan)
    }
    const broken = s.instance(master)
    await assert.rejects(broken.reseal(), /killed/)
    assert.deepEqual(await versions(s.first), ['v1', 'v2'])
    assert.equal(await metric(broken), '3')
    await checkpointsHold(broken, s.tokens)
    await s.instance(master).reseal()
    assert.deepEqual(await versions(s.first), ['v2'])
  })

  test('by two edges at once does no harm', async () => {
    await using s = await scene()
    const master = keysOf([2, key(2)], s.old)
    await Promise.all([s.instance(master), s.instance(master)].map((edge) => edge.reseal()))
    assert.deepEqual(await versions(s.first), ['v2'])
    await checkpointsHold(s.instance(keysOf([2, key(2)])), s.tokens)
  })

  test('leaves a record that does not open as it is, and says so', async () => {
    await using s = await scene('embedded', 2)
    const sql = "UPDATE tenant SET log_key_sealed = 'v1.' || substr(log_key_sealed, 4, 10) || 'AAAA' || " +
      "substr(log_key_sealed, 18) WHERE name = 'T1'"
    const step = { sql, parameters: [], reads: false }
    await s.first.storage.write({ id: '', steps: [step], leaf: null, repeatable: false })
    const edge = s.instance(keysOf([2, key(2)], s.old))
    await edge.reseal()
    assert.deepEqual(await versions(s.first), ['v1', 'v2'])
    assert.equal(await metric(edge), '1')
    assert.equal(s.first.logged.at(-1)?.level, 'error')
    await checkpointsHold(edge, s.tokens.slice(0, 1))
  })

  test('knows every column that is sealed', async () => {
    await using s = await scene('embedded', 1)
    const rows = await s.first.storage.read({
      sql: 'SELECT m.name AS name, c.name AS col FROM sqlite_schema m, pragma_table_info(m.name) c ' +
        "WHERE m.type = 'table' AND c.name LIKE '%!_sealed' ESCAPE '!' ORDER BY 1, 2",
      parameters: [],
      reads: true,
    })
    const known = sealedColumns.map(({ table, column }) => `${table}.${column}`).sort()
    assert.deepEqual(rows.map(({ name, col }) => `${name}.${col}`), known)
  })
})

describe('an edge', () => {
  const start = (s: Awaited<ReturnType<typeof scene>>, master: MasterKeys) =>
    checkMasterKeys({ storage: s.first.storage, primitives: native, master })

  test('does not start without a master key that records still need, and says which and for how many', async () => {
    await using s = await scene()
    await assert.rejects(
      start(s, keysOf([2, key(2)])),
      /^Error: SALLYPORT_MASTER_KEYS lacks v1: 3 of tenant\.log_key_sealed are sealed under it$/,
    )
    await start(s, keysOf([2, key(2)], s.old))
    await start(s, keysOf(s.old))
  })

  test('does not start where a version is another key than it was', async () => {
    await using s = await scene()
    await assert.rejects(start(s, keysOf([1, key(9)])), /v1 does not open tenant\.log_key_sealed/)
  })
})
