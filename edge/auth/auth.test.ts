import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, type TestEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { world } from '../world_fixture.ts'
import { isSecret, newSecret, type SecretKind } from './secret.ts'

const DAY_MS = 86_400_000
const kinds: readonly SecretKind[] = ['pat', 'inv', 'enr', 'set']

async function status(edge: TestEdge, secret: string): Promise<number> {
  return (await edge.call(bearer(secret), 'GET /v1/whoami')).status
}

describe('a secret', () => {
  test('is known by its prefix and checksum, and by nothing else', () => {
    for (const kind of kinds) {
      const secret = newSecret(kind, native.randomBytes)
      assert.match(secret, /^sp_[a-z]{3}_[0-9A-Za-z]{36}$/)
      for (const other of kinds) assert.equal(isSecret(other, secret), other === kind)
      for (let at = 0; at < secret.length; at++) {
        const changed = secret.slice(0, at) + (secret[at] === 'x' ? 'y' : 'x') + secret.slice(at + 1)
        assert.ok(!isSecret(kind, changed), `changed at ${at}`)
      }
      assert.ok(!isSecret(kind, secret.slice(0, -1)) && !isSecret(kind, `${secret}0`))
    }
  })

  test('has the checksum that another implementation computes', () => {
    const zeros = newSecret('pat', (length) => new Uint8Array(length))
    assert.equal(zeros.slice(0, 37), 'sp_pat_' + '0'.repeat(30))
    assert.equal(zeros.slice(37), base62(crc32Bitwise(zeros.slice(0, 37))))
  })

  test('uses every character alike: bytes that would make some likelier are passed over', () => {
    const seen = new Map<string, number>()
    for (let start = 0; start < 240; start += 30) {
      const secret = newSecret('pat', (length) => new Uint8Array(length).map((_, i) => start + i))
      for (const char of secret.slice(7, 37)) seen.set(char, (seen.get(char) ?? 0) + 1)
    }
    assert.equal(seen.size, 62)
    assert.ok([...seen.values()].every((count) => count === 3 || count === 4))
    const skewed = newSecret('pat', (length) => new Uint8Array(length).map((_, i) => i % 2 === 0 ? 255 : 1))
    assert.equal(skewed.slice(7, 37), '1'.repeat(30))
  })
})

function crc32Bitwise(text: string): number {
  let crc = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

function base62(value: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let out = ''
  for (let rest = value; out.length < 6; rest = Math.floor(rest / 62)) out = digits[rest % 62] + out
  return out
}

describe('a token', () => {
  test('works until it expires, and not a millisecond longer', async () => {
    await using edge = await world()
    const made = await edge.call(edge.admin, 'POST /v1/tokens', {
      body: { name: 'short', expires_in_days: 1 },
    })
    edge.clock.now += DAY_MS - 1
    assert.equal(await status(edge, made.json.token), 200)
    edge.clock.now += 1
    assert.equal(await status(edge, made.json.token), 401)
  })

  test('stops at once when it is revoked, and keeps the time of the first revocation', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'ci' } })
    assert.equal(await status(edge, json.token), 200)
    const first = await edge.call(edge.admin, `DELETE /v1/tokens/${json.id}`)
    assert.equal(await status(edge, json.token), 401)
    edge.clock.now += 1000
    const second = await edge.call(edge.admin, `DELETE /v1/tokens/${json.id}`)
    assert.equal(second.json.revoked, first.json.revoked)
  })

  test('is stored as a hash only', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'ci' } })
    const rows = await edge.storage.read({ sql: 'SELECT * FROM token', parameters: [], reads: true })
    assert.ok(!JSON.stringify(rows).includes(json.token))
    assert.ok(!JSON.stringify(rows).includes(json.token.slice(7, 37)))
  })

  test('does what its scopes and the role of its member both allow', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.editor, 'POST /v1/tokens', {
      body: { name: 'ci', scopes: ['runs.read', 'tokens.write'] },
    })
    const who = await edge.call(bearer(json.token), 'GET /v1/whoami')
    assert.deepEqual(who.json.permissions.toSorted(), ['runs.read', 'tokens.write'])
    const { member } = (await edge.call(edge.editor, 'GET /v1/whoami')).json
    await edge.call(edge.admin, `PATCH /v1/members/${member}`, { body: { role: 'viewer' } })
    const later = await edge.call(bearer(json.token), 'GET /v1/whoami')
    assert.deepEqual(later.json.permissions, ['runs.read'])
  })

  test('never makes one that may more than itself', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', {
      body: { name: 'maker', scopes: ['tokens.write', 'runs.read'] },
    })
    const maker = bearer(json.token)
    const wider = await edge.call(maker, 'POST /v1/tokens', {
      body: { name: 'x', scopes: ['runs.read', 'runs.write'] },
    })
    assert.equal(wider.status, 400)
    assert.deepEqual(wider.json.errors, [{ at: 'scopes/1', message: 'more than the calling token may do' }])
    const unscoped = await edge.call(maker, 'POST /v1/tokens', { body: { name: 'x' } })
    assert.deepEqual(unscoped.json.scopes.toSorted(), ['runs.read', 'tokens.write'])
    const beyondRole = await edge.call(edge.editor, 'POST /v1/tokens', {
      body: { name: 'x', scopes: ['members.write'] },
    })
    assert.equal(beyondRole.status, 400)
  })

  test('of others is seen and revoked by who may change members, and by nobody else', async () => {
    await using edge = await world()
    const admins = await edge.call(edge.admin, 'GET /v1/tokens')
    const editors = await edge.call(edge.editor, 'GET /v1/tokens')
    assert.equal(admins.json.data.length, 3)
    assert.equal(editors.json.data.length, 1)
    const foreign = admins.json.data.find((token: { member: string }) =>
      token.member !== editors.json.data[0].member
    )
    assert.equal((await edge.call(edge.editor, `DELETE /v1/tokens/${foreign.id}`)).status, 404)
    assert.equal((await edge.call(edge.admin, `DELETE /v1/tokens/${editors.json.data[0].id}`)).status, 200)
  })

  test('made again under its Idempotency-Key is the same one, without its secret', async () => {
    await using edge = await world()
    const call = { body: { name: 'ci' }, headers: { 'idempotency-key': 'once' } }
    const first = await edge.call(edge.admin, 'POST /v1/tokens', call)
    edge.clock.now += 5000
    const second = await edge.call(edge.admin, 'POST /v1/tokens', call)
    const { token: _, ...rest } = first.json
    assert.deepEqual(second.json, rest)
    assert.equal(await status(edge, first.json.token), 200)
  })

  test('knows when it was last used, without a write in the request', async () => {
    await using edge = await world()
    const commits = edge.storage.counts().commits
    edge.clock.now += 90_500
    await edge.call(edge.admin, 'GET /v1/whoami')
    assert.equal(edge.storage.counts().commits, commits)
    await edge.edge.flush()
    const used = await edge.call(edge.admin, 'GET /v1/tokens')
    const times = used.json.data.map((token: { last_used?: string }) => token.last_used)
    assert.ok(times.includes('2026-11-22T09:01:00.000Z'), JSON.stringify(times))
    const after = edge.storage.counts().commits
    await edge.edge.flush()
    assert.equal(edge.storage.counts().commits, after, 'the same minute again')
  })
})
