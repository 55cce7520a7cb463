/** From when on a schedule counts: from the moment that its pipeline was listed, whoever was there to see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { entries, hourly, runs, scene, serve, until } from './schedule_fixture.ts'

test('a fire time that comes before any edge has learned of the listing is made up for', async () => {
  await using s = await scene({ catch_up: 'all', overlap: 'queue' })
  await until(s, '10:30')
  await s.edge.edge.tick()
  assert.deepEqual(await runs(s), ['10:00 queued'])
})

test('a fire time that nobody makes up for is told as missed, also before the listing was learned', async () => {
  await using s = await scene({ catch_up: 'none' })
  await until(s, '10:30')
  await s.edge.edge.tick()
  assert.deepEqual(await runs(s), [])
  const facts = { fire: '2026-11-22T10:00:00.000Z', until: '2026-11-22T11:00:00.000Z' }
  assert.deepEqual((await entries(s, 'schedule.missed')).map((leaf) => leaf.facts), [facts])
})

for (
  const [zone, day] of [
    ['Europe/Berlin', '2027-03-28'],
    ['Australia/Lord_Howe', '2027-04-04'],
  ] as const
) {
  test(`the times that are shown are those at which runs are made, in ${zone} around ${day}`, async () => {
    await using edge = await TestEdge.start()
    edge.now = Date.parse(`${day}T00:00:00.000Z`) - 2 * 86_400_000
    const estate = await Estate.found(edge)
    const schedule = { ...hourly, cron: '30,45 2 * * *', timezone: zone, jitter: 600 }
    const { pipeline } = await estate.furnish({ triggers: { schedule } })
    const s = { edge, estate, pipeline, agent: await estate.enrol() }
    await s.edge.edge.tick()
    const { next } = await s.estate.made('GET', `/v1/pipelines/${s.pipeline}/schedule?count=8`)
    const made: string[] = []
    for (const start of next) {
      s.edge.now = Date.parse(start) - 1
      await s.edge.edge.tick()
      assert.equal(await serve(s), null, `before ${start}`)
      s.edge.now = Date.parse(start)
      await s.edge.edge.tick()
      const [newest] = (await s.estate.made('GET', '/v1/runs?limit=1')).data
      made.push(newest.created)
      assert.ok(await serve(s) !== null, start)
    }
    assert.deepEqual(made, next)
  })
}
