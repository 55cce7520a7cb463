/** Any order of anybody's words, against a real edge: what the states allow happens, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { CompleteStatus } from '../../shared/schemas/job.ts'
import type { TestAgent } from '../agent_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { isFinal, isHeld, next, type RunEvent, type Standing } from './states.ts'

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
  /** `hold`: its agent keeps its lease beyond the time that the run has. */
  | { readonly kind: 'cancel' | 'reap' | 'hold' }
  | { readonly kind: 'redrive'; readonly signed: boolean }
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'reap', 'reap', 'hold' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('redrive' as const), signed: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.constantFrom(1_000, 46_000, 190_000, 300_000),
    }),
  },
) as fc.Arbitrary<Word>

interface Row {
  state: Parameters<typeof isFinal>[0]
  fence: number
  agent: string | null
  failures: number
  retries: number
  lost: number
  begun: number
  cancel: number
  finished: number | null
  reason: string | null
  redriven: number
}

test('no order of words brings a run where it must not be, or lets a stranger move it', async () => {
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const furnished = await estate.furnish({
    // A minute and the two that the edge waits: an attempt may come to its deadline.
    limits: { retries: 2, minutes: 1 },
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
      const { id } = await estate.made('POST', '/v1/runs', { pipeline_id: furnished.pipeline })
      const leave = () => estate.request(furnished, { redrive: id })
      const read = async () => (await edge.rows('SELECT * FROM run WHERE id = ?', [id]))[0] as Row
      let before = await read()
      let signed = 1
      let begun = 0
      for (const one of words) {
        const { status, mine } = await say(one, { edge, estate, agents, id, leave, run: before })
        const after = await read()
        check(one, { before, after, status, mine })
        // Past the checks of agents, whose anchors count: never more often than was signed.
        if (one.kind === 'redrive' && one.signed && after.redriven > before.redriven) signed++
        if (before.state === 'leased' && after.state === 'running') begun++
        if (before.state === 'running' && after.begun < before.begun && !isFinal(before.state)) begun--
        assert.ok(begun <= signed * (after.retries + 1), JSON.stringify(words))
        before = after
      }
    }),
    { numRuns: 120 },
  )
})

interface Scene {
  readonly edge: TestEdge
  readonly estate: Estate
  readonly agents: readonly TestAgent[]
  readonly id: string
  /** A new signed redrive of it. */
  readonly leave: () => unknown
  readonly run: Row
}

/** Says one word; `mine`: by the agent that holds the run, with its fence. */
async function say(one: Word, s: Scene): Promise<{ status: number; mine: boolean }> {
  if (one.kind === 'time') s.edge.now += one.ms
  if (one.kind === 'hold') await hold(s)
  if (one.kind === 'reap') await s.edge.edge.reap()
  if (one.kind === 'cancel') {
    return { status: (await s.estate.call('POST', `/v1/runs/${s.id}/cancel`)).status, mine: false }
  }
  if (one.kind === 'redrive') {
    const body = one.signed ? { request: s.leave() } : {}
    return { status: (await s.estate.call('POST', `/v1/runs/${s.id}/redrive`, body)).status, mine: false }
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

async function hold({ edge, agents, id, run: { agent, fence } }: Scene): Promise<void> {
  const holder = agents.find((one) => one.id === agent)
  for (let beats = 0; beats < 7; beats++) {
    edge.now += 30_000
    await holder?.call('POST', `/v1/agent/runs/${id}/heartbeat`, { fence })
  }
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
  const again = one.kind === 'redrive' && status === 200
  if ((isFinal(before.state) && !again) || status === 409) assert.deepEqual(after, before, about)
  if (again) checkAgain({ before, after }, one, about)
  assert.equal(after.reason !== null, ['partial', 'failed', 'refused', 'dead'].includes(after.state), about)
  checkDecided(one, { before, after }, about)
  if ('old' in one && !mine) assert.equal(status, 409, about)
  if ('old' in one && mine && isHeld(before.state)) assert.equal(status, 200, about)
  if (isHeld(after.state) && !isHeld(before.state)) {
    assert.ok(one.kind === 'poll' && after.fence === before.fence + 1 && after.agent !== null, about)
  }
  if (before.cancel === 1 && !again) assert.ok(after.cancel === 1 && after.state !== 'queued', about)
}

/** A redrive leads out of what ended short of its end, and back into the queue. */
function checkAgain(
  { before, after }: { before: Row; after: Row },
  one: Word & { kind: 'redrive' },
  about: string,
): void {
  assert.ok(['partial', 'failed', 'refused', 'dead'].includes(before.state), about)
  assert.deepEqual(
    [after.state, after.cancel, after.finished, after.reason],
    ['queued', 0, null, null],
    about,
  )
  assert.equal(after.redriven, before.redriven + 1, about)
  if (!one.signed) assert.ok(before.state === 'dead' && before.begun <= before.retries, about)
}

const eventsOf: Readonly<Record<string, readonly RunEvent[]>> = {
  poll: [{ kind: 'claim' }],
  started: [{ kind: 'start' }],
  cancel: [{ kind: 'cancel' }],
  reap: [{ kind: 'expire' }, { kind: 'overrun' }],
}

/** Where the row is by now is where `states.ts` leads from where it was: the store decides nothing of its own. */
function checkDecided(one: Word, { before, after }: { before: Row; after: Row }, about: string): void {
  const standing = (row: Row): Standing => {
    const { state, failures, retries, lost, begun, cancel } = row
    return { state, failures, retries, lost, begun, cancel: cancel === 1 }
  }
  const [from, to] = [standing(before), standing(after)]
  if (isDeepStrictEqual(from, to)) return
  const events: readonly RunEvent[] = one.kind === 'complete'
    ? [{ kind: 'complete', status: one.status as CompleteStatus, retry: one.retry }]
    : one.kind === 'redrive'
    ? [{ kind: 'redrive', signed: one.signed }]
    : eventsOf[one.kind] ?? []
  assert.ok(events.some((event) => isDeepStrictEqual(next(from, event), to)), about)
}
