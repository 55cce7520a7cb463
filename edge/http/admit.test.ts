import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { grantsOf } from '../access/grants.ts'
import { createApi, createApp } from '../app.ts'
import { reader, step, writes } from '../db/database.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { native } from '../primitives.ts'
import { answer } from './answer.ts'
import { change, openChange, unchanged } from './change.ts'
import { Metrics } from './metrics.ts'
import type { By, MemberPrincipal } from './principal.ts'
import { command, open, query, type Route } from './route.ts'
import { newMemory } from './outgoing.ts'
import type { Services } from './services.ts'

const ORIGIN = 'https://edge.test'
const TENANT = '0193509f-6e00-7000-8000-000000000001'
const OTHER = '0193509f-6e00-7000-8000-000000000002'
const NOW = Date.parse('2026-11-22T09:00:00.000Z')

const member = (by: By): MemberPrincipal => ({
  kind: 'member',
  tenant: TENANT,
  id: 'ada',
  by,
  grants: grantsOf({ bindings: '[["owner","tenant",null,null]]', operator: false, scopes: null }),
  scoped: false,
  closing: false,
})

const account = { kind: 'account', account: 'ada', session: 's', tenant: TENANT } as const

/** Cookies are `fresh`, `stale` and `lost`, which has chosen no tenant; tokens are the sorts of tokens. */
async function harness(routes: readonly Route[], { hops = 0 } = {}) {
  const fixture = await testStorage('embedded')
  const authenticate: Services['authenticate'] = {
    member: ({ headers }) => {
      const sort = headers.get('authorization')?.replace('Bearer ', '')
      if (sort !== 'personal' && sort !== 'service' && sort !== 'device') return Promise.resolve(null)
      return Promise.resolve(member({ kind: 'token', id: 't', sort, fresh: null }))
    },
    agent: () => Promise.resolve(null),
    session: (cookie) => {
      const fresh = cookie === 'fresh' ? NOW - 300_000 : NOW - 300_001
      const whose = member({ kind: 'session', id: 's', account: 'ada', fresh })
      const found = {
        account: { ...account, fresh },
        member: cookie === 'lost' ? new Fault('forbidden') : whose,
      }
      return Promise.resolve(/^(fresh|stale|lost)$/.test(cookie) ? found : null)
    },
  }
  const api = createApi(routes, {
    storage: fixture.storage,
    db: reader(fixture.storage),
    clock: () => NOW,
    randomBytes: native.randomBytes,
    authenticate,
    approve: () => Promise.resolve([]),
    origin: ORIGIN,
    forwardedHops: hops,
    log: () => {},
    hideNetwork: () => '',
    metrics: new Metrics(),
    watch: { refused: () => undefined, answered: () => undefined, turnedAway: () => undefined },
    closing: new AbortController().signal,
    bodyTimeoutMs: 1000,
    memory: newMemory(),
  })
  const app = createApp(api)
  return {
    async call(method: string, path: string, headers: Record<string, string> = {}) {
      const response = await app(new Request(ORIGIN + path, { method, headers }), {
        remote: '::ffff:192.0.2.7',
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        json: text === '' ? null : JSON.parse(text),
      }
    },
    storage: fixture.storage,
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  }
}

const shape = { tag: 'T', summary: '', reply: z.unknown(), example: { reply: {} } }
const done = () => Promise.resolve(unchanged({ done: true }))

const act = command({
  ...shape,
  id: 'act',
  method: 'post',
  path: '/act',
  permission: 'member:any',
  audit: 'a.b',
  handle: done,
})
const look = query({
  ...shape,
  id: 'look',
  path: '/look',
  permission: 'member:any',
  handle: ({ client, cookie }) => Promise.resolve({ client, other: cookie('other') }),
})
const own = command({
  ...shape,
  id: 'own',
  method: 'put',
  path: '/own',
  permission: 'account:any',
  audit: { none: 'a test' },
  handle: done,
})
const enter = open({
  ...shape,
  id: 'enter',
  method: 'post',
  path: '/enter',
  because: 'a test',
  handle: () =>
    Promise.resolve(unchanged(answer({ done: true }, { cookies: ['a=1; Path=/', 'b=2; Path=/'] }))),
})
const fresh = query({
  ...shape,
  id: 'fresh',
  path: '/fresh',
  permission: 'member:any',
  fresh: true,
  handle: () => Promise.resolve({}),
})

const session = (value: string) => ({ cookie: `__Host-session=${value}` })
const ours = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }

