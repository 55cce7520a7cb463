/** The last word on a commit is the destination's: an attempt that lost its lease does not get past the fence there. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bytesOf } from '../load_fixture.ts'
import {
  type Database,
  destinationOf,
  intentOf,
  loadOf,
  loadParts,
  noServer,
  openDatabase,
  refused,
  sliceOf,
} from './loading_fixture.ts'

const signal = new AbortController().signal
let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('fencing')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

const late = { a: '1,late,\n' }
const onTime = { a: '1,on time,\n' }

const keys = '1\n'
const count = (run: string) => database.value(`select count(*) from sallyport.loads where run = '${run}'`)
/** As the next attempt does it, where it cannot end the session of this one: that is another role's, say. */
const overtake = (target: string) =>
  database.run(`update sallyport.targets set fence = fence + 1 where target = 'public.${target}'`)

describe('an attempt that is overtaken', { skip: noServer }, () => {
  const modes = ['append', 'replace', 'merge', 'history', 'mirror'] as const
  const all = [...modes.map((mode) => ({ mode, resumable: true })), {
    mode: 'append',
    resumable: false,
  }] as const
  for (const { mode, resumable } of all) {
    const how = `${mode}, ${resumable ? 'slices that last' : 'all in one transaction'}`
    test(`right before its commit commits nothing, and the next one does: ${how}`, async () => {
      const load = loadOf({ target: `f_${mode}_${resumable}`, mode })
      const parts = { slices: late, resumable, ...(mode === 'mirror' ? { keys } : {}) }
      const older = { ...load, runId: crypto.randomUUID() }
      await loadParts(database.url, older, { ...parts, slices: { a: '9,old,\n' } })
      const before = await database.rows(load.target)
      {
        await using destination = destinationOf(database.url, load)
        await using loading = await destination.begin(load, signal)
        await loading.prepare(intentOf(parts), signal)
        await loading.write(sliceOf('a', load), 'csv', bytesOf(late.a))
        if (mode === 'mirror') await loading.writeKeys?.(sliceOf('keys', load), 'csv', bytesOf(keys))
        await overtake(load.target)
        const state = { runId: load.runId, rows: 1, cursor: null }
        await refused('run_superseded', () => loading.commit(state, null))
      }
      assert.deepEqual(await database.rows(load.target), before)
      assert.equal(await count(load.runId), '0')
      await loadParts(database.url, { ...load, fence: 2 }, { ...parts, slices: onTime })
      assert.equal(await count(load.runId), '1')
    })
  }
})
