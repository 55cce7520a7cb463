/**
 * Every route, asked by everybody: each built-in role, bound at the tenant, a workspace or a project, of the thing and
 * of others, in its tenant and in another. The answer is the one that the table of permissions says, in every cell.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Answer } from '../edge_fixture.ts'
import { testEdge } from '../edge_fixture.ts'
import { isAgentPermission, lacking } from '../http/principal.ts'
import type { Route } from '../http/route.ts'
import { type Answers, type Operation, operations, type Request } from '../operations_fixture.ts'
import { ids, type World, world } from '../world_fixture.ts'
import {
  type Asker,
  askers,
  expected,
  holds,
  type Path,
  type Places,
  placesOf,
  type Verdict,
} from './matrix_fixture.ts'

const probe = await testEdge()
const routes = probe.edge.routes
await probe[Symbol.asyncDispose]()

let w: World
let places: Places
let everybody: readonly Asker[]
const answers: Answers = {}
let cells = 0

before(async () => {
  w = await world()
  places = await placesOf(w)
  everybody = await askers(w, places)
})
after(async () => await w[Symbol.asyncDispose]())

/** Whose handler says itself whose the thing is, and why: those may be refused whom the table lets ask. */
const personal: Readonly<Record<string, string>> = {
  inviteAgain: 'for who made the invitation, and for who may change members',
  rotateToken: 'one’s own, and of others for who holds what it may',
  revokeToken: 'one’s own, and of others for who may change members',
}

/** What concerns the tenant as a whole, whatever their parameters name of it. */
const ofTheWhole = ['putLimit', 'listLimits', 'deleteLimit']

/** What answers counts and lists nothing: whose things it counts is shown beside it. */
const counted = ['getQueue', 'listDeadLetters']

async function send(route: Route, asker: Pick<Asker, 'caller'>, given: Request): Promise<Answer> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => given.params?.[name] ?? 'missing')
  return await w.call(asker.caller, `${route.method.toUpperCase()} ${path}`, given)
}

/** What a handler itself refuses, in words of its own, was reached. */
function verdictOf({ permission }: Route, { status, json }: Answer): Verdict | 'unauthenticated' {
  if (status === 401 && json.code === 'unauthenticated') return 'unauthenticated'
  if (status === 404 && json.code === 'not_found') return 'hidden'
  const refused = json?.code === 'forbidden' && json.detail === lacking(permission ?? 'member:any').message
  return refused ? 'forbidden' : 'reached'
}

/** Where the thing is that a request is for, from itself to its tenant; null where there is none. */
function pathOf(route: Route, given: Request): Path | null {
  const permission = route.permission ?? ''
  const body = given.body as { readonly workspace?: string } | undefined
  if (route.within === 'list') return null
  if (ofTheWhole.includes(route.id)) return [ids.tenant]
  if (/^(connections|pipelines|runs|index)\./.test(permission)) return up(ids.project)
  if (/^(workspaces|projects)\./.test(permission)) {
    const id = given.params?.id ?? body?.workspace
    return id === undefined ? [ids.tenant] : up(id)
  }
  return route.params === undefined ? null : [given.params?.id ?? '', ids.tenant]
}

function up(id: string): Path {
  const workspace = places.workspaceOf.get(id)
  return workspace === undefined ? [id, ids.tenant] : [id, workspace, ids.tenant]
}

/** Nothing is written while everybody asks, so that each finds the same. */
async function withoutWrites<T>(work: () => Promise<T>): Promise<T> {
  const storage = w.storage as { write: World['storage']['write'] }
  const { write } = storage
  storage.write = () => Promise.reject(new Fault('lease_lost'))
  try {
    return await work()
  } finally {
    storage.write = write
  }
}

for (const operation of operations) {
  const route = routes.find(({ id }) => id === operation.id)
  if (route === undefined) continue
  describe(`${operation.id}: ${route.permission}`, () => {
    before(async () => await operation.prepare?.(w, answers))
    if (route.permission !== null) {
      test('answers everybody as the table says', () => matches(route, operation))
      if (route.within === 'list' && !counted.includes(route.id)) {
        test('lists what is within reach, all of it', () => lists(route, operation))
      }
    }
    if (route.params !== undefined && route.permission !== null && route.permission !== 'account:any') {
      test("does the same for another tenant's and for what is nowhere", () => alike(route, operation))
    }
    test('then happens', () => happens(route, operation))
  })
}

