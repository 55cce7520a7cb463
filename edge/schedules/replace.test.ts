/** `overlap: cancel_running`: the newest fire time has its run, and what the schedule made before makes room for it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { step, writes } from '../db/database.ts'
import { kinds } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { entries, hourly, runs, type Scene, scene, serve, until } from './schedule_fixture.ts'

const cancelling = { overlap: 'cancel_running' } as const

/** As `scene`, with the schedule learned. */
async function learned(
  schedule: Parameters<typeof scene>[0],
  kind?: Parameters<typeof scene>[1],
): Promise<Scene> {
  const s = await scene(schedule, kind)
  await s.edge.edge.tick()
  return s
}

async function take(s: Scene) {
  const { job } = (await s.agent.poll()).body
  const { run, lease } = job
  return { run: run.id as string, fence: lease.fence as number }
}

async function end(s: Scene, held: { readonly run: string; readonly fence: number }, status: string) {
  const body = { fence: held.fence, status, retry: false, streams: [] }
  const { status: code } = await s.agent.call('POST', `/v1/agent/runs/${held.run}/complete`, body)
  assert.equal(code, 200)
}

for (const kind of kinds) {
  test(`a fire time cancels the run before, waits for its end, and has its run, on the ${kind} storage`, async () => {
    await using s = await learned(cancelling, kind)
    await until(s, '10:00')
    const held = await take(s)
    // Its agent hears of it from another instance than the one that looks.
    s.edge.now = Date.parse('2026-11-22T10:59:59.000Z')
    const told = s.agent.poll({ slots: 0, wait: 25, held: [held], edge: s.edge.instance() })
    await until(s, '11:00')
    assert.deepEqual((await told).body.stop, [{ run: held.run, why: 'cancelled' }])
    assert.deepEqual(await runs(s), ['10:00 leased', '11:00 queued'])
    await s.edge.edge.tick()
    assert.equal(await serve(s), null, 'the one before has not ended')
    await end(s, held, 'cancelled')
    await s.edge.edge.tick()
    assert.equal(await serve(s), '11:00')
    assert.deepEqual(await runs(s), ['10:00 cancelled', '11:00 succeeded'])
    const said = (await entries(s, 'run.cancelled')).map(({ actor, target, facts }) => ({
      actor,
      target,
      facts,
    }))
    const facts = { state: 'leased', trigger: 'schedule', fire: '2026-11-22T11:00:00.000Z' }
    assert.deepEqual(said, [{ actor: { kind: 'edge' }, target: held.run, facts }])
  })
}

describe('a schedule that cancels what is under way', () => {
  test('starts at once where nobody has the run before in hand, whoever looks', async () => {
    await using s = await learned(cancelling)
    const edges = [s.edge.edge, s.edge.instance(), s.edge.instance()]
    await until(s, '10:00')
    s.edge.now = Date.parse('2026-11-22T11:00:00.000Z')
    await Promise.all(edges.map((edge) => edge.tick()))
    assert.deepEqual(await runs(s), ['10:00 cancelled', '11:00 queued'])
    await Promise.all(edges.map((edge) => edge.tick()))
    assert.equal(await serve(s), '11:00')
    assert.equal((await entries(s, 'run.cancelled')).length, 1)
  })

  test('lets the newest wait alone, and counts what it has cancelled', async () => {
    await using s = await learned(cancelling)
    await until(s, '10:00')
    const held = await take(s)
    for (const time of ['11:00', '12:00', '13:00']) await until(s, time)
    assert.deepEqual(await runs(s), ['10:00 leased', '11:00 cancelled', '12:00 cancelled', '13:00 queued'])
    await end(s, held, 'succeeded')
    await s.edge.edge.tick()
    assert.equal(await serve(s), '13:00')
    const request = new Request(`${PUBLIC_URL}/metrics`)
    const text = await (await s.edge.edge.app(request, { remote: '192.0.2.1' })).text()
    assert.match(text, /^sallyport_runs_replaced_total 3$/m)
  })

  test('leaves alone what somebody asked for, and waits for it', async () => {
    await using s = await learned(cancelling)
    const { pipeline } = await s.estate.furnish({
      triggers: { schedule: { every: '1h', catch_up: 'none', ...cancelling }, api: { per_day: 1 } },
    })
    await s.edge.edge.tick()
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    const asked = (await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })).id
    const held = await take(s)
    assert.equal(held.run, asked)
    for (const time of ['10:00', '11:00']) await until(s, time)
    const found = await s.edge.rows('SELECT state, cancel FROM run WHERE pipeline = ? ORDER BY fire', [
      pipeline,
    ])
    assert.deepEqual(found, [
      { state: 'leased', cancel: 0 },
      { state: 'cancelled', cancel: 1 },
      { state: 'queued', cancel: 0 },
    ])
    await end(s, held, 'succeeded')
    await s.edge.edge.tick()
    assert.equal(await serve(s), '11:00')
  })

  test('goes on where another instance fell over between making the run and cancelling the others', async () => {
    await using s = await learned({ overlap: 'queue' })
    await until(s, '10:00')
    const held = await take(s)
    await until(s, '11:00')
    // As it stands after the first of the two commits.
    const schedule = JSON.stringify({ ...hourly, ...cancelling })
    const steps = [step(writes.updateTable('schedule').set({ schedule }))]
    await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    await s.edge.edge.tick()
    const [row] = await s.edge.rows('SELECT cancel FROM run WHERE id = ?', [held.run])
    assert.equal(row.cancel, 1)
  })

  test('has its run also where the agent of the one before is lost', async () => {
    await using s = await learned(cancelling)
    await until(s, '10:00')
    await take(s)
    await until(s, '11:00')
    s.edge.now += 60_000
    await s.edge.edge.reap()
    await s.edge.edge.tick()
    assert.deepEqual(await runs(s), ['10:00 cancelled', '11:00 queued'])
    assert.equal(await serve(s), '11:00')
  })

  test('makes up for the last time that was missed, and cancels for it', async () => {
    await using s = await learned({ ...cancelling, catch_up: 'last' })
    await until(s, '10:00')
    const held = await take(s)
    await until(s, '13:30')
    assert.deepEqual(await runs(s), ['10:00 leased', '13:00 queued'])
    await end(s, held, 'cancelled')
    await s.edge.edge.tick()
    assert.equal(await serve(s), '13:00')
  })
})
