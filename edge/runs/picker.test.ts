import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { reserveNext } from './picker.ts'
import { Reservations } from './reservations.ts'

const of = { tenant: 'acme', pool: 'default' }
const INSERT =
  'INSERT INTO run (tenant, id, project, pipeline, pool, state, action, trigger, plan, failures, ' +
  "retries, lost, fence, due, cancel, created, rank) VALUES (?, ?, 'p', ?, ?, 'queued', 'run', '{}', ?, 0, 0, 0, 0, " +
  '1, 0, 1, ?)'

/** So many runs, in turn of these pipelines. */
async function runsOf(storage: Storage, count: number, pipelines: number): Promise<void> {
  const steps = Array.from({ length: count }, (_, i) => ({
    sql: INSERT,
    parameters: [of.tenant, `run-${i}`, `pipeline-${i % pipelines}`, of.pool, `plan-${i}`, i],
    reads: false,
  }))
  await storage.write({ id: 'made', steps, leaf: null, repeatable: false })
}

for (const kind of kinds) {
  describe(`looks at the same moment, on the ${kind} storage`, () => {
    for (const pipelines of [1, 12]) {
      test(`take a run each, and those beyond take none, with ${pipelines} pipelines`, async () => {
        await using fixture = await testStorage(kind)
        await runsOf(fixture.storage, 24, pipelines)
        const reserved = new Reservations()
        const arrange = () => Promise.reject(new Error('nothing is to be put in order'))
        const look = { db: reader(fixture.storage), ...of, now: 9, reserved, onLimits: () => {}, arrange }
        const taken: string[] = []
        const one = async (plan: string) => {
          const found = await reserveNext({ ...look, plan })
          if (found !== null) taken.push(found.id)
        }
        await Promise.all(Array.from({ length: 40 }, (_, i) => one(`look-${i}`)))
        assert.equal(taken.length, 24)
        assert.equal(new Set(taken).size, 24)
        for (const id of taken) reserved.release(id)
        assert.equal(reserved.inLine({ ...of, pipeline: 'pipeline-0' }), 0)
      })
    }
  })
}
