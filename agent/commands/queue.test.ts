import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const at = '2026-11-22T09:00:00.000Z'
const other = '019a9f3e-7c00-7000-8000-0000000000ff'
const project = { id: ids.project, name: 'default' }
const edgeWith = () => new HostileEdge(currentDraft(), { project })

describe('the queue', () => {
  test('is shown by pool and project, by name where the caller may see it', async () => {
    await using edge = edgeWith()
    const waits = { waiting: 3, held_back: 2, later: 1, oldest: at }
    const none = { waiting: 0, held_back: 0, later: 4 }
    const of = [{ project: ids.project, ...waits }, { project: other, ...none }]
    edge.replies.set('/v1/queue', { pools: [{ pool: 'eu', ...waits, later: 5, projects: of }] })
    const { stdout, stderr } = await edge.run('queue')
    assert.match(stdout, /^eu +default +3 +2026-11-22T09:00:00.000Z +2 +1$/m, stderr)
    assert.match(stdout, new RegExp(`^eu +${other} +0 +0 +4$`, 'm'))
    const [pool] = JSON.parse((await edge.run('queue', '--json')).stdout)
    assert.deepEqual([pool.waiting, pool.later, pool.projects.length], [3, 5, 2])
  })

  test('says so when nothing waits', async () => {
    await using edge = edgeWith()
    edge.replies.set('/v1/queue', { pools: [] })
    assert.equal((await edge.run('queue')).stdout, 'No run waits.\n')
    assert.equal((await edge.run('queue', '--json')).stdout.trim(), '[]')
  })
})

describe('limits', () => {
  const limit = { scope: `pipeline:${ids.pipeline}`, runs: 8, held: 3, updated: at }

  test('are listed with what they hold, by name', async () => {
    await using edge = edgeWith()
    edge.replies.set('/v1/limits', { data: [{ ...limit, scope: 'tenant' }, limit] })
    edge.replies.set('/v1/pipelines', { data: [{ id: ids.pipeline, name: 'orders' }] })
    const { stdout, stderr } = await edge.run('limits', 'list')
    assert.match(stdout, /^tenant +8 +3 +tenant$/m, stderr)
    assert.match(stdout, new RegExp(`^pipeline orders +8 +3 +pipeline:${ids.pipeline}$`, 'm'))
    assert.equal(JSON.parse((await edge.run('limits', 'list', '--json')).stdout)[1].held, 3)
  })

  test('are set and removed by the name that the signed index has, or by what the edge calls it', async () => {
    await using edge = edgeWith()
    const of = [['connection:in', `connection:${ids.source}`], ['pool:eu', 'pool:eu'], [
      'tenant',
      'tenant',
    ]]
    for (const [said, scope] of of as [string, string][]) {
      const path = `/v1/limits/${encodeURIComponent(scope)}`
      edge.done.set(`PUT ${path}`, { ...limit, scope })
      edge.done.set(`DELETE ${path}`, { scope })
      const put = await edge.run('limits', 'set', said, '8')
      assert.match(put.stdout, /at most 8 at once, 3 in hand now/, put.stderr)
      const gone = await edge.run('limits', 'remove', said)
      assert.equal(gone.exit, exits.done, gone.stderr)
      assert.deepEqual(edge.sent.splice(0), [
        { method: 'PUT', path, body: { runs: 8 } },
        { method: 'DELETE', path, body: null },
      ])
    }
  })

  test('are of something that is there, and a number of runs', async () => {
    await using edge = edgeWith()
    for (const words of [['tenant', '0'], ['tenant', 'many'], ['everything', '1'], ['pool:', '1']]) {
      assert.equal((await edge.run('limits', 'set', ...words)).exit, exits.usage, words.join(' '))
    }
    const { stderr } = await edge.run('limits', 'set', 'pipeline:nothing', '1')
    assert.match(stderr, /no pipeline "nothing"/)
    assert.deepEqual(edge.sent, [])
  })
})

test('the priority of a pipeline is shown, and set where it is one', async () => {
  await using edge = edgeWith()
  const path = `/v1/pipelines/${ids.pipeline}/queueing`
  edge.replies.set(path, { pipeline_id: ids.pipeline, priority: 5 })
  const shown = await edge.run('pipeline', 'priority', 'orders')
  assert.equal(shown.stdout, 'orders: priority 5\n', shown.stderr)
  edge.done.set(`PUT ${path}`, { pipeline_id: ids.pipeline, priority: 7 })
  const put = await edge.run('pipeline', 'priority', 'orders', '--set', '7')
  assert.equal(put.stdout, 'orders: priority 7\n', put.stderr)
  assert.deepEqual(edge.sent.splice(0), [{ method: 'PUT', path, body: { priority: 7 } }])
  for (const wrong of ['10', '-1', '1.5', '', 'high']) {
    const { exit } = await edge.run('pipeline', 'priority', 'orders', `--set=${wrong}`)
    assert.equal(exit, exits.usage, wrong)
  }
  assert.deepEqual(edge.sent, [])
})
