import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { fromUtf8, lengthPrefixed, toHex, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { grantsOf } from '../access/grants.ts'
import { type App, createApi, createApp } from '../app.ts'
import { reader, step, writes } from '../db/database.ts'
import type { Row } from '../db/plan.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { native } from '../primitives.ts'
import { change, unchanged } from './change.ts'
import { Metrics } from './metrics.ts'
import { newMemory } from './outgoing.ts'
import type { MemberPrincipal } from './principal.ts'
import { command, open, query, type Route } from './route.ts'

const TENANT = '0193509f-6e00-7000-8000-000000000001'
const NOW = Date.parse('2026-11-22T09:00:00.000Z')

interface Harness extends AsyncDisposable {
  readonly app: App
  readonly clock: { now: number }
  readonly logged: string[]
  readonly close: AbortController
  post(
    path: string,
    options?: { body?: unknown; key?: string; as?: string },
  ): Promise<{ status: number; json: Json }>
  rows(sql: string): Promise<readonly Row[]>
}

// deno-lint-ignore no-explicit-any -- tests say what they expect of it
type Json = any

/** An app of these routes, where `Bearer <name>` is a member of that name. */
async function harness(routes: readonly Route[]): Promise<Harness> {
  const fixture = await testStorage('embedded')
  const clock = { now: NOW }
  const logged: string[] = []
  const close = new AbortController()
  const member = (headers: Headers): MemberPrincipal | null => {
    const id = headers.get('authorization')?.replace('Bearer ', '')
    if (id === undefined) return null
    const bindings = '[["owner","tenant",null,null]]'
    const grants = grantsOf({ bindings, operator: false, scopes: null })
    const by = { kind: 'token', id: 'token', sort: 'personal', fresh: null } as const
    return { kind: 'member', tenant: TENANT, id, by, grants, scoped: false, closing: false }
  }
  const api = createApi(routes, {
    storage: fixture.storage,
    db: reader(fixture.storage),
    clock: () => clock.now,
    randomBytes: native.randomBytes,
    authenticate: {
      member: ({ headers }) => Promise.resolve(member(headers)),
      agent: () => Promise.resolve(null),
      session: null,
    },
    approve: () => Promise.resolve([]),
    origin: 'http://edge.test',
    forwardedHops: 0,
    log: (level, message, fields) => logged.push(JSON.stringify({ level, message, ...fields })),
    metrics: new Metrics(),
    watch: { refused: () => undefined, answered: () => undefined, turnedAway: () => undefined },
    ...{ closing: close.signal, hideNetwork: () => '' },
    bodyTimeoutMs: 1000,
    memory: newMemory(),
  })
  const app = createApp(api)
  return {
    app,
    clock,
    logged,
    close,
    async post(path, { body, key, as = 'ada' } = {}) {
      const headers = {
        authorization: `Bearer ${as}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await app(
        new Request(`http://edge.test${path}`, { method: 'POST', headers, ...sent }),
        connection,
      )
      return { status: response.status, json: await response.json() }
    },
    rows: (sql) => fixture.storage.read({ sql, parameters: [], reads: true }),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  }
}

const connection = { remote: '192.0.2.1' }

const Thing = z.object({ id: z.string(), name: z.string(), secret: z.string().optional() })
const shape = { tag: 'Things', summary: '', reply: Thing, example: { reply: {} } }

/** Makes a workspace; the answer has a secret that only the first time means something. */
const create = command({
  ...shape,
  id: 'createThing',
  method: 'post',
  path: '/things',
  status: 201,
  permission: 'workspaces.write',
  within: 'list',
  audit: 'thing.created',
  body: z.strictObject({ name: z.string() }),
  handle({ principal, body, now, newId }) {
    const environment = 'other' as const
    const row = { id: newId(), tenant: principal.tenant, name: body.name, environment, created: now }
    return Promise.resolve(change({
      writes: [
        step(writes.insertInto('workspace').values(row), { otherwise: 'already_exists' }),
        step(
          writes.selectFrom('workspace').select(['id', 'name']).where('tenant', '=', row.tenant)
            .where('id', '=', row.id),
        ),
      ],
      target: row.id,
      facts: { length: body.name.length },
      names: { name: { member: body.name, value: body.name } },
      reply: ({ rows, repeated }) => ({
        ...(rows[1]?.[0] as unknown as { id: string; name: string }),
        ...(repeated ? {} : { secret: 'shown once' }),
      }),
    }))
  },
})

function reading(handle: () => Promise<unknown>): Route {
  return query({
    ...shape,
    id: 'getThing',
    path: '/thing',
    permission: 'workspaces.read',
    within: 'list',
    handle: handle as never,
  })
}

async function get(app: App, path: string, method = 'GET'): Promise<{ response: Response; json: Json }> {
  const response = await app(
    new Request(`http://edge.test${path}`, { method, headers: { authorization: 'Bearer ada' } }),
    connection,
  )
  const text = await response.text()
  return { response, json: text === '' ? null : JSON.parse(text) }
}

describe('an Idempotency-Key', () => {
  test('makes a repetition happen once and answers it alike, but for secrets', async () => {
    await using edge = await harness([create])
    const first = await edge.post('/things', { body: { name: 'a' }, key: 'k1' })
    edge.clock.now += 60_000
    const second = await edge.post('/things', { body: { name: 'a' }, key: 'k1' })
    assert.equal(first.status, 201)
    assert.equal(first.json.secret, 'shown once')
    assert.deepEqual(second, { status: 201, json: { id: first.json.id, name: 'a' } })
    assert.equal((await edge.rows('SELECT * FROM audit_leaf')).length, 1)
    assert.equal((await edge.rows('SELECT * FROM audit_name')).length, 1)
  })

  test('sent several times at once happens once', async () => {
    await using edge = await harness([create])
    const answers = await Promise.all(
      [1, 2, 3].map(() => edge.post('/things', { body: { name: 'a' }, key: 'k1' })),
    )
    assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201])
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1)
    assert.equal((await edge.rows('SELECT * FROM workspace')).length, 1)
  })

  test('with another body is refused', async () => {
    await using edge = await harness([create])
    await edge.post('/things', { body: { name: 'a' }, key: 'k1' })
    const other = await edge.post('/things', { body: { name: 'b' }, key: 'k1' })
    assert.equal(other.status, 422)
    assert.equal(other.json.code, 'idempotency_mismatch')
    assert.equal((await edge.rows('SELECT * FROM workspace')).length, 1)
  })

  test("is each principal's own", async () => {
    await using edge = await harness([create])
    const ada = await edge.post('/things', { body: { name: 'a' }, key: 'k1', as: 'ada' })
    const bob = await edge.post('/things', { body: { name: 'b' }, key: 'k1', as: 'bob' })
    assert.equal(bob.status, 201)
    assert.notEqual(ada.json.id, bob.json.id)
  })

  test('leaves a refused request to be tried again', async () => {
    await using edge = await harness([create])
    await edge.post('/things', { body: { name: 'a' } })
    assert.equal((await edge.post('/things', { body: { name: 'a' }, key: 'k1' })).json.code, 'already_exists')
    assert.equal((await edge.post('/things', { body: { name: 'b' }, key: 'k1' })).status, 201)
  })

  test('is visible ASCII', async () => {
    await using edge = await harness([create])
    const answer = await edge.post('/things', { body: { name: 'a' }, key: 'two words' })
    assert.deepEqual(answer.json.errors, [{
      at: 'header/Idempotency-Key',
      message: '1 to 200 visible ASCII characters',
    }])
  })

  test('makes ids that are ordered in time like any other', async () => {
    await using edge = await harness([create])
    const made = await edge.post('/things', { body: { name: 'a' }, key: 'k1' })
    assert.equal(parseInt(made.json.id.replaceAll('-', '').slice(0, 12), 16), NOW)
  })
})

