/** The statements that run all the time use the indexes that were made for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../db/database.ts'
import type { Statement, Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { firstRuns, front, joinLines, lines, parkLines } from './lanes.ts'
import { expiredRuns, runs, slotsOf } from './store.ts'

/** How the engine would run what a step says. */
async function planOfStep({ sql, parameters }: Step): Promise<string> {
  await using fixture = await testStorage('embedded')
  const rows = await fixture.storage.read({ sql: `EXPLAIN QUERY PLAN ${sql}`, parameters, reads: true })
  return rows.map(({ detail }) => String(detail)).join('; ')
}

/** How the engine would run each statement that `act` reads by. */
async function planOf(act: (storage: Storage) => Promise<unknown>): Promise<string> {
  await using fixture = await testStorage('embedded')
  const plans: string[] = []
  const explaining: Storage = {
    ...fixture.storage,
    read: async (statement: Statement) => {
      const rows = await fixture.storage.read({ ...statement, sql: `EXPLAIN QUERY PLAN ${statement.sql}` })
      plans.push(...rows.map(({ detail }) => String(detail)))
      return []
    },
  }
  await act(explaining)
  return plans.join('; ')
}

test('the reaper, the next slot and the list are answered by their indexes', async () => {
  const tenant = 't'
  const before = { created: 1, id: 'x' }
  const plans = {
    reaper: await planOf((s) => expiredRuns(reader(s), 1, 9)),
    slot: await planOf((s) => slotsOf(reader(s), tenant, { pipeline: 'p', day: 'd', plan: 'x' })),
    list: await planOf((s) =>
      runs(reader(s), tenant, { projects: null, pipeline: null, state: null, before, take: 9 })
    ),
    ofPipeline: await planOf((s) =>
      runs(reader(s), tenant, { projects: null, pipeline: 'p', state: null, before, take: 9 })
    ),
    ofState: await planOf((s) =>
      runs(reader(s), tenant, { projects: null, pipeline: null, state: 'failed', before, take: 9 })
    ),
  }
  assert.match(plans.reaper, /^SEARCH run USING INDEX run_lease \(lease_until<\?\)$/)
  assert.match(
    plans.slot,
    /COVERING INDEX run_slot \(tenant=\? AND pipeline=\? AND day=\?\); .*INDEX run_plan \(/,
  )
  assert.match(plans.list, /^SEARCH run USING INDEX run_list \(tenant=\? AND \(created,id\)<\(\?,\?\)\)$/)
  assert.match(
    plans.ofPipeline,
    /^SEARCH run USING INDEX run_pipeline \(tenant=\? AND pipeline=\? AND \(created,id\)<\(\?,\?\)\)$/,
  )
  assert.match(
    plans.ofState,
    /^SEARCH run USING INDEX run_state \(tenant=\? AND state=\? AND \(created,id\)<\(\?,\?\)\)$/,
  )
})

test('a look and what it puts in order are steps down an index, however many runs, lines and lanes there are', async () => {
  const of = { tenant: 't', pool: 'p', project: 'x', pipeline: 'y', now: 1, take: 9 }
  const first = await planOf((s) => front(reader(s), of))
  assert.match(first, /SEARCH run USING INDEX run_later \(tenant=\? AND pool=\? AND due<\?\)/)
  assert.match(first, /SEARCH run_lane USING INDEX run_lane_next \(tenant=\? AND pool=\?\)/)
  const ofLane = await planOf((s) => lines(reader(s), of))
  assert.match(
    ofLane,
    /^SEARCH h USING INDEX run_line_next \(tenant=\? AND pool=\? AND project=\? AND rank>\?\)/,
  )
  assert.match(ofLane, /SEARCH r USING COVERING INDEX run_in_line \(tenant=\? AND pool=\? AND pipeline=\?/)
  assert.equal(ofLane.match(/SEARCH run_limit USING PRIMARY KEY \(tenant=\? AND scope=\?\)/g)?.length, 3)
  const ofLine = await planOf((s) => firstRuns(reader(s), of))
  assert.match(
    ofLine,
    /^SEARCH run USING COVERING INDEX run_in_line \(tenant=\? AND pool=\? AND pipeline=\? AND rank>\?\)$/,
  )
  const joined = await planOfStep(joinLines(of))
  assert.match(joined, /SEARCH run USING INDEX run_later \(tenant=\? AND pool=\? AND due<\?\)/)
  const parked = await planOfStep(parkLines({ ...of, scope: 'connection:c' }))
  assert.match(parked, /SEARCH run_line USING INDEX run_line_next \(tenant=\? AND pool=\? AND project=\?/)
  for (const plan of [first, ofLane, ofLine, joined, parked]) assert.doesNotMatch(plan, /SCAN run|B-TREE/)
})
