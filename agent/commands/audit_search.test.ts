import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const grace = '019a9f3e-7c00-7000-8000-00000000000a'
const project = '019a9f3e-7c00-7000-8000-00000000000b'

function edgeWithLog(): HostileEdge {
  const edge = new HostileEdge(currentDraft(), { project: null })
  const leaf = JSON.stringify({
    v: 1,
    time: '2026-11-22T09:00:00.000Z',
    actor: { kind: 'member', id: grace },
    action: 'project.changed',
    target: project,
  })
  edge.replies.set('/v1/members', { data: [{ id: grace, name: 'Grace', state: 'active', kind: 'person' }] })
  edge.replies.set('/v1/projects', { data: [{ id: project, name: 'ads' }] })
  edge.replies.set('/v1/audit', { data: [{ index: 7, leaf }] })
  edge.replies.set('/v1/audit/checkpoint', { checkpoint: '', size: 8, root: '00'.repeat(32) })
  return edge
}

const query = ({ asked }: HostileEdge) =>
  Object.fromEntries(asked.findLast(({ pathname }) => pathname === '/v1/audit')?.searchParams ?? [])

describe('audit search', () => {
  test('asks by the ids that names stand for, and shows names beside ids', async () => {
    await using edge = edgeWithLog()
    const words = ['--actor', 'Grace', '--target', 'ads', '--action', 'project.', '--since', '2026-11-22']
    const { exit, stdout, stderr } = await edge.run('audit', 'search', ...words)
    assert.equal(exit, exits.done, stderr)
    const { since, limit: _, ...asked } = query(edge)
    assert.deepEqual(asked, { actor: grace, target: project, action: 'project.' })
    assert.equal(since, '2026-11-22T00:00:00.000Z')
    assert.match(stdout, new RegExp(`by member Grace \\(${grace}\\)  ads \\(${project}\\)`))
  })

  test('takes a time that is so long ago, and what is no name as it is', async () => {
    await using edge = edgeWithLog()
    await edge.run('audit', 'search', '--since', '2h', '--target', 'pool eu', '--actor', ids.agent)
    const { since, target, actor } = query(edge)
    assert.ok(Math.abs(Date.now() - 7_200_000 - Date.parse(since as string)) < 60_000)
    assert.deepEqual([target, actor], ['pool eu', ids.agent])
  })

  test('goes on over pages with nothing in them, and says where there may be more', async () => {
    await using edge = edgeWithLog()
    const { data } = edge.replies.get('/v1/audit') as { data: unknown[] }
    const pages = [{ data: [], next_cursor: 'a' }, { data, next_cursor: 'b' }]
    edge.replies.delete('/v1/audit')
    const replies = edge.replies as unknown as { get: (path: string) => unknown }
    const kept = edge.replies.get.bind(edge.replies)
    replies.get = (path) => path === '/v1/audit' ? pages.shift() : kept(path)
    const { stdout, stderr } = await edge.run('audit', 'search', '--most', '1')
    assert.equal(stdout.trim().split('\n').length, 1)
    assert.match(stderr, /Go on: --after 7/)
    assert.equal(query(edge)['cursor'], 'a')
  })

  test('refuses a name that nobody has and times that are none', async () => {
    await using edge = edgeWithLog()
    const unknown = await edge.run('audit', 'search', '--actor', 'Mallory')
    assert.match(unknown.stderr, /not_found/)
    for (
      const words of [['--since', 'yesterday'], ['--until', '3 weeks'], ['--most', '0'], ['--after', '-1']]
    ) {
      const { exit, stderr } = await edge.run('audit', 'search', ...words)
      assert.equal(exit, exits.usage, stderr)
    }
    assert.equal(edge.asked.some(({ pathname }) => pathname === '/v1/audit'), false)
  })

  test('works for who may see nothing but the log', async () => {
    await using edge = edgeWithLog()
    for (const path of ['/v1/members', '/v1/projects']) {
      edge.replies.set(path, Response.json({ code: 'forbidden', detail: 'no' }, { status: 403 }))
    }
    const { exit, stdout } = await edge.run('audit', 'tail')
    assert.equal(exit, exits.done)
    assert.match(stdout, new RegExp(`by member ${grace}`))
  })
})