describe('a request with a session', () => {
  test('that changes something comes from a page of ours, and says so', async () => {
    await using edge = await harness([act, look])
    assert.equal((await edge.call('POST', '/act', { ...session('stale'), ...ours })).status, 200)
    assert.equal((await edge.call('POST', '/act', { ...session('stale'), origin: ORIGIN })).status, 200)
    const strange: Record<string, string>[] = [
      {},
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `${ORIGIN}:8443` },
      { origin: 'https://edge.test.evil.test' },
      { ...ours, 'sec-fetch-site': 'cross-site' },
      { ...ours, 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of strange) {
      const refused = await edge.call('POST', '/act', { ...session('stale'), ...headers })
      assert.deepEqual([refused.status, refused.json.code], [403, 'origin_refused'], JSON.stringify(headers))
    }
    assert.equal((await edge.call('GET', '/look', session('stale'))).status, 200)
  })

  test('has one cookie of that name, and no token besides', async () => {
    await using edge = await harness([look])
    const twice = { cookie: '__Host-session=stale; __Host-session=fresh' }
    assert.equal((await edge.call('GET', '/look', twice)).status, 401)
    const both = await edge.call('GET', '/look', { ...session('stale'), authorization: 'Bearer personal' })
    assert.equal(both.json.code, 'invalid_request')
    assert.equal((await edge.call('GET', '/look', session('other'))).status, 401)
    assert.equal((await edge.call('GET', '/look', { cookie: 'x__Host-session=stale' })).status, 401)
  })

  test('is of a member once it has chosen a tenant, and of an account always', async () => {
    await using edge = await harness([look, own])
    assert.equal((await edge.call('GET', '/look', session('lost'))).json.code, 'forbidden')
    assert.equal((await edge.call('PUT', '/own', { ...session('lost'), ...ours })).status, 200)
    const { json } = await edge.call('PUT', '/own', { authorization: 'Bearer personal' })
    assert.equal(json.code, 'forbidden')
    assert.match(json.detail, /session in a browser/)
  })
})

test('nobody is signed in by a page of another site', async () => {
  await using edge = await harness([enter])
  assert.equal(
    (await edge.call('POST', '/enter', { origin: 'https://evil.test' })).json.code,
    'origin_refused',
  )
  const answered = await edge.call('POST', '/enter', ours)
  assert.deepEqual(answered.headers.getSetCookie(), ['a=1; Path=/', 'b=2; Path=/'])
  assert.equal((await edge.call('POST', '/enter')).status, 200, 'a program has no origin')
})

test('where a fresh sign-in is asked for, five minutes count, of sessions and of devices', async () => {
  await using edge = await harness([fresh])
  const token = (sort: string) => ({ authorization: `Bearer ${sort}` })
  assert.equal((await edge.call('GET', '/fresh', session('fresh'))).status, 200)
  for (const headers of [session('stale'), token('device')]) {
    assert.equal((await edge.call('GET', '/fresh', headers)).json.code, 'fresh_sign_in_required')
  }
  for (const sort of ['personal', 'service']) {
    assert.equal((await edge.call('GET', '/fresh', token(sort))).status, 200)
  }
})

