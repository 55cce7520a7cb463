/** The statements that run all the time use the indexes that were made for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../db/database.ts'
import type { Statement } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { dueRuns, expiredRuns, runs, slotsOf } from './store.ts'

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

test('polls, the reaper, the next slot and the list are answered by their indexes', async () => {
  const tenant = 't'
  const before = { created: 1, id: 'x' }
  const plans = {
    poll: await planOf((s) => dueRuns(reader(s), tenant, { pool: 'p', now: 1, take: 9 })),
    reaper: await planOf((s) => expiredRuns(reader(s), 1, 9)),
    slot: await planOf((s) => slotsOf(reader(s), tenant, { pipeline: 'p', day: 'd', plan: 'x' })),
    list: await planOf((s) =>
      runs(reader(s), tenant, { projects: null, pipeline: null, state: null, before, take: 9 })
    ),
    ofPipeline: await planOf((s) =>
      runs(reader(s), tenant, { projects: null, pipeline: 'p', state: null, before, take: 9 })
    ),
  }
  assert.match(plans.poll, /^SEARCH run USING COVERING INDEX run_queue \(tenant=\? AND pool=\? AND due<\?\)$/)
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
})
