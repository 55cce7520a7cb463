import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { defaultRules } from '../../shared/schemas/tenant_rules.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const tenant = { id: ids.tenant, name: 'Acme', log_key: 'k', created: '2026-11-22T09:00:00.000Z' }
const closed = { ...tenant, closing: '2026-11-22T09:00:00.000Z', erase_at: '2026-12-22T09:00:00.000Z' }
const edgeWith = () => {
  const edge = new HostileEdge(currentDraft(), { project: null })
  edge.replies.set('/v1/tenant', tenant)
  edge.replies.set('/v1/rules', defaultRules)
  return edge
}
const refused = (code: string, more: object = {}) =>
  Response.json({ code, detail: 'Not so.', ...more }, { status: 403 })

describe('tenant', () => {
  test('show says that a tenant stays, or when everything of it goes', async () => {
    await using edge = edgeWith()
    assert.doesNotMatch((await edge.run('tenant', 'show')).stdout, /stays|deleted/)
    edge.replies.set('/v1/tenant', { ...tenant, stays: true })
    assert.match((await edge.run('tenant', 'show')).stdout, /cannot be deleted/)
    edge.replies.set('/v1/tenant', closed)
    assert.match(
      (await edge.run('tenant', 'show')).stdout,
      /2026-12-22T09:00:00.000Z: sallyport tenant restore/,
    )
  })

  test('rename, delete and restore send what was said, and answer in JSON too', async () => {
    await using edge = edgeWith()
    edge.done.set('PATCH /v1/tenant', { ...tenant, name: 'Acme Ltd' })
    edge.done.set('DELETE /v1/tenant', closed)
    edge.done.set('POST /v1/tenant/restore', tenant)
    assert.match((await edge.run('tenant', 'rename', 'Acme Ltd')).stdout, /called Acme Ltd now/)
    assert.match((await edge.run('tenant', 'delete', '--name', 'Acme')).stdout, /goes at 2026-12-22/)
    assert.deepEqual(JSON.parse((await edge.run('tenant', 'restore', '--json')).stdout), tenant)
    assert.deepEqual(edge.sent.map(({ method, body }) => [method, body]), [
      ['PATCH', { name: 'Acme Ltd' }],
      ['DELETE', { name: 'Acme' }],
      ['POST', null],
    ])
  })

  test('delete and leave ask, where nobody can answer by an option', async () => {
    await using edge = edgeWith()
    edge.replies.set('/v1/whoami', { tenant: ids.tenant, tenant_name: 'Acme' })
    for (const words of [['tenant', 'delete'], ['tenant', 'leave']]) {
      const { exit, stderr } = await edge.run(...words)
      assert.equal(exit, exits.usage, stderr)
    }
    assert.deepEqual(edge.sent, [])
    const left = await edge.run('tenant', 'leave', '--yes')
    assert.match(left.stdout, /left Acme[\s\S]*logout --local/, left.stderr)
    assert.deepEqual(edge.sent.map(({ method, path }) => `${method} ${path}`), ['DELETE /v1/members/me'])
  })

  test('delete says how to confirm, and how to go on once another one has approved', async () => {
    await using edge = edgeWith()
    edge.done.set('DELETE /v1/tenant', refused('fresh_sign_in_required'))
    const stale = await edge.run('tenant', 'delete', '--name', 'Acme')
    assert.equal(stale.exit, exits.notAllowed)
    assert.match(stale.stderr, /sallyport login --fresh/)
    edge.done.set('DELETE /v1/tenant', refused('approval_required', { approval: ids.agent }))
    const waits = await edge.run('tenant', 'delete', '--name', 'Acme')
    assert.equal(waits.exit, exits.notAllowed)
    assert.match(waits.stderr, new RegExp(`waits as ${ids.agent}[\\s\\S]*--approval`))
  })
})

describe('rules', () => {
  const file = (edge: HostileEdge, text: string) => {
    const path = join(edge.home, 'rules.yaml')
    writeFileSync(path, text)
    return path
  }

  test('go out as a file, and come back as they are', async () => {
    await using edge = edgeWith()
    const { stdout } = await edge.run('rules', 'show', '--yaml')
    assert.deepEqual(parse(stdout), { sallyport: 1, ...defaultRules })
    const same = await edge.run('rules', 'edit', '--file', file(edge, stdout))
    assert.match(same.stdout, /Nothing changes/, same.stderr)
    assert.deepEqual(edge.sent, [])
  })

  test('are changed as a whole, after it was said what changes', async () => {
    await using edge = edgeWith()
    const next = { ...defaultRules, mfa: 'required', approvals: { keys: true, deletion: true } }
    edge.done.set('PUT /v1/rules', next)
    const path = file(edge, JSON.stringify({ sallyport: 1, ...next }))
    const asked = await edge.run('rules', 'edit', '--file', path)
    assert.equal(asked.exit, exits.usage, 'nobody can be asked here')
    assert.deepEqual(edge.sent, [])
    const { exit, stderr } = await edge.run('rules', 'edit', '--file', path, '--yes')
    assert.equal(exit, exits.done, stderr)
    assert.match(stderr, /second factor: optional → required/)
    assert.match(stderr, /two people for: nothing → keys, deletion/)
    assert.deepEqual(edge.sent.map(({ method, body }) => [method, body]), [['PUT', next]])
  })

  test('of a file that is none are refused by line', async () => {
    await using edge = edgeWith()
    const path = file(edge, 'sallyport: 1\npasswords: sometimes\n')
    const { stderr } = await edge.run('rules', 'edit', '--file', path, '--yes')
    assert.match(stderr, /invalid_file.*rules\.yaml:/)
    assert.deepEqual(edge.sent, [])
  })
})