describe('an audit entry', () => {
  test('says who did what to what, and holds names only as salted hashes', async () => {
    await using edge = await harness([create])
    const made = await edge.post('/things', { body: { name: 'Ada Lovelace' } })
    const [leaf] = await edge.rows('SELECT plan, bytes FROM audit_leaf')
    const [name] = await edge.rows('SELECT field, salt, value FROM audit_name')
    const text = fromUtf8(leaf?.bytes as Uint8Array)
    const salted = lengthPrefixed(name?.salt as Uint8Array, utf8('Ada Lovelace'))
    assert.deepEqual(JSON.parse(text), {
      v: 1,
      time: '2026-11-22T09:00:00.000Z',
      plan: leaf?.plan,
      actor: { kind: 'member', id: 'ada', token: 'token' },
      action: 'thing.created',
      facts: { length: 12 },
      names: { name: createHash('sha256').update(salted).digest('hex') },
      target: made.json.id,
    })
    assert.ok(!text.includes('Lovelace'))
    assert.equal(name?.value, 'Ada Lovelace')
    assert.equal(toHex(name?.salt as Uint8Array).length, 32)
  })
})

describe('a reply', () => {
  test('has the fields that its schema names, and no other', async () => {
    await using edge = await harness([
      reading(() => Promise.resolve({ id: 'a', name: 'b', password: 'hunter2' })),
    ])
    assert.deepEqual((await get(edge.app, '/thing')).json, { id: 'a', name: 'b' })
  })

  test('to HEAD is that to GET, without its body', async () => {
    await using edge = await harness([reading(() => Promise.resolve({ id: 'a', name: 'b' }))])
    const { response, json } = await get(edge.app, '/thing', 'HEAD')
    assert.equal(response.status, 200)
    assert.ok(response.headers.get('x-request-id'))
    assert.equal(json, null)
    const nobodys = new Request('http://edge.test/thing', { method: 'HEAD' })
    assert.equal((await edge.app(nobodys, connection)).status, 401)
  })

  test('to HEAD holds nothing of what it would have said', async () => {
    const name = 'x'.repeat(1 << 20)
    await using edge = await harness([reading(() => Promise.resolve({ id: 'a', name }))])
    for (let i = 0; i < 80; i++) {
      assert.equal((await get(edge.app, '/thing', 'HEAD')).response.status, 200)
    }
  })

  test('that is not what its schema says is an internal error, and the log says why', async () => {
    await using edge = await harness([reading(() => Promise.resolve({ id: 7, password: 'hunter2' }))])
    const { response, json } = await get(edge.app, '/thing')
    assert.equal(response.status, 500)
    assert.equal(json.code, 'internal')
    assert.ok(edge.logged.some((line) => line.includes('ZodError') && line.includes(json.request_id)))
    assert.ok(!JSON.stringify([json, edge.logged]).includes('hunter2'))
  })
})

