/** Any order of anybody's words, against a real edge: what the states allow happens, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TestAgent } from '../agent_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { isFinal, isHeld } from './states.ts'

type Word =
  | { readonly kind: 'poll'; readonly agent: number }
  | { readonly kind: 'started' | 'heartbeat' | 'progress'; readonly agent: number; readonly old: boolean }
  | {
    readonly kind: 'complete'
    readonly agent: number
    readonly old: boolean
    readonly status: string
    readonly retry: boolean
  }
  | { readonly kind: 'cancel' | 'reap' }
  | { readonly kind: 'time'; readonly ms: number }

const agent = fc.nat(1)
const old = fc.boolean()
const word: fc.Arbitrary<Word> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('poll' as const), agent }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('started', 'heartbeat', 'progress' as const), agent, old }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('complete' as const),
      agent,
      old,
      status: fc.constantFrom('succeeded', 'partial', 'failed', 'refused', 'cancelled', 'released'),
      retry: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'reap' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1_000, 46_000, 300_000) }),
  },
) as fc.Arbitrary<Word>

interface Row {
  state: Parameters<typeof isFinal>[0]
  fence: number
  agent: string | null
  failures: number
  retries: number
  cancel: number
  finished: number | null
}

test('no order of words brings a run where it must not be, or lets a stranger move it', async () => {
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({
    limits: { retries: 2 },
    triggers: { api: { per_day: 10_000 } },
  })
  const agents = [await estate.enrol(), await estate.enrol()]
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 25 }), async (words) => {
      await edge.storage.write({
        id: '',
        steps: [{
          sql: "UPDATE run SET state = 'cancelled' WHERE state IN ('queued','leased','running')",
          parameters: [],
          reads: false,
        }],
        leaf: null,
        repeatable: false,
      })
      const { id } = await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
      const read = async () => (await edge.rows('SELECT * FROM run WHERE id = ?', [id]))[0] as Row
      let before = await read()
      for (const one of words) {
        const { status, mine } = await say(one, { edge, estate, agents, id, run: before })
        const after = await read()
        check(one, { before, after, status, mine })
        before = after
      }
    }),
    { numRuns: 40 },
  )
})

interface Scene {
  readonly edge: TestEdge
  readonly estate: Estate
  readonly agents: readonly TestAgent[]
  readonly id: string
  readonly run: Row
}

/** Says one word; `mine`: by the agent that holds the run, with its fence. */
async function say(one: Word, s: Scene): Promise<{ status: number; mine: boolean }> {
  if (one.kind === 'time') s.edge.now += one.ms
  if (one.kind === 'reap') await s.edge.edge.reap()
  if (one.kind === 'cancel') {
    return { status: (await s.estate.call('POST', `/v1/runs/${s.id}/cancel`)).status, mine: false }
  }
  if (!('agent' in one)) return { status: 200, mine: false }
  const agent = s.agents[one.agent] as TestAgent
  if (one.kind === 'poll') return { status: (await agent.poll()).status, mine: false }
  const fence = Math.max(1, s.run.fence - (one.old ? 1 : 0))
  const mine = s.run.agent === agent.id && s.run.fence === fence
  const streams = [{ index: 0, rows: 1, bytes: 1 }]
  const body = one.kind === 'complete'
    ? { fence, status: one.status, retry: one.retry, streams: [] }
    : { fence, ...(one.kind === 'progress' ? { streams } : {}) }
  const { status } = await agent.call('POST', `/v1/agent/runs/${s.id}/${one.kind}`, body)
  return { status, mine }
}

function check(
  one: Word,
  { before, after, status, mine }: { before: Row; after: Row; status: number; mine: boolean },
): void {
  const about = JSON.stringify({ one, before, after, status })
  assert.ok(status === 200 || status === 409, about)
  assert.ok(after.fence >= before.fence, about)
  assert.ok(after.failures <= after.retries + 1, about)
  assert.equal(after.finished !== null, isFinal(after.state), about)
  if (isFinal(before.state) || status === 409) assert.deepEqual(after, before, about)
  if ('old' in one && !mine) assert.equal(status, 409, about)
  if ('old' in one && mine && isHeld(before.state)) assert.equal(status, 200, about)
  if (isHeld(after.state) && !isHeld(before.state)) {
    assert.ok(one.kind === 'poll' && after.fence === before.fence + 1 && after.agent !== null, about)
  }
  if (before.cancel === 1) assert.ok(after.cancel === 1 && after.state !== 'queued', about)
}