describe('where a request comes from', () => {
  const asked = async (hops: number, headers: Record<string, string>) => {
    await using edge = await harness([look], { hops })
    return (await edge.call('GET', '/look', { ...headers, authorization: 'Bearer personal' })).json
  }

  test('is the other end of the connection, and what a header says only behind proxies of ours', async () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.2, [2001:DB8::3]:443' }
    assert.equal((await asked(0, forwarded)).client.network, '192.0.2.7')
    assert.equal((await asked(1, forwarded)).client.network, '2001:db8::3')
    assert.equal((await asked(2, forwarded)).client.network, '203.0.113.2')
    assert.equal((await asked(1, { 'x-forwarded-for': 'nonsense' })).client.network, '192.0.2.7')
    assert.equal((await asked(4, forwarded)).client.network, '192.0.2.7')
  })

  test('names a program of 200 characters at most, and one cookie', async () => {
    const { client, other } = await asked(0, { 'user-agent': 'x'.repeat(300), cookie: 'a=1; other=2' })
    assert.equal(client.agent, 'x'.repeat(200))
    assert.equal(other, '2')
  })
})

describe("what a member's request does", () => {
  const reading = (tenant: string | null) =>
    query({
      ...shape,
      id: 'read',
      path: '/read',
      permission: 'member:any',
      handle: async ({ db }) => {
        const all = db.selectFrom('workspace').select('id')
        return await (tenant === null ? all : all.where('tenant', '=', tenant)).execute()
      },
    })
  const writing = (tenant: string | null, acrossTenants?: string) =>
    command({
      ...shape,
      id: 'write',
      method: 'post',
      path: '/write',
      permission: 'member:any',
      ...(acrossTenants === undefined ? {} : { acrossTenants }),
      audit: 'a.b',
      handle: () => {
        const all = writes.updateTable('workspace').set({ created: 1 })
        const bound = tenant === null ? all : all.where('tenant', '=', tenant)
        return Promise.resolve(change({ writes: [step(bound)], target: 'x', reply: () => ({}) }))
      },
    })
  const personal = { authorization: 'Bearer personal' }

  test('reads its own tenant, and nothing that a forgotten condition would let it', async () => {
    for (const [tenant, status] of [[TENANT, 200], [OTHER, 500], [null, 500]] as const) {
      await using edge = await harness([reading(tenant)])
      assert.equal((await edge.call('GET', '/read', personal)).status, status, String(tenant))
    }
  })

  test('writes its own tenant, unless the route says why not', async () => {
    for (const [tenant, status] of [[TENANT, 200], [OTHER, 500], [null, 500]] as const) {
      await using edge = await harness([writing(tenant)])
      assert.equal((await edge.call('POST', '/write', personal)).status, status, String(tenant))
      const [row] = await edge.storage.read({
        sql: 'SELECT count(*) AS n FROM audit_leaf',
        parameters: [],
        reads: true,
      })
      assert.equal(row?.n, status === 200 ? 1 : 0)
    }
    await using edge = await harness([writing(OTHER, 'a test')])
    assert.equal((await edge.call('POST', '/write', personal)).status, 200)
  })

  test('stands in the logs of further tenants, without its names', async () => {
    const both = open({
      ...shape,
      id: 'both',
      method: 'post',
      path: '/both',
      because: 'a test',
      audit: 'a.b',
      handle: () =>
        Promise.resolve(openChange({
          tenant: TENANT,
          actor: { kind: 'account', id: 'ada' },
          alsoIn: [OTHER, 'third'],
          names: { member: { member: 'ada', value: 'Ada' } },
          writes: [],
          target: 'x',
          reply: () => ({}),
        })),
    })
    await using edge = await harness([both])
    assert.equal((await edge.call('POST', '/both')).status, 200)
    const sql = 'SELECT tenant, CAST(bytes AS TEXT) AS leaf FROM audit_leaf ORDER BY tenant'
    const rows = await edge.storage.read({ sql, parameters: [], reads: true })
    assert.deepEqual(rows.map(({ tenant }) => tenant), [TENANT, OTHER, 'third'])
    const names = rows.map(({ leaf }) => 'names' in JSON.parse(leaf as string))
    assert.deepEqual(names, [true, false, false])
    assert.deepEqual(JSON.parse(rows[1]?.leaf as string).actor, { kind: 'account', id: 'ada' })
  })
})
