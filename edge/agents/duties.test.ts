import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { colleague, withAccount } from '../colleague_fixture.ts'
import { bearer, type Caller } from '../edge_fixture.ts'
import { member, type World, world } from '../world_fixture.ts'
import { SETTLED_MS } from '../access/persons.ts'
import { enrolled } from './duties_fixture.ts'

async function approve(
  edge: World,
  by: Caller,
  agent: { readonly id: string; readonly fingerprint: string },
) {
  const { id, fingerprint } = agent
  return await edge.call(by, `POST /v1/agents/${id}/approve`, { body: { fingerprint } })
}

const memberOf = async (edge: World, caller: Caller) =>
  (await edge.call(caller, 'GET /v1/whoami')).json.member as string

async function entries(edge: World, action: string) {
  const { data } = (await edge.call(edge.admin, 'GET /v1/audit', { query: { limit: '200' } })).json
  return data.map(({ leaf }: { leaf: string }) => JSON.parse(leaf))
    .filter((leaf: { action: string }) => leaf.action === action)
}

describe('who made the enrolment token', () => {
  test('approves the agent only while nobody else could', async () => {
    await using edge = await world()
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, edge.admin, agent)).json.state, 'approved', 'an only owner')
  })

  test('does not approve it as soon as another person could, and the log says so', async () => {
    await using edge = await world()
    const { caller: operator } = await colleague(edge, 'agent_operator')
    const agent = await enrolled(edge, edge.admin)
    const refused = await approve(edge, edge.admin, agent)
    assert.deepEqual([refused.status, refused.json.code], [403, 'separation_of_duties'])
    const maker = await memberOf(edge, edge.admin)
    const [entry] = await entries(edge, 'agent.approval_refused')
    assert.deepEqual([entry.target, entry.facts.member, entry.facts.enrolled_by], [agent.id, maker, maker])
    assert.equal((await edge.call(edge.admin, `GET /v1/agents/${agent.id}`)).json.state, 'pending')
    assert.equal((await approve(edge, operator, agent)).json.state, 'approved')
    const [approved] = await entries(edge, 'agent.approved')
    assert.equal(approved.facts.enrolled_by, maker)
  })

  test('does not approve it as another member of theirs, by a token or by an account let in just now', async () => {
    await using edge = await world()
    await colleague(edge, 'agent_operator')
    const again = await member(edge, edge.admin, 'agent_operator')
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, again, agent)).json.code, 'separation_of_duties')
    const linked = await withAccount(edge, again)
    assert.equal((await approve(edge, linked, agent)).json.code, 'separation_of_duties')
    edge.clock.now += SETTLED_MS
    assert.equal((await approve(edge, await withAccount(edge, again), agent)).json.state, 'approved')
  })

  test('is alone where the only other member may be them, and approves it', async () => {
    await using edge = await world()
    await member(edge, edge.admin, 'agent_operator')
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, edge.admin, agent)).json.state, 'approved')
  })

  test('has no machine approve it for them', async () => {
    await using edge = await world()
    await colleague(edge, 'agent_operator')
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'robot', kind: 'service', role: 'agent_operator' },
    })
    const robot = (await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')).json.token
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, bearer(robot), agent)).json.code, 'separation_of_duties')
  })

  test('nor is a machine’s agent approved by a machine, where a person could', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'robot', kind: 'service', role: 'agent_operator' },
    })
    const robot = bearer((await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')).json.token)
    const agent = await enrolled(edge, robot)
    assert.equal((await approve(edge, robot, agent)).json.code, 'separation_of_duties')
    assert.equal((await approve(edge, edge.admin, agent)).json.state, 'approved')
  })

  test('may approve it where the rules let anyone', async () => {
    await using edge = await world()
    await member(edge, edge.admin, 'agent_operator')
    const rules = (await edge.call(edge.admin, 'GET /v1/rules')).json
    await edge.call(edge.admin, 'PUT /v1/rules', { body: { ...rules, agent_approval: 'anyone' } })
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, edge.admin, agent)).json.state, 'approved')
  })

  test('is not outvoted by somebody who was only invited, or is in another tenant', async () => {
    await using edge = await world()
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Later', role: 'owner' } })
    await member(edge, edge.stranger, 'owner')
    const agent = await enrolled(edge, edge.admin)
    assert.equal((await approve(edge, edge.admin, agent)).json.state, 'approved')
  })
})
