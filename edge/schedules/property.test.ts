/** Whatever edges look when, and however long runs take: a fire time has one run, and no two runs overlap. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFire } from '../../shared/schedule.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

type Deed =
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'tick'; readonly edges: number }
  | { readonly kind: 'poll' | 'end' | 'lose' }

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('tick' as const), edges: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('poll', 'end', 'lose' as const) }) },
)
const schedule: fc.Arbitrary<Schedule> = fc.record({
  cron: fc.constantFrom('*/10 * * * *', '*/7 9 * * *'),
  timezone: fc.constantFrom('UTC', 'Asia/Kathmandu'),
  overlap: fc.constantFrom('skip', 'queue', 'cancel_running'),
  catch_up: fc.constantFrom('none', 'last', 'all'),
}).filter(({ overlap, catch_up }) => overlap !== 'cancel_running' || catch_up !== 'all')

interface Row {
  readonly id: string
  readonly fire: number
  readonly state: string
  readonly due: number
}

test('a fire time has one run, runs of a pipeline do not overlap, and they are taken in the order of their times', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, fc.array(deed, { minLength: 8, maxLength: 20 }), async (schedule, deeds) => {
      await using edge = await TestEdge.start()
      const estate = await Estate.found(edge)
      await estate.furnish({ triggers: { schedule }, limits: { retries: 0 } })
      const agent = await estate.enrol()
      const edges = [edge.edge, edge.instance(), edge.instance()]
      await edge.edge.tick()
      const taken: number[] = []
      let held: { id: string; fence: number } | null = null
      for (const one of deeds) {
        if (one.kind === 'wait') edge.now += one.minutes * 60_000
        if (one.kind === 'tick') await Promise.all(edges.slice(0, one.edges).map((each) => each.tick()))
        if (one.kind === 'lose') held = null
        await edge.edge.reap()
        if (one.kind === 'poll' && held === null) {
          const { job } = (await agent.poll()).body
          held = job === null ? null : { id: job.run.id, fence: job.lease.fence }
          if (job !== null && job.run.attempt === 1) taken.push(Date.parse(job.run.trigger.fire))
        }
        if (one.kind === 'end' && held !== null) {
          const body = { fence: held.fence, status: 'succeeded', retry: false, streams: [] }
          await agent.call('POST', `/v1/agent/runs/${held.id}/complete`, body)
          held = null
        }
        const rows: Row[] = await edge.rows('SELECT id, fire, state, due FROM run')
        assert.equal(new Set(rows.map(({ fire }) => fire)).size, rows.length)
        assert.ok(rows.every(({ fire }) => fire <= edge.now && isFire(schedule, fire)))
        const active = rows.filter(({ state, due }) =>
          ['leased', 'running'].includes(state) || (state === 'queued' && due < 8_640_000_000_000_000)
        )
        assert.ok(active.length <= 1, JSON.stringify(active))
        const waiting = rows.filter(({ state, due }) => state === 'queued' && due === 8_640_000_000_000_000)
        if (schedule.overlap === 'cancel_running') assert.ok(waiting.length <= 1, JSON.stringify(waiting))
      }
      const distinct = [...new Set(taken)]
      assert.deepEqual(distinct, distinct.toSorted((a, b) => a - b))
      const created = (await edge.leaves(estate.tenant)).filter(({ action }) => action === 'run.created')
      assert.equal(created.length, (await edge.rows('SELECT id FROM run')).length)
    }),
    { numRuns: 12, endOnFailure: true },
  )
})
