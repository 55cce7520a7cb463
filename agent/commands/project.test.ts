import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const start = ['runs', 'start', 'orders', '--expires', '5']
const calls = (edge: HostileEdge, ...projects: { id: string; name: string }[]) =>
  edge.replies.set('/v1/projects', { data: projects, next_cursor: null })

describe('the next version of a connection', () => {
  const add = async (shown: unknown) => {
    const edge = new HostileEdge(currentDraft(), { project: null })
    edge.replies.set('/v1/connections', { data: [{ id: ids.source, name: 'in', version: shown }] })
    const file = join(edge.home, 'url.txt')
    writeFileSync(file, 'postgres://etl@db.example/shop', { mode: 0o600 })
    return { edge, ...await edge.run('connection', 'add', 'in', '--url-file', file, '--yes') }
  }

  test('follows the signed index, and what an interrupted command has left at the edge', async () => {
    for (const [shown, version] of [[0, 2], [1, 2], [4, 5], [101, 102]]) {
      const { edge, exit, stderr } = await add(shown)
      await using _ = edge
      assert.equal(exit, exits.done, stderr)
      const [{ body }] = edge.sent as [(typeof edge.sent)[0]]
      assert.equal(JSON.parse(atob(body.document.payload)).version, version)
    }
  })

  test('is not the last one that there can be because the edge says so', async () => {
    for (const shown of [102, 2 ** 53 - 2, 1.5, '7', {}]) {
      const { edge, exit, stderr } = await add(shown)
      await using _ = edge
      assert.equal(exit, exits.refused, stderr)
      assert.match(stderr, /not_at_index/)
      assert.deepEqual(edge.sent, [])
    }
  })
})

describe('a project', () => {
  test('is shown by name and id where a request is signed for it', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    const { exit, stderr } = await edge.run(...start, '--project', 'default')
    assert.equal(exit, exits.done, stderr)
    assert.ok(stderr.includes(`default (${ids.project})`), stderr)
    const [{ body }] = edge.sent as [(typeof edge.sent)[0]]
    assert.equal(JSON.parse(atob(body.request.payload)).project, ids.project)
    const known = JSON.parse(readFileSync(join(edge.home, 'projects.json'), 'utf8'))
    assert.deepEqual(known, { [ids.tenant]: { default: ids.project } })
  })

  test('is not signed for under another name than its signed index has', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    calls(edge, { id: ids.project, name: 'staging' })
    const { exit, stderr } = await edge.run(...start, '--project', 'staging')
    assert.equal(exit, exits.refused)
    assert.match(stderr, /project_mismatch.*signed index says that it is "default"/)
    assert.deepEqual(edge.sent, [])
  })

  test('whose name the edge gives to another id than before is refused', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    assert.equal((await edge.run(...start, '--project', 'default')).exit, exits.done)
    calls(edge, { id: ids.source, name: 'default' })
    for (const words of [start, ['connection', 'list'], ['pipeline', 'list']]) {
      const { exit, stderr } = await edge.run(...words, '--project', 'default')
      assert.equal(exit, exits.refused, words.join(' '))
      assert.match(stderr, /project_mismatch/)
    }
    assert.equal(edge.sent.length, 1)
  })

  test('that the edge calls otherwise than before is refused, also before its first index', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    assert.equal((await edge.run(...start, '--project', 'default')).exit, exits.done)
    calls(edge, { id: ids.project, name: 'production' })
    edge.world.shown.indexes = []
    const { exit, stderr } = await edge.run(...start, '--project', ids.project)
    assert.equal(exit, exits.refused)
    assert.match(stderr, /project_mismatch.*"default" is known as/)
  })

  test('named by its id is not another one that has this id for a name', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    calls(edge, { id: ids.source, name: ids.project }, { id: ids.project, name: 'default' })
    const { exit, stderr } = await edge.run(...start, '--project', ids.project)
    assert.equal(exit, exits.done, stderr)
    assert.ok(stderr.includes(`default (${ids.project})`), stderr)
  })

  test('whose name the edge gives twice is refused', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    calls(edge, { id: ids.project, name: 'default' }, { id: ids.source, name: 'default' })
    const { exit, stderr } = await edge.run(...start, '--project', 'default')
    assert.equal(exit, exits.refused)
    assert.match(stderr, /project_mismatch/)
  })

  test('is not found in a page instead of JSON, and that is said', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    edge.replies.set(
      '/v1/projects',
      new Response('<html>', { headers: { 'content-type': 'application/json' } }),
    )
    const { stderr } = await edge.run(...start, '--project', 'default')
    assert.match(stderr, /edge_unexpected/)
  })

  test('is signed under its name in the next index', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    const { exit, stderr } = await edge.run('connection', 'remove', 'in', '--project', 'default', '--yes')
    const published = edge.sent.find(({ path }) => path.endsWith('/index'))
    const index = JSON.parse(atob(published?.body.document.payload))
    assert.deepEqual([index.number, index.project_name], [2, 'default'], stderr)
    assert.ok(stderr.includes(`default (${ids.project})`), stderr)
    assert.equal(exit, exits.done, stderr)
  })
})

describe('what waits for a second person', () => {
  for (const words of [['connection', 'remove', 'in'], ['pipeline', 'delete', 'orders']] as const) {
    test(`${words.join(' ')} leaves the signed index as it is until they have said yes`, async () => {
      await using edge = new HostileEdge(currentDraft(), { project: null })
      const approval = { id: '019a9f3e-7c00-7000-8000-00000000000a', given: false }
      edge.approval = approval
      const call = (...more: string[]) =>
        edge.run(...words, '--project', 'default', '--yes', '--wait', '0', ...more)
      const waits = await call()
      assert.equal(waits.exit, exits.notAllowed, waits.stderr)
      assert.match(waits.stderr, new RegExp(approval.id))
      assert.deepEqual(edge.sent, [])
      assert.equal((await call('--approval', approval.id)).exit, exits.notAllowed, 'nobody has')
      assert.deepEqual(edge.sent, [])
      approval.given = true
      await call('--approval', approval.id)
      assert.deepEqual(edge.sent.map(({ method }) => method).slice(0, 2), ['POST', 'DELETE'])
    })
  }
})
