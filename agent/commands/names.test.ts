import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const id = (n: number) => `019a9f3e-7c00-7000-8000-00000000000${n}`
const [grace, runner, ads] = [id(1), id(2), id(3)] as const

function edgeWith(): HostileEdge {
  const edge = new HostileEdge(currentDraft(), { project: null })
  const member = { id: grace, name: 'Grace', kind: 'person', state: 'active', created: '2026-11-22' }
  const service = { ...member, id: id(4), name: 'deploy', kind: 'service', state: 'invited' }
  const binding = { id: id(5), member: grace, role: runner, level: 'project', place: ads }
  edge.replies.set('/v1/members', { data: [member, service] })
  edge.replies.set('/v1/roles', {
    data: [{ id: runner, name: 'Runner', built_in: false, permissions: ['runs.write'] }],
  })
  edge.replies.set('/v1/groups', { data: [] })
  edge.replies.set('/v1/workspaces', { data: [] })
  edge.replies.set('/v1/projects', { data: [{ id: ads, name: 'ads' }] })
  edge.replies.set('/v1/bindings', { data: [binding] })
  return edge
}

const held = { role: runner, role_name: 'Runner', level: 'project', place: ads, place_name: 'ads' }

describe('names stand beside ids', () => {
  test('in whoami: tenant, role and place', async () => {
    await using edge = edgeWith()
    const who = { tenant: ids.tenant, tenant_name: 'Acme', member: grace, name: 'Grace', permissions: [] }
    edge.replies.set('/v1/whoami', { ...who, roles: [held] })
    const { stdout, stderr } = await edge.run('whoami')
    assert.ok(stdout.includes(`Acme (${ids.tenant})`), stderr)
    assert.ok(stdout.includes(`Runner (${runner}) at project ads (${ads})`), stdout)
  })

  test('in roles show and roles explain', async () => {
    await using edge = edgeWith()
    const shown = await edge.run('roles', 'show', 'Runner')
    assert.ok(shown.stdout.includes(`project ads (${ads})`), shown.stderr)
    const said = { because: [{ by: 'role', ...held }], allowed: true }
    edge.replies.set('/v1/access/explain', said)
    const may = await edge.run('roles', 'explain', 'Grace', 'runs.write', '--project', 'ads')
    assert.ok(may.stdout.includes(`as Runner (${runner}) at project ads (${ads})`), may.stderr)
    const missing = { active: false, roles: [runner], levels: ['tenant'] }
    edge.replies.set('/v1/access/explain', { because: [], allowed: false, missing })
    const lacks = await edge.run('roles', 'explain', 'Grace', 'runs.write')
    assert.ok(lacks.stdout.includes(`one of these roles: Runner (${runner})`), lacks.stderr)
  })

  test('in members list, with roles at places; without them for who may not see roles', async () => {
    await using edge = edgeWith()
    const { stdout, stderr } = await edge.run('members', 'list')
    assert.match(stdout, /Grace +person +Runner at project ads +active/, stderr)
    edge.replies.set('/v1/bindings', Response.json({ code: 'forbidden', detail: 'no' }, { status: 403 }))
    const less = await edge.run('members', 'list')
    assert.match(less.stdout, /Grace +person +active/, less.stderr)
  })
})

describe('what is not there yet', () => {
  test('a token for a service that has not accepted says what gives it its first one', async () => {
    await using edge = edgeWith()
    const { exit, stderr } = await edge.run('tokens', 'create', 'ci', '--service', 'deploy')
    assert.notEqual(exit, exits.done)
    assert.match(stderr, /not accepted its invitation[\s\S]*login --url http:\S+ --invitation-file/)
    const person = await edge.run('tokens', 'create', 'ci', '--service', 'Grace')
    assert.equal(person.exit, exits.usage)
    assert.deepEqual(edge.sent, [])
  })

  test('a ring says where it is looked for, and how another place is named', async () => {
    await using edge = edgeWith()
    edge.replies.set('/v1/trust', { data: [] })
    const { stderr } = await edge.run('keys', 'rotate', '--keystore', `file:${edge.home}/none.json`)
    assert.match(stderr, /no ring of a pool at \S+none\.json/)
    assert.match(stderr, /--keystore says, or SALLYPORT_KEYSTORE[\s\S]*aws-sm:NAME/)
  })
})
