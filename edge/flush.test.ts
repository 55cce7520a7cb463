/** What an edge counts in memory, and writes every minute and when it stops. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from './world_fixture.ts'
import type { Storage } from './db/storage.ts'

test('what cannot be written keeps nothing else from being written, and is tried again', async () => {
  await using w = await world()
  await w.edge.flush()
  const read = async (sql: string) =>
    Number((await w.storage.read({ sql, parameters: [], reads: true }))[0]?.n)
  const refused = () =>
    read(`SELECT count(*) AS n FROM audit_leaf WHERE CAST(bytes AS TEXT) LIKE '%"request.refused"%'`)
  const used = () => read('SELECT max(last_used) AS n FROM token')
  const before = { refused: await refused(), used: await used() }
  w.clock.now += 120_000
  assert.equal((await w.call(w.viewer, 'POST /v1/workspaces', { body: { name: 'x' } })).status, 403)
  const write = w.storage.write.bind(w.storage)
  const failing: Storage['write'] = (plan) =>
    plan.steps.some(({ sql }) => /update "token"/i.test(sql))
      ? Promise.reject(new Error('gone'))
      : write(plan)
  Object.assign(w.storage, { write: failing })
  await assert.rejects(w.edge.flush(), /gone/)
  assert.deepEqual({ refused: await refused(), used: await used() }, {
    ...before,
    refused: before.refused + 1,
  })
  Object.assign(w.storage, { write })
  await w.edge.flush()
  assert.ok(await used() > before.used)
})
