import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'

const run = {
  id: ids.agent,
  project: ids.project,
  pipeline_id: ids.pipeline,
  pool: 'default',
  state: 'succeeded',
  trigger: 'request',
  action: 'resync',
  attempt: 1,
  attempts: 4,
  cancel: false,
  created: '2026-11-22T08:00:00.000Z',
}
const stream = {
  index: 0,
  route: 'direct',
  status: 'succeeded',
  rows_read: 10,
  rows: 7,
  bytes: 100,
  rejected: 3,
  seconds: 1,
}

function edge(): HostileEdge {
  const from = currentDraft()
  from.pipeline.parameters = { region: { enum: ['eu'], default: 'eu' } }
  const made = new HostileEdge(from, { project: { id: ids.project, name: 'default' } })
  made.replies.set('/v1/runs', { data: [run], next_cursor: null })
  made.replies.set(`/v1/runs/${run.id}`, { ...run, streams: [stream] })
  return made
}

const forbidden = () => Response.json({ code: 'forbidden' }, { status: 403 })

describe('runs', () => {
  test('are listed and shown by the name of their pipeline', async () => {
    await using made = edge()
    made.replies.set(`/v1/pipelines/${ids.pipeline}`, { id: ids.pipeline, name: 'orders' })
    assert.match((await made.run('runs', 'list')).stdout, /orders +succeeded +resync/)
    assert.match((await made.run('runs', 'show', run.id)).stdout, /^pipeline +orders$/m)
    const [listed] = JSON.parse((await made.run('runs', 'list', '--json')).stdout)
    assert.deepEqual([listed.pipeline, listed.pipeline_id], ['orders', ids.pipeline])
  })

  test('are listed by its id where the caller may not read its name, or it is gone', async () => {
    await using made = edge()
    for (const reply of [forbidden, () => undefined]) {
      made.replies.set(`/v1/pipelines/${ids.pipeline}`, reply())
      const { exit, stdout } = await made.run('runs', 'list')
      assert.equal(exit, 0)
      assert.match(stdout, new RegExp(`${ids.pipeline} +succeeded`))
    }
  })

  test('say how many rows were put aside, and nothing of it where none was', async () => {
    await using made = edge()
    assert.match(
      (await made.run('runs', 'show', run.id)).stdout,
      /REJECTED.*\n1 +direct +succeeded +10 +7 +3 /,
    )
    const watched = await made.run('runs', 'watch', run.id)
    assert.match(watched.stderr, /succeeded, 7 rows, 100 B, 3 rejected/)
    made.replies.set(`/v1/runs/${run.id}`, { ...run, streams: [{ ...stream, rejected: 0 }] })
    assert.doesNotMatch((await made.run('runs', 'show', run.id)).stdout, /REJECTED/)
  })
})

describe('runs start', () => {
  const start = async (made: HostileEdge, ...words: string[]) => {
    const { exit, stderr } = await made.run('runs', 'start', 'orders', ...words)
    const actions = made.sent.map(({ body }) =>
      body.request === undefined ? 'unsigned' : JSON.parse(atob(body.request.payload)).action
    )
    return { exit, stderr, actions }
  }

  for (
    const [words, action] of [
      [[], 'run'],
      [['--resync', '--yes'], 'resync'],
      [['--resync'], null],
      [['--reset', '--yes'], 'reset'],
      [['--unsigned', '--resync'], null],
      [['--reset'], null],
      [['--reset', '--resync'], null],
      [['--backfill', '--resync'], null],
    ] as const
  ) {
    test(`with ${words.join(' ') || 'nothing'} signs ${action === null ? 'nothing' : `a request to ${action}`}`, async () => {
      await using made = edge()
      const { exit, stderr, actions } = await start(made, ...words)
      assert.deepEqual(actions, action === null ? [] : [action], stderr)
      assert.equal(exit === 0, action !== null, stderr)
    })
  }

  test('refuses a backfill without a parameter that gives a range, before anything is signed', async () => {
    await using made = edge()
    const { exit, stderr, actions } = await start(made, '--backfill')
    assert.deepEqual([exit, actions], [4, []])
    assert.match(stderr, /no parameter that gives a range/)
  })
})