describe('an error', () => {
  test('of ours or of a library never reaches the caller with its own words', async () => {
    await using edge = await harness([
      reading(() => Promise.reject(new Error('SELECT password FROM secrets'))),
    ])
    const { response, json } = await get(edge.app, '/thing')
    assert.equal(response.status, 500)
    assert.ok(!JSON.stringify(json).includes('password'))
    assert.ok(edge.logged.some((line) => line.includes('SELECT password FROM secrets')))
  })

  test('is an internal one whatever was thrown', async () => {
    await using edge = await harness([reading(() => Promise.reject('no error at all'))])
    const { response, json } = await get(edge.app, '/thing')
    assert.equal(response.status, 500)
    assert.equal(json.code, 'internal')
    assert.ok(edge.logged.some((line) => line.includes('getThing') && line.includes(json.request_id)))
  })

  test('that is a fault is not logged unless it is ours', async () => {
    await using edge = await harness([reading(() => Promise.reject(new Fault('not_found')))])
    assert.equal((await get(edge.app, '/thing')).response.status, 404)
    assert.deepEqual(edge.logged, [])
  })

  test('is a problem document for paths and methods that there are not', async () => {
    await using edge = await harness([create])
    const missing = await get(edge.app, '/nowhere')
    assert.equal(missing.json.code, 'not_found')
    const method = await get(edge.app, '/things')
    assert.equal(method.response.status, 405)
    assert.equal(method.response.headers.get('allow'), 'POST')
    assert.equal(method.json.code, 'method_not_allowed')
    for (const path of ['/things/', '//things', '/things/%2e%2e', '/%']) {
      assert.equal((await get(edge.app, path, 'POST')).json.code, 'not_found', path)
    }
  })

  test('names no parameter twice', async () => {
    await using edge = await harness([create])
    const answer = await edge.post('/things?a=1&a=2', { body: { name: 'a' } })
    assert.deepEqual(answer.json.errors, [{ at: 'query/a', message: 'given more than once' }])
  })
})

