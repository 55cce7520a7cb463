/**
 * What every route has to refuse, generated from the list of all routes: a new one is covered from the moment that it
 * exists, and has to say in `operations_fixture.ts` how it succeeds. Each operation is first attacked, with nothing
 * written, and then succeeds and leaves its audit entry.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isPermission, rolePermissions } from '../shared/permissions.ts'
import { newSecret } from './auth/secret.ts'
import { type Answer, bearer, type Caller, nobody, rowCounts, testEdge } from './edge_fixture.ts'
import { isAgentPermission } from './http/principal.ts'
import type { Route } from './http/route.ts'
import { isSecurityEvent } from './http/security_kinds.ts'
import { type Answers, type Operation, operations, type Request } from './operations_fixture.ts'
import { native } from './primitives.ts'
import { ids, type World, world } from './world_fixture.ts'

const probe = await testEdge()
const routes = probe.edge.routes
await probe[Symbol.asyncDispose]()

/** Made by the fixture itself: it has no second time. */
const once = 'setUp'
/** What a provider adds to its answer has to be ignored: RFC 6749 section 4.1.2. */
const lenient = 'finishProviderSignIn'

let w: World
const answers: Answers = {}
/** What operations say to bodies that never end: they time out beside each other, while the tests go on. */
const unending: Promise<Answer>[] = []

before(async () => {
  // Long enough for every body that does end, on a machine with more to do than it can.
  w = await world({ bodyTimeoutMs: 5000 })
})
after(async () => await w[Symbol.asyncDispose]())

function request(operation: Operation): Request {
  return operation.request(answers, w)
}

async function send(route: Route, caller: Caller, given: Request): Promise<Answer> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => given.params?.[name] ?? 'missing')
  return await w.call(caller, `${route.method.toUpperCase()} ${path}`, given)
}

function rightful(route: Route, given: Request): Caller {
  return given.as ?? (route.permission === null ? nobody : w.admin)
}

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.json.code, code, JSON.stringify(answer.json))
  assert.equal(answer.status, status)
  assert.equal(answer.json.status, status)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.equal(answer.headers.get('cache-control'), 'private, no-store')
  assert.equal(answer.headers.get('x-request-id'), answer.json.request_id)
}

/** Every row, but for security events: refusals in a row are one, which is written a little later. */
async function counted(): Promise<Record<string, unknown>> {
  const rows = await w.storage.read({ sql: 'SELECT action FROM audit_leaf', parameters: [], reads: true })
  const acts = rows.filter(({ action }) => !isSecurityEvent(action as string))
  return { ...await rowCounts(w.storage), audit_leaf: acts.length }
}

/** Runs attacks, none of which may write anything. */
async function unchanged(attacks: () => Promise<void>): Promise<void> {
  // What was asked for before leaves the outbox by itself, and not meanwhile.
  await w.edge.housekeep()
  const counts = await counted()
  await attacks()
  assert.deepEqual(await counted(), counts)
}

/** Entries of the tenant that acts, oldest first. */
async function leaves(): Promise<{ seq: number; action: string }[]> {
  const sql = 'SELECT seq, action FROM audit_leaf WHERE tenant = ? ORDER BY seq'
  const rows = await w.storage.read({ sql, parameters: [ids.tenant], reads: true })
  return rows as unknown as { seq: number; action: string }[]
}

test('no mail address, code or secret stands in a URL, but for what a provider sends back', () => {
  const named = routes.filter(({ id }) => id !== lenient)
    .flatMap(({ params, query }) => [...Object.keys(params?.shape ?? {}), ...Object.keys(query?.shape ?? {})])
  const telling = [...new Set(named)].filter((name) => /mail|code|secret|password|address/.test(name))
  assert.deepEqual(telling, [])
})

test('every operation has a request that succeeds, and every request an operation', () => {
  assert.deepEqual(
    operations.map(({ id }) => id).sort(),
    routes.map(({ id }) => id).filter((id) => id !== once).sort(),
  )
  assert.equal(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size, routes.length)
})

