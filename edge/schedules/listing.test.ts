/** From when on a schedule counts: from the moment that its pipeline was listed, whoever was there to see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entries, runs, scene, until } from './schedule_fixture.ts'

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