async function matches(route: Route, operation: Operation): Promise<void> {
  const given = operation.request(answers, w)
  const path = pathOf(route, given)
  const agents = route.permission !== null && isAgentPermission(route.permission)
  const wrong: string[] = []
  for (const asker of everybody) {
    const allowed = agents ? ['unauthenticated'] : expected(route, asker, path)
    // What is hidden is nowhere to be found by a write either; whatever else happens only once, in the end.
    const asked = () => send(route, asker, given)
    const verdict = verdictOf(route, allowed[0] === 'hidden' ? await asked() : await withoutWrites(asked))
    const own = Object.hasOwn(personal, route.id) && allowed[0] === 'reached'
    if (!own && !(allowed as string[]).includes(verdict)) {
      wrong.push(`${asker.name}: ${verdict}, not ${allowed}`)
    }
    cells++
  }
  assert.deepEqual(wrong, [])
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Nobody learns by how long it takes whether an id is somebody's: the statements that run are the same. */
async function alike(route: Route, operation: Operation): Promise<void> {
  const given = operation.request(answers, w)
  const params = Object.entries(given.params ?? {})
  const nowhere = params.map(([name, id]) => [name, uuid.test(id) ? crypto.randomUUID() : id] as const)
  const agents = route.permission !== null && isAgentPermission(route.permission)
  const caller = given.stranger ?? (agents ? w.strangeAgent : w.stranger)
  const elsewhere = { ...given, params: Object.fromEntries(nowhere) }
  // What the caller may is computed once, whatever they ask for.
  await send(route, { caller }, elsewhere)
  const theirs = await statements(() => send(route, { caller }, given))
  const unknown = await statements(() => send(route, { caller }, elsewhere))
  assert.deepEqual(theirs, unknown)
}

/** What is read and written on the way to an answer that is 404. */
async function statements(work: () => Promise<Answer>): Promise<string[]> {
  const storage = w.storage as { read: World['storage']['read']; write: World['storage']['write'] }
  const { read, write } = storage
  const ran: string[] = []
  storage.read = (statement) => {
    ran.push(statement.sql)
    return read.call(storage, statement)
  }
  storage.write = (plan) => {
    ran.push(...plan.steps.map(({ sql }) => sql))
    return write.call(storage, plan)
  }
  try {
    assert.equal((await work()).status, 404)
    return ran
  } finally {
    storage.read = read
    storage.write = write
  }
}

/** Something in a list, and the project that it is in. */
type Listed = { readonly id: string; readonly project?: string }

async function lists(route: Route, operation: Operation): Promise<void> {
  const asked = operation.request(answers, w)
  const given = { ...asked, query: { ...asked.query, limit: '200' } }
  const all = (await send(route, { caller: w.admin }, given)).json.data as Listed[]
  for (const asker of everybody) {
    if (asker.tenant !== ids.tenant) continue
    const answer = await send(route, asker, given)
    if (answer.status === 403) continue
    const seen = (answer.json.data as Listed[]).map(({ id }) => id)
    const may = all.filter(({ id, project }) => holds(asker, route.permission as string, up(project ?? id)))
    assert.deepEqual(seen, may.map(({ id }) => id), asker.name)
  }
}

async function happens(route: Route, operation: Operation): Promise<void> {
  const given = operation.request(answers, w)
  const caller = given.as ?? (route.permission === null ? { kind: 'nobody' as const } : w.admin)
  const answer = await send(route, { caller }, given)
  assert.ok(answer.status < 400, JSON.stringify(answer.json))
  answers[operation.id] = answer.json
}

test('that were all of them', () => {
  const guarded = new Set(routes.filter(({ permission }) => permission !== null).map(({ id }) => id))
  const asked = operations.filter(({ id }) => guarded.has(id))
  assert.equal(cells, asked.length * 56)
})