for (const operation of operations) {
  const route = routes.find(({ id }) => id === operation.id) as Route
  if (route === undefined) continue
  describe(`${operation.id}: ${route.method.toUpperCase()} ${route.path}`, () => {
    before(async () => {
      const prepared = await operation.prepare?.(w, answers)
      if (prepared !== undefined) assert.ok((prepared as Answer).status < 300, JSON.stringify(prepared))
    })
    if (route.permission !== null || route.credential !== null) {
      test('refuses who is nobody', () => refusesNobody(route, operation))
    }
    if (route.permission !== null && !isAgentPermission(route.permission)) {
      test('refuses members who may not, by role and by scope', () => refusesMembers(route, operation))
    }
    if (route.permission !== null && isAgentPermission(route.permission)) {
      test('refuses agents whose signature does not hold', () => refusesSignatures(route, operation))
    }
    if (route.params !== undefined && (route.permission ?? route.credential) !== null) {
      test("answers 404 to another tenant's", () => hidesFromOthers(route, operation))
    }
    if (operation.id !== lenient) {
      test('refuses what it does not know in a query', () => refusesUnknownQuery(route, operation))
    }
    if (route.body !== undefined) {
      test('refuses bodies that are not what it takes', () => refusesBodies(route, operation))
    }
    test('succeeds, and leaves its audit entry', () => succeeds(route, operation))
  })
}

async function refusesNobody(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  const strangers: Caller[] = [
    nobody,
    bearer(newSecret('pat', native.randomBytes)),
    bearer(newSecret('inv', native.randomBytes)),
    bearer(newSecret('enr', native.randomBytes)),
    bearer(w.setupToken),
    bearer(`sp_pat_${'0'.repeat(36)}`),
    ...(given.as?.kind === 'bearer' ? [bearer(`${given.as.secret.slice(0, -1)}!`)] : []),
    ...(route.permission !== null && isAgentPermission(route.permission) ? [w.admin] : [w.strangeAgent]),
  ]
  await unchanged(async () => {
    for (const stranger of strangers) {
      const answer = await send(route, stranger, given)
      assertProblem(answer, 401, 'unauthenticated')
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
    }
    if (route.body === undefined) return
    const oversized = await send(route, nobody, { ...given, raw: 'x'.repeat(9 << 20) })
    assertProblem(oversized, 401, 'unauthenticated')
  })
}

async function refusesMembers(route: Route, operation: Operation): Promise<void> {
  const { permission } = route
  if (permission === null || !isPermission(permission)) return
  const given = request(operation)
  const callers = { owner: w.stranger, editor: w.editor, viewer: w.viewer }
  const lacking = (['owner', 'editor', 'viewer'] as const).filter((role) =>
    !rolePermissions[role].includes(permission)
  )
  const scopes = rolePermissions.owner.filter((held) => held !== permission)
  const scoped = await w.call(w.admin, 'POST /v1/tokens', { body: { name: 'all but one', scopes } })
  await unchanged(async () => {
    for (const role of lacking) {
      assertProblem(await send(route, callers[role], given), 403, 'forbidden')
    }
    assertProblem(await send(route, bearer(scoped.json.token), given), 403, 'forbidden')
    // 403 comes before parsing: whoever may not learns nothing about what would be accepted.
    if (route.body !== undefined) {
      assertProblem(
        await send(route, bearer(scoped.json.token), { ...given, body: { no: 1 } }),
        403,
        'forbidden',
      )
    }
  })
}

async function refusesSignatures(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  const agent = given.as as Extract<Caller, { kind: 'agent' }>
  await unchanged(async () => {
    const forged = await send(route, { ...agent, seed: new Uint8Array(32).fill(77) }, given)
    assertProblem(forged, 401, 'request_signature_invalid')
    assertProblem(await send(route, { ...agent, id: crypto.randomUUID() }, given), 401, 'unauthenticated')
    const otherBody = await send(route, agent, { ...given, headers: { 'content-digest': 'sha-256=:AAAA:' } })
    assertProblem(otherBody, 401, 'request_signature_invalid')
    for (const signedAgoMs of [61_000, -61_000]) {
      assertProblem(await send(route, agent, { ...given, signedAgoMs }), 401, 'clock_skew')
    }
  })
}

