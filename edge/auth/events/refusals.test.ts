import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, type Caller, nobody } from '../../edge_fixture.ts'
import { ids, type World, world } from '../../world_fixture.ts'
import { addMember, person } from '../devices/people_fixture.ts'
import { newSecret } from '../secret.ts'
import { MAX_ENTRIES } from './refusals.ts'

/** What the log of a tenant has of refused requests: the target of each, and its facts. */
async function refused(w: World, tenant: string) {
  await w.edge.flush()
  const rows = await w.storage.read({
    sql: 'SELECT CAST(bytes AS TEXT) AS text FROM audit_leaf ' +
      "WHERE tenant = ? AND action = 'request.refused' ORDER BY seq",
    parameters: [tenant],
    reads: true,
  })
  // deno-lint-ignore no-explicit-any -- tests say what they expect of it
  return rows.map(({ text }) => JSON.parse(String(text)) as { readonly target: string; readonly facts: any })
}

async function installation(w: World): Promise<string> {
  const sql = 'SELECT tenant FROM installation'
  const [row] = await w.storage.read({ sql, parameters: [], reads: true })
  return row?.tenant as string
}

async function idOf(w: World, caller: Caller): Promise<string> {
  return (await w.call(caller, 'GET /v1/whoami')).json.member as string
}

describe('requests that were refused', () => {
  test('are one entry a minute for all that are alike, with how many, and nothing that came along', async () => {
    await using w = await world()
    const member = await idOf(w, w.viewer)
    for (let i = 0; i < 5; i++) await w.call(w.viewer, 'POST /v1/workspaces', { body: { name: 'x' } })
    const [entry, ...others] = await refused(w, ids.tenant)
    assert.deepEqual(others, [])
    assert.equal(entry?.target, member)
    const { network, ...facts } = entry?.facts ?? {}
    assert.deepEqual(facts, { code: 'forbidden', operation: 'createWorkspace', count: 5 })
    assert.match(network, /^[0-9a-f]{16}$/)
    await w.call(w.viewer, 'POST /v1/workspaces', { body: { name: 'x' } })
    assert.deepEqual((await refused(w, ids.tenant)).map(({ facts }) => facts.count), [5, 1])
    const { json: metrics } = await w.call(nobody, 'GET /metrics')
    assert.match(metrics, /security_events_total\{kind="request.refused"\} 6\n/)
  })

  test('of a secret that counts no more are told to those whose it was', async () => {
    await using w = await world()
    const { token } = (await w.call(w.admin, 'POST /v1/tokens', { body: { name: 'ci' } })).json
    assert.equal((await w.call(bearer(token), 'DELETE /v1/tokens/current')).status, 200)
    assert.equal((await w.call(bearer(token), 'GET /v1/members')).status, 401)
    const [entry] = await refused(w, ids.tenant)
    assert.equal(entry?.target, await idOf(w, w.admin))
    assert.deepEqual([entry?.facts.code, entry?.facts.operation], ['unauthenticated', 'listMembers'])
    assert.ok(!JSON.stringify(entry).includes(token))
  })

  test('about an account are in the logs of all of its tenants, others in that of one', async () => {
    await using w = await world()
    const { account, member, caller } = await person(w, ids.tenant, { role: 'viewer' })
    await addMember(w, w.otherTenant, { account, role: 'viewer' })
    const headers = { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' }
    const body = { name: 'Mallory' }
    assert.equal((await w.call(caller, 'PATCH /v1/account', { body, headers })).status, 403)
    assert.equal((await w.call(caller, 'POST /v1/workspaces', { body })).status, 403)
    const [mine, theirs] = [await refused(w, ids.tenant), await refused(w, w.otherTenant)]
    const facts = (all: typeof mine) => all.map(({ facts }) => `${facts.operation} ${facts.code}`).sort()
    assert.deepEqual(facts(mine), ['changeAccount origin_refused', 'createWorkspace forbidden'])
    assert.deepEqual(facts(theirs), ['changeAccount origin_refused'])
    assert.deepEqual(theirs.map(({ target }) => target), [account])
    assert.deepEqual(mine.map(({ target }) => target).sort(), [account, member].sort())
  })

  test('of nobody are in the log of the installation', async () => {
    await using w = await world()
    assert.equal((await w.call(nobody, 'GET /v1/whoami')).status, 401)
    const tenant = await installation(w)
    const [entry, ...others] = await refused(w, tenant)
    assert.deepEqual([others, entry?.target, entry?.facts.code], [[], tenant, 'unauthenticated'])
  })

  test('fill no log, from wherever they come', async () => {
    await using w = await world()
    const total = 3 * MAX_ENTRIES
    for (let i = 1; i <= total; i++) await w.call(nobody, 'GET /v1/whoami', { remote: `10.0.${i}.1` })
    const entries = await refused(w, await installation(w))
    assert.equal(entries.length, MAX_ENTRIES)
    assert.equal(entries.reduce((sum, { facts }) => sum + facts.count, 0), total)
    const rest = { code: null, operation: null, network: null, count: total - MAX_ENTRIES + 1 }
    assert.ok(entries.some(({ facts }) => JSON.stringify(facts) === JSON.stringify(rest)))
  })

  test('by secrets that somebody makes up crowd out no member’s', async () => {
    await using w = await world()
    const { crypto } = globalThis
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    for (let i = 0; i < 1_001; i++) await w.call(bearer(newSecret('pat', random)), 'GET /v1/whoami')
    await w.call(w.viewer, 'POST /v1/workspaces', { body: { name: 'x' } })
    const all = (await refused(w, ids.tenant)).map(({ facts }) => `${facts.operation} ${facts.count}`)
    assert.deepEqual(all.sort(), ['createWorkspace 1', 'null 401', 'whoami 600'])
  })

  test('are none where what is read is asked for wrongly, or by an agent', async () => {
    await using w = await world()
    assert.equal((await w.call(w.viewer, 'GET /v1/members', { query: { limit: 'x' } })).status, 400)
    assert.ok((await w.call(nobody, 'POST /v1/agent/poll', { body: {} })).status >= 400)
    assert.equal((await w.call(w.viewer, 'GET /v1/nothing')).status, 404)
    assert.deepEqual(await refused(w, ids.tenant), [])
    assert.deepEqual(await refused(w, await installation(w)), [])
  })
})
