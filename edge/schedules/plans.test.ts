/** What every instance asks every second, and what is asked at each fire time, costs a look into an index. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentAgents } from '../agents/store.ts'
import { reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { olderRuns, outdatedRuns } from './replace.ts'
import { agenda, dueSchedules, isUnderWay, turns, waitingRuns } from './store.ts'

/** How the engine would run each statement that `act` reads by. */
async function planOf(act: (storage: Storage) => Promise<unknown>): Promise<string> {
  await using fixture = await testStorage('embedded')
  const plans: string[] = []
  const explaining: Storage = {
    ...fixture.storage,
    read: async (statement) => {
      const rows = await fixture.storage.read({ ...statement, sql: `EXPLAIN QUERY PLAN ${statement.sql}` })
      plans.push(...rows.map(({ detail }) => String(detail)))
      return await fixture.storage.read(statement)
    },
  }
  await act(explaining).catch(() => {})
  return plans.join('; ')
}

test('the tick, the turns of waiting runs and silence are answered by their indexes', async () => {
  const of = { tenant: 't', pipeline: 'p' }
  const plans = {
    agenda: await planOf((s) => agenda(reader(s))),
    due: await planOf((s) => dueSchedules(reader(s), 1, 9)),
    underWay: await planOf((s) => isUnderWay(reader(s), of)),
    waiting: await planOf((s) => waitingRuns(reader(s), of)),
    turns: await planOf((s) => turns(reader(s), 9)),
    outdated: await planOf((s) => outdatedRuns(reader(s), 9)),
    older: await planOf((s) => olderRuns(reader(s), { ...of, by: 1 })),
    silent: await planOf((s) => silentAgents(reader(s), 1, 9)),
  }
  assert.match(plans.agenda, /SEARCH run USING COVERING INDEX run_waiting \(due=\?\)/)
  assert.match(plans.agenda, /SEARCH schedule USING (COVERING )?INDEX schedule_due/)
  assert.match(plans.due, /^SEARCH schedule USING INDEX schedule_due \(next_at>\? AND next_at<\?\)$/)
  assert.match(plans.underWay, /COVERING INDEX run_under_way \(tenant=\? AND pipeline=\? AND state=\?\)$/)
  assert.match(plans.waiting, /COVERING INDEX run_waiting \(due=\? AND tenant=\? AND pipeline=\?\)$/)
  assert.match(plans.turns, /^SEARCH run USING INDEX run_waiting \(due=\?\); .*INDEX run_under_way/)
  assert.match(
    plans.outdated,
    /^SEARCH w USING COVERING INDEX run_waiting \(due=\?\); SEARCH s USING PRIMARY KEY/,
  )
  assert.match(
    plans.outdated,
    /SEARCH r USING COVERING INDEX run_under_way \(tenant=\? AND pipeline=\? AND state=\?\)/,
  )
  assert.match(
    plans.older,
    /^SEARCH r USING COVERING INDEX run_under_way \(tenant=\? AND pipeline=\? AND state=\?\)$/,
  )
  assert.match(plans.silent, /^SCAN agent USING INDEX agent_comes_and_goes$/)
})
