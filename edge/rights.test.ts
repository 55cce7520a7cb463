/** What is given and taken counts from the next request on, on every instance. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { person } from './auth/devices/people_fixture.ts'
import { hashSecret } from './auth/secret.ts'
import { openRemote } from './db/remote.ts'
import { type Kind, kinds } from './db/storage_fixture.ts'
import { type Call, type Caller, hasher, PUBLIC_URL } from './edge_fixture.ts'
import { native } from './primitives.ts'
import { wire } from './wiring.ts'
import { ids, member, type World, world } from './world_fixture.ts'

async function run({ storage }: World, sql: string, parameters: readonly string[]): Promise<void> {
  const steps = [{ sql, parameters, reads: false }]
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
}

/** The same requests to two instances; what both answer. */
async function two(kind: Kind) {
  const w = await world({ kind })
  const { server } = w.fixture
  const storage = server === null ? w.storage : openRemote({ url: server.url, token: server.token })
  const close = new AbortController()
  const other = wire({
    ...{ storage, publicUrl: PUBLIC_URL, setupTokenHash: hashSecret(w.setupToken), master: w.master, hasher },
    ...{ primitives: native, clock: () => w.clock.now, log: () => {}, closing: close.signal },
    ...{ bodyTimeoutMs: 10_000, providers: [] },
  })
  const statuses = async (caller: Caller, path: string): Promise<number[]> => {
    const secret = caller.kind === 'bearer' ? caller.secret : ''
    const headers = { authorization: `Bearer ${secret}` }
    const there = await other.app(new Request(PUBLIC_URL + path, { headers }), { remote: '127.0.0.1' })
    await there.text()
    return [(await w.call(caller, `GET ${path}`)).status, there.status]
  }
  return {
    w,
    statuses,
    async [Symbol.asyncDispose]() {
      close.abort()
      await other.flush()
      if (server !== null) await storage.close()
      await w[Symbol.asyncDispose]()
    },
  }
}

async function ask(w: World, caller: Caller, target: string, call?: Call) {
  const answer = await w.call(caller, target, call)
  assert.ok(answer.status < 300, `${target}: ${JSON.stringify(answer.json)}`)
  return answer.json
}

for (const kind of kinds) {
  describe(`the next request on every instance, ${kind} storage,`, () => {
    test('is judged by what was just given and taken at the tenant, by every route that does', async () => {
      await using both = await two(kind)
      const { w, statuses } = both
      const grace = await member(w, w.admin, 'agent_operator')
      const id = (await ask(w, grace, 'GET /v1/whoami')).member
      const reads = (status: number) => async (because: string) =>
        assert.deepEqual(await statuses(grace, '/v1/roles'), [status, status], because)
      const [may, mayNot] = [reads(200), reads(403)]
      const change = (target: string, body?: unknown) => ask(w, w.admin, target, { body })
      await mayNot('an operator of agents')
      const clerk = { name: 'Clerk', permissions: ['roles.read'] }
      const { id: role } = await change('POST /v1/roles', clerk)
      const bound = await change('POST /v1/bindings', { member: id, role, level: 'tenant' })
      await may('bound')
      await change(`PATCH /v1/roles/${role}`, { permissions: ['agents.read'] })
      await mayNot('the role holds it no more')
      await change(`PATCH /v1/roles/${role}`, { permissions: ['roles.read'] })
      await may('the role holds it again')
      await change(`DELETE /v1/bindings/${bound.id}`)
      await mayNot('not bound any more')
      const { id: group } = await change('POST /v1/groups', { name: 'Clerks' })
      await change('POST /v1/bindings', { group, role, level: 'tenant' })
      await mayNot('not in the group')
      await change(`PUT /v1/groups/${group}/members/${id}`)
      await may('in the group')
      await change(`DELETE /v1/groups/${group}/members/${id}`)
      await mayNot('out of the group')
      await change(`PUT /v1/groups/${group}/members/${id}`)
      await may('in the group again')
      await change(`DELETE /v1/groups/${group}`)
      await mayNot('the group is gone')
      await change(`PATCH /v1/members/${id}`, { role: 'auditor' })
      await may('an auditor')
      await change(`PATCH /v1/members/${id}`, { role: 'agent_operator' })
      await mayNot('demoted')
      await change('POST /v1/tenant/owner', { member: id })
      await may('the owner')
      assert.deepEqual(await statuses(w.admin, '/v1/roles'), [200, 200], 'an administrator from now on')
      const editor = (await ask(w, w.editor, 'GET /v1/whoami')).member
      await ask(w, grace, `DELETE /v1/members/${editor}`)
      assert.deepEqual(await statuses(w.editor, '/v1/whoami'), [401, 401], 'removed')
    })

    test('knows the projects that a workspace has, also for a token that counts there alone', async () => {
      await using both = await two(kind)
      const { w, statuses } = both
      const { workspace } = await ask(w, w.admin, `GET /v1/projects/${ids.project}`)
      const grace = await member(w, w.admin, 'agent_operator')
      const { member: id } = await ask(w, grace, 'GET /v1/whoami')
      const place = { level: 'workspace', id: workspace }
      const made = await ask(w, w.admin, 'POST /v1/tokens', {
        body: { name: 'there', place, scopes: ['projects.read'] },
      })
      const there: Caller = { kind: 'bearer', secret: made.token }
      const body = { member: id, role: 'viewer', level: 'workspace', place: workspace }
      await ask(w, w.admin, 'POST /v1/bindings', { body })
      const known = `/v1/projects/${ids.project}`
      for (const one of [grace, there]) assert.deepEqual(await statuses(one, known), [200, 200])
      const { id: next } = await ask(w, w.admin, 'POST /v1/projects', { body: { workspace, name: 'next' } })
      for (const one of [grace, there]) {
        assert.deepEqual(await statuses(one, `/v1/projects/${next}`), [200, 200])
      }
      await ask(w, w.admin, `DELETE /v1/projects/${next}`)
      for (const one of [grace, there]) {
        assert.deepEqual(await statuses(one, `/v1/projects/${next}`), [404, 404])
      }
    })
  })
}

test('a session is judged anew by what is written past all routes', async () => {
  await using w = await world()
  const { caller, member } = await person(w, ids.tenant, { role: 'viewer' })
  const body = { name: 'mine' }
  assert.equal((await w.call(caller, 'POST /v1/workspaces', { body })).status, 403)
  await run(w, "UPDATE binding SET role = 'admin' WHERE tenant = ? AND member = ?", [
    ids.tenant,
    member,
  ])
  assert.equal((await w.call(caller, 'POST /v1/workspaces', { body })).status, 201)
  await run(w, 'DELETE FROM binding WHERE tenant = ? AND member = ?', [ids.tenant, member])
  assert.equal((await w.call(caller, 'POST /v1/workspaces', { body: { name: 'more' } })).status, 403)
})
