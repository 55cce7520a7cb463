/** The statements of rewraps, keys and polls use the indexes that were made for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reader, reader } from '../db/database.ts'
import type { Statement, Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { testStorage } from '../db/storage_fixture.ts'
import { newestNumbers } from '../trust/newest.ts'
import { forgetAgent, keyRecords, provenKeys, receipts } from './store.ts'
import {
  freeRecords,
  groups,
  heldRecords,
  lease,
  lostBatches,
  openRewrap,
  refusedRecords,
  rewraps,
  runningRewraps,
  swaps,
} from './rewrap_store.ts'

type Act = (db: Reader) => Promise<unknown>

/** How the engine would run every statement that `act` reads by, or each of these steps. */
async function planOf(act: Act | readonly Step[]): Promise<string> {
  await using fixture = await testStorage('embedded')
  const plans: string[] = []
  const explain = async (statement: Statement) => {
    const rows = await fixture.storage.read({
      ...statement,
      sql: `EXPLAIN QUERY PLAN ${statement.sql}`,
      reads: true,
    })
    plans.push(...rows.map(({ detail }) => String(detail)))
    return /from "sealed_group"/.test(statement.sql) ? [group] : []
  }
  if (typeof act === 'function') await act(reader({ ...fixture.storage, read: explain } as Storage))
  else for (const one of act) await explain(one)
  return plans.join('; ')
}

const t = 'tenant'
const group = { id: 1, audience: '{"type":"policy","project":null,"pools":[]}', sealed_to: '1:k', records: 1 }
const names = [{ type: 'connection', id: 'x', version: 1 }] as const
const batch = { tenant: t, id: 'b', rewrap: 'r', agent: 'a', fence: 1, until: 1, state: 'open' } as const
const given = { ...names[0], batch: 'b', was: 'h', audience: '{}', sealedTo: '1:', hash: 'n' }

test('what is done for every batch reads no more than the batch', async () => {
  const steps = swaps(t, [{ ...given, envelope: new Uint8Array(1) }]).slice(1)
  const plans = {
    free: await planOf((db) => freeRecords(db, t, { groups: [1, 2], take: 200 })),
    held: await planOf((db) => heldRecords(db, t, 'b')),
    lost: await planOf((db) => lostBatches(db, 1, 9)),
    lease: await planOf(lease({ ...batch, done: 0, refused: 0, later: 0 }, names).slice(0, 2)),
    swap: await planOf(steps),
  }
  assert.match(plans.free, /SEARCH r USING INDEX sealed_record_free \(grp=\?\)/)
  assert.match(plans.held, /^SEARCH r USING INDEX sealed_record_batch \(batch=\?/)
  assert.match(plans.lost, /^SEARCH rewrap_batch USING INDEX rewrap_batch_open \(until<\?\)$/)
  for (const plan of Object.values(plans)) assert.doesNotMatch(plan, /SCAN (?!json_each|g VIRTUAL)/)
  assert.match(
    plans.lease,
    /SEARCH sealed_record USING PRIMARY KEY \(tenant=\? AND type=\? AND id=\?/,
  )
  assert.match(
    plans.swap,
    /SEARCH connection_version USING PRIMARY KEY \(tenant=\? AND id=\? AND version=\?\)/,
  )
})

test('lists and polls are answered by indexes', async () => {
  const after = { group: 1, type: 'log', id: 'x', version: 1 }
  const trust = { sealing_keys: [], readers: [], pools: [] } as unknown as Parameters<
    typeof keyRecords
  >[2]['trust']
  const plans = {
    groups: await planOf((db) => groups(db, t)),
    open: await planOf((db) => openRewrap(db, t)),
    running: await planOf((db) => runningRewraps(db)),
    list: await planOf((db) => rewraps(db, t, { after: 'x', take: 9 })),
    refused: await planOf((db) => refusedRecords(db, t, [1])),
    records: await planOf((db) => keyRecords(db, t, { kid: 'k', trust, after, take: 9 })),
    receipts: await planOf((db) => receipts(db, t, { after: 'x', take: 9 })),
    newest: await planOf((db) => newestNumbers(db, t)),
    forget: await planOf(forgetAgent(t, 'a')),
    proven: await planOf((db) => provenKeys(db, t, { agent: 'a', since: 1 })),
  }
  assert.match(plans.open, /rewrap_open \(tenant=\?\)/)
  assert.match(plans.refused, /sealed_record_refused/)
  assert.match(plans.records, /SEARCH r USING INDEX sealed_record_group \(grp=\?[^;]*\); (?!.*TEMP B-TREE)/)
  assert.match(plans.forget, /SEARCH possession USING PRIMARY KEY \(tenant=\? AND kid=\? AND agent=\?\)/)
  assert.match(plans.newest, /SEARCH i USING PRIMARY KEY \(tenant=\? AND project=\?\)/)
  for (const [name, plan] of Object.entries(plans)) {
    if (name !== 'running') assert.doesNotMatch(plan, /SCAN (?!json_each|g VIRTUAL)/, `${name}: ${plan}`)
  }
})