async function hidesFromOthers(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  const agents = route.permission !== null && isAgentPermission(route.permission)
  await unchanged(async () => {
    const other = given.stranger ?? (agents ? w.strangeAgent : w.stranger)
    assertProblem(await send(route, other, given), 404, 'not_found')
  })
}

async function refusesUnknownQuery(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  await unchanged(async () => {
    const unknown = await send(route, rightful(route, given), {
      ...given,
      query: { ...given.query, surprise: '1' },
    })
    assertProblem(unknown, 400, 'invalid_request')
    assert.deepEqual(unknown.json.errors.length, 1)
  })
}

async function refusesBodies(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  const caller = rightful(route, given)
  const attempt = (change: Request) => send(route, caller, { ...given, ...change })
  const raw = JSON.stringify(given.body)
  await unchanged(async () => {
    const unknown = await attempt({ body: { ...given.body as object, surprise: 1 } })
    assertProblem(unknown, 400, 'invalid_request')
    assert.ok(unknown.json.errors.length > 0)
    assertProblem(await attempt({ body: [] }), 400, 'invalid_request')
    assertProblem(await attempt({ raw: raw.slice(0, -1) }), 400, 'malformed_json')
    assertProblem(await attempt({ raw: new Uint8Array([0x22, 0xff, 0x22]) }), 400, 'malformed_json')
    assertProblem(await attempt({ raw: '{"a":"\\ud800"}' }), 400, 'malformed_json')
    assertProblem(
      await attempt({ raw, headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    )
    const limit = route.maxBodyBytes ?? 64 * 1024
    assertProblem(await attempt({ raw: ' '.repeat(limit) + raw }), 413, 'body_too_large')
    // A body that never ends: sent to members' routes, an agent's signature would have to know its digest.
    if (caller.kind === 'agent') return
    const { body, asked } = endless()
    const answer = attempt({ raw: body })
    // Answered without having been read, it fails below.
    await Promise.race([asked, answer])
    unending.push(answer)
  })
}

/** Begins, and then says nothing more. `asked` resolves when somebody reads on. */
function endless(): { readonly body: ReadableStream<Uint8Array>; readonly asked: Promise<void> } {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const begun = [new Uint8Array([0x7b])]
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const piece = begun.pop()
    if (piece === undefined) resolve()
    else controller.enqueue(piece)
  }
  return { body: new ReadableStream({ pull }, { highWaterMark: 0 }), asked }
}

async function succeeds(route: Route, operation: Operation): Promise<void> {
  const given = request(operation)
  const earlier = await leaves()
  const answer = await send(route, rightful(route, given), given)
  const sentOn = answer.headers.has('location')
  assert.equal(answer.status, sentOn ? 303 : route.status ?? 200, JSON.stringify(answer.json))
  assert.equal(answer.headers.get('cache-control'), 'private, no-store')
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  assert.ok(answer.headers.get('x-request-id'))
  answers[operation.id] = answer.json
  const now = await leaves()
  const added = now.slice(earlier.length)
  const expected = typeof route.audit === 'string' ? [route.audit] : []
  // Besides: what an operator wants to hear of.
  const acts = added.map(({ action }) => action)
    .filter((action) => action === route.audit || !isSecurityEvent(action))
  assert.deepEqual(acts, expected)
}

test('a body that never ends is given up, by whoever takes one', async () => {
  assert.ok(unending.length > 0)
  for (const answer of await Promise.all(unending)) assertProblem(answer, 408, 'request_timeout')
})

for (const route of routes) {
  test(`the example of ${route.id} is what its shapes say`, () => {
    const { example } = route
    route.params?.parse(example.params)
    route.query?.parse(example.query ?? {})
    if (route.body !== undefined) route.body.parse(example.body)
    const reply = route.reply.parse(example.reply)
    assert.deepEqual(JSON.parse(JSON.stringify(reply)), JSON.parse(JSON.stringify(example.reply)))
  })
}