describe('runs redrive', () => {
  const failed = {
    ...run,
    state: 'dead',
    code: 'connection_refused',
    redrive: 'signed',
    reason: '8f14e45fceea167a',
  }
  const dead = (): HostileEdge => {
    const made = edge()
    made.replies.set('/v1/runs', { data: [failed], next_cursor: null })
    made.replies.set(`/v1/runs/${run.id}`, { ...failed, streams: [{ ...stream, taken: true }] })
    made.done.set(`POST /v1/runs/${run.id}/redrive`, { ...failed, state: 'queued', redrive: undefined })
    return made
  }
  const requests = (made: HostileEdge) =>
    made.sent.map(({ body }) => body.request === undefined ? null : JSON.parse(atob(body.request.payload)))

  test('asks for the attempts that are left, and says what to type where there are none', async () => {
    await using made = dead()
    assert.equal((await made.run('runs', 'redrive', run.id)).exit, 0)
    assert.deepEqual(requests(made), [null])
    made.done.set(
      `POST /v1/runs/${run.id}/redrive`,
      Response.json({ code: 'attempts_used' }, { status: 409 }),
    )
    const { exit, stderr } = await made.run('runs', 'redrive', run.id)
    assert.equal(exit, 1)
    assert.match(stderr, new RegExp(`sallyport runs redrive ${run.id} --sign`))
  })

  test('signs one request for each run that names it, and orders nothing', async () => {
    await using made = dead()
    const { exit, stderr } = await made.run('runs', 'redrive', '--reason', failed.reason, '--sign')
    assert.equal(exit, 0, stderr)
    assert.match(stderr, /signed redrive of +1 run of orders/)
    const [request, ...more] = requests(made)
    assert.deepEqual([request.redrive, request.action, request.parameters, more], [run.id, 'run', {}, []])
  })

  test('takes a run or a reason', async () => {
    await using made = dead()
    assert.equal((await made.run('runs', 'redrive')).exit, 2)
    assert.equal((await made.run('runs', 'redrive', run.id, '--reason', failed.reason)).exit, 2)
  })

  test('is offered where a run that ended short of its end is shown, with what it has committed', async () => {
    await using made = dead()
    const { stdout, stderr } = await made.run('runs', 'show', run.id)
    assert.match(stdout, /^1 +direct +committed before +10 /m)
    assert.match(stderr, new RegExp(`runs redrive ${run.id} --sign`))
  })

  test('keeps runs for as long as it is told', async () => {
    await using made = edge()
    made.replies.set('/v1/retention', { run_days: null })
    assert.match((await made.run('runs', 'retention')).stdout, /for good/)
    made.done.set('PUT /v1/retention', { run_days: 90 })
    assert.match((await made.run('runs', 'retention', '--days', '90')).stdout, /90 days/)
    assert.deepEqual(made.sent.map(({ body }) => body), [{ run_days: 90 }])
    assert.equal((await made.run('runs', 'retention', '--days', '6')).exit, 2)
  })

  test('finds what runs have died of, and what happened to one of them', async () => {
    await using made = dead()
    const { reason, project, pipeline_id, state, code } = failed
    const group = { reason, project, pipeline_id, version: 3, state, code, runs: 12, first: run.created }
    made.replies.set('/v1/dead-letters', {
      data: [{ ...group, last: run.created, last_run: run.id }],
      complete: true,
    })
    assert.match(
      (await made.run('runs', 'dead')).stdout,
      /8f14e45fceea167a .* 3 +dead +connection_refused +12 /,
    )
    const at = run.created
    const events = [{ at, kind: 'created' }, { at, kind: 'failed', fence: 1, agent_id: run.id, code }]
    made.replies.set(`/v1/runs/${run.id}/timeline`, { run: run.id, state, events })
    assert.match((await made.run('runs', 'timeline', run.id)).stdout, /failed +1 .*connection_refused/)
  })
})