describe('a change', () => {
  test('with `again` asks its handler once more when it was refused', async () => {
    const attempts: number[] = []
    const retry = command({
      ...shape,
      id: 'retry',
      method: 'post',
      path: '/retry',
      permission: 'workspaces.write',
      within: 'list',
      audit: 'thing.retried',
      handle({ attempt }) {
        attempts.push(attempt)
        if (attempt === 3) return Promise.resolve(unchanged({ id: 'gave up', name: '' }))
        const never = writes.updateTable('workspace').set({ created: 1 }).where('tenant', '=', TENANT)
          .where('id', '=', 'nobody')
        return Promise.resolve(change({
          writes: [step(never, { otherwise: 'conflict' })],
          target: 'nobody',
          reply: () => ({ id: 'done', name: '' }),
          again: true,
        }))
      },
    })
    await using edge = await harness([retry])
    assert.equal((await edge.post('/retry')).json.id, 'gave up')
    assert.deepEqual(attempts, [0, 1, 2, 3])
    assert.deepEqual(await edge.rows('SELECT * FROM audit_leaf'), [])
  })

  test('tells what happened only once it is durable', async () => {
    const order: string[] = []
    const telling = command({
      ...shape,
      id: 'tell',
      method: 'post',
      path: '/tell',
      permission: 'workspaces.write',
      within: 'list',
      audit: 'thing.told',
      handle: () =>
        Promise.resolve(change({
          writes: [],
          target: 'x',
          committed: () => order.push('committed'),
          reply: () => {
            order.push('reply')
            return { id: 'x', name: '' }
          },
        })),
    })
    await using edge = await harness([telling])
    await edge.post('/tell')
    assert.deepEqual(order, ['committed', 'reply'])
    assert.equal((await edge.rows('SELECT * FROM audit_leaf')).length, 1)
  })
})

test('whoever waits hears that the edge is about to stop', async () => {
  const waiting = query({
    ...shape,
    id: 'wait',
    path: '/wait',
    permission: 'workspaces.read',
    within: 'list',
    handle: ({ signal }) =>
      new Promise<{ id: string; name: string }>((resolve) => {
        signal.addEventListener('abort', () => resolve({ id: 'stopped', name: '' }))
      }),
  })
  await using edge = await harness([waiting])
  const answer = get(edge.app, '/wait')
  await new Promise((resolve) => setImmediate(resolve))
  edge.close.abort()
  assert.equal((await answer).json.id, 'stopped')
})

test('an open route says whose log its entry goes to, or writes nothing', async () => {
  const silent = open({
    ...shape,
    id: 'silent',
    method: 'post',
    path: '/silent',
    because: 'a test',
    audit: 'thing.made',
    handle: () =>
      Promise.resolve(change({ writes: [], target: 'x', reply: () => ({ id: 'x', name: '' }) })) as never,
  })
  await using edge = await harness([silent])
  assert.equal((await edge.post('/silent')).json.code, 'internal')
  assert.deepEqual(await edge.rows('SELECT * FROM audit_leaf'), [])
})
