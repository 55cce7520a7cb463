/** What an agent does with runs: asks for one, keeps its lease, counts, and says how it ended. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import {
  Complete,
  CompleteReply,
  HeartbeatReply,
  HeldRun,
  Poll,
  PollReply,
  Progress,
} from '../../shared/schemas/job.ts'
import type { InspectJob } from '../../shared/schemas/inspection.ts'
import type { RewrapJob } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { agent } from '../agents/store.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { command, type Route } from '../http/route.ts'
import { ids, sealed, signedConnection, signedDestination, signedPipeline } from '../trust/examples.ts'
import type { Inspections } from '../inspections/inspections.ts'
import type { Rewraps } from '../keys/rewraps.ts'
import type { News } from '../trust/newest.ts'
import { isoTime } from '../trust/store.ts'
import { jobOf } from './job.ts'
import type { Briefing, Briefings } from './briefing.ts'
import type { Queue } from './queue.ts'
import { isHeld, next } from './states.ts'
import {
  clearStreams,
  finishedAt,
  type Holder,
  isHolder,
  moveRun,
  putProgress,
  putResults,
  renewLease,
  run,
  type RunRow,
  standingOf,
} from './store.ts'

const MAX_BODY_BYTES = 4 * 1024 * 1024
const tag = 'Agent'
const permission = 'agent:approved'
const params = z.strictObject({ id: Id })
const until = '2026-11-22T09:00:45.000Z'

const exampleJob = {
  kind: 'run',
  run: {
    id: ids.run,
    project: ids.project,
    pipeline_id: ids.pipeline,
    index: 1,
    trigger: { kind: 'api', day: '2026-11-22', slot: 1 },
    attempt: 1,
  },
  lease: { fence: 1, until },
  pipeline: { document: signedPipeline.dsse, sealed },
  connections: [{ document: signedConnection.dsse, sealed }, { document: signedDestination.dsse, sealed }],
} as const

/** A run of the agent's tenant. Throws `not_found`. */
async function runOf(db: Reader, principal: AgentPrincipal, id: string): Promise<RunRow> {
  const row = await run(db, principal.tenant, id)
  if (row === null) throw new Fault('not_found')
  return row
}

function holderOf(principal: AgentPrincipal, id: string, fence: number): Holder {
  return { tenant: principal.tenant, run: id, agent: principal.id, fence }
}

function pollRoute(options: AgentRunOptions): Route {
  const { queue, briefings } = options
  return command({
    id: 'pollForWork',
    method: 'post',
    path: '/v1/agent/poll',
    tag,
    summary: 'Wait for a run, an order to look at a connection or records to rewrap, and lease it',
    description:
      'Answers as soon as there is one for the pool, else after `wait_seconds` with null. The lease has ' +
      'to be renewed before `until`; every later write names its `fence`. Orders come first, and runs before rewraps. ' +
      'Also answers, without a job, as soon as a trust document or an index is published.',
    permission,
    audit: 'run.claimed',
    body: Poll,
    reply: PollReply,
    example: {
      body: { slots: 1, wait_seconds: 25, log_size: 0 },
      reply: { job: exampleJob, newest: { trust: 1, indexes: { [ids.project]: 1 } }, log: null },
    },
    async handle({ db, principal, body, now, planId, signal }) {
      const stop = signal
      const deadline = now + body.wait_seconds * 1000
      const briefing = briefings.begin(principal, body.log_size)
      for (;;) {
        const place = queue.enter(principal)
        let answered = false
        try {
          const news = await briefing.news()
          const trust = trustOf(news, principal.pool)
          const found = trust === null ? null : await nextJob(options, { db, principal, trust, planId, stop })
          if (found?.kind === 'rewrap' || found?.kind === 'inspect') {
            return unchanged(await briefing.reply(found))
          }
          if (found !== null && !stop.aborted) {
            await checkApproved(db, principal)
            return await claim(queue, { ...found, principal, briefing })
          }
          const waits = !briefing.isNews(news) && await place.wait(deadline - queue.now, stop)
          if (!waits || stop.aborted) return unchanged(await briefing.reply(null))
          answered = true
        } finally {
          queue.leave(place, { ...principal, answered })
        }
      }
    },
  })
}

/** Null for a pool that is gone: its work waits until the trust document names it again. */
function trustOf({ trust }: News, pool: string): TrustDocument | null {
  return trust?.document.pools.some(({ name }) => name === pool) ? trust.document : null
}

/**
 * An order to look at a connection, for which a person waits; else a run, or a batch to rewrap, leased: runs first, but where they never end a batch has its
 * turn now and then.
 */
async function nextJob(
  { queue, rewraps, inspections }: AgentRunOptions,
  of: {
    readonly db: Reader
    readonly principal: AgentPrincipal
    readonly trust: TrustDocument
    readonly planId: string
    readonly stop: AbortSignal
  },
): Promise<
  InspectJob | RewrapJob | ({ readonly kind: 'run' } & NonNullable<Awaited<ReturnType<Queue['look']>>>) | null
> {
  const { db, principal, trust, planId, stop } = of
  const hand = async () => {
    if (stop.aborted) return null
    await checkApproved(db, principal)
    const job = await rewraps.hand(principal, trust)
    // There may be more for the next in line.
    if (job !== null) queue.ring(principal)
    return job
  }
  if (inspections.mayHave(principal) && !stop.aborted) {
    await checkApproved(db, principal)
    const order = await inspections.hand(principal)
    if (order !== null) {
      queue.ring(principal)
      return order
    }
  }
  const turn = await rewraps.turnOf(principal)
  const first = turn === 'now' ? await hand() : null
  if (first !== null) return first
  const run = await queue.look(principal, planId)
  if (run !== null) return { kind: 'run', ...run }
  return turn === 'after_runs' ? await hand() : null
}

/** A poll may have waited for half a minute, and meanwhile the agent may have been revoked. */
async function checkApproved(db: Reader, principal: AgentPrincipal): Promise<void> {
  const row = await agent(db, principal.tenant, principal.id)
  if (row?.state !== 'approved') throw new Fault('agent_revoked')
}

async function claim(
  queue: Queue,
  { row, parts, principal, briefing }: NonNullable<Awaited<ReturnType<Queue['look']>>> & {
    readonly principal: AgentPrincipal
    readonly briefing: Briefing
  },
) {
  const standing = next(standingOf(row), { kind: 'claim' })
  if (standing === null) throw new Fault('conflict')
  const fence = row.fence + 1
  const leased = queue.leaseUntil
  const set = { fence, agent: principal.id, lease_until: leased }
  const reply = await briefing.reply(jobOf(row, { parts, fence, until: leased }))
  return change({
    writes: [
      moveRun(row, { standing, set, otherwise: 'conflict' }),
      ...(row.fence === 0 ? [] : [clearStreams(row.tenant, row.id)]),
    ],
    target: row.id,
    facts: { pipeline: row.pipeline, index: parts.index, attempt: row.failures + 1, fence },
    time: queue.now,
    reply: () => reply,
    committed: () => {
      queue.release(row.id)
      queue.ring(row)
    },
    again: true,
  })
}

const started = command({
  id: 'startRun',
  method: 'post',
  path: '/v1/agent/runs/{id}/started',
  tag,
  summary: 'Say that every check has passed and the run has begun',
  permission,
  audit: 'run.started',
  params,
  body: HeldRun,
  reply: CompleteReply,
  faults: ['not_found', 'lease_lost'],
  example: { params: { id: ids.run }, body: { fence: 1 }, reply: { state: 'running' } },
  async handle({ db, principal, params, body, now }) {
    const row = await runOf(db, principal, params.id)
    if (!isHolder(row, holderOf(principal, params.id, body.fence))) throw new Fault('lease_lost')
    if (row.state === 'running') return unchanged({ state: 'running' })
    const standing = next(standingOf(row), { kind: 'start' })
    if (standing === null) throw new Fault('lease_lost')
    return change({
      writes: [moveRun(row, { standing, set: { started: row.started ?? now }, otherwise: 'lease_lost' })],
      target: row.id,
      facts: { fence: row.fence, attempt: row.failures + 1 },
      reply: () => ({ state: 'running' as const }),
      again: true,
    })
  },
})

function heartbeatRoute(queue: Queue): Route {
  return command({
    id: 'renewLease',
    method: 'post',
    path: '/v1/agent/runs/{id}/heartbeat',
    tag,
    summary: 'Renew the lease of a run, and hear whether to stop it',
    permission,
    audit: { none: 'a lease that is renewed changes nothing that anybody has to answer for' },
    params,
    body: HeldRun,
    reply: HeartbeatReply,
    faults: ['not_found', 'lease_lost'],
    example: { params: { id: ids.run }, body: { fence: 1 }, reply: { until, cancel: false } },
    async handle({ db, principal, params, body }) {
      const row = await runOf(db, principal, params.id)
      const leased = queue.leaseUntil
      return change({
        writes: [renewLease(holderOf(principal, row.id, body.fence), leased)],
        target: row.id,
        reply: ({ rows }) => ({ until: isoTime(leased), cancel: rows[0]?.[0]?.cancel === 1 }),
      })
    },
  })
}

function progressRoute(queue: Queue): Route {
  return command({
    id: 'reportProgress',
    method: 'post',
    path: '/v1/agent/runs/{id}/progress',
    tag,
    summary: 'Count rows and bytes of the streams that move; renews the lease too',
    permission,
    audit: { none: 'counts on the way; those that stand in the end come with the completion' },
    params,
    body: Progress,
    reply: HeartbeatReply,
    faults: ['not_found', 'lease_lost'],
    example: {
      params: { id: ids.run },
      body: { fence: 1, streams: [{ index: 0, rows: 10_000, bytes: 1_048_576 }] },
      reply: { until, cancel: false },
    },
    async handle({ db, principal, params, body }) {
      const row = await runOf(db, principal, params.id)
      const holder = holderOf(principal, row.id, body.fence)
      const leased = queue.leaseUntil
      return change({
        writes: [renewLease(holder, leased), ...putProgress(holder, body.streams)],
        target: row.id,
        reply: ({ rows }) => ({ until: isoTime(leased), cancel: rows[0]?.[0]?.cancel === 1 }),
      })
    },
  })
}

function completeRoute(queue: Queue): Route {
  return command({
    id: 'completeRun',
    method: 'post',
    path: '/v1/agent/runs/{id}/complete',
    tag,
    summary: 'Say how the attempt ended, in counts and codes',
    description:
      'With `retry` a failed or partial attempt is followed by another while the run has any left; ' +
      '`released` hands the run back and costs none. The same word said twice is answered as the first time.',
    permission,
    audit: 'run.completed',
    params,
    body: Complete,
    maxBodyBytes: MAX_BODY_BYTES,
    reply: CompleteReply,
    faults: ['not_found', 'lease_lost'],
    example: {
      params: { id: ids.run },
      body: {
        fence: 1,
        status: 'succeeded',
        retry: false,
        streams: [{
          index: 0,
          route: 'direct',
          status: 'succeeded',
          rows_read: 3_000_000,
          rows: 3_000_000,
          bytes: 130_000_000,
          rejected: 0,
          seconds: 4.2,
        }],
      },
      reply: { state: 'succeeded' },
    },
    async handle({ db, principal, params, body, now }) {
      const row = await runOf(db, principal, params.id)
      const holder = holderOf(principal, row.id, body.fence)
      if (!isHolder(row, holder)) throw new Fault('lease_lost')
      // Said before: a lease that is taken away raises the fence, so this end is the holder's own.
      if (!isHeld(row.state)) return unchanged({ state: row.state })
      return completion(queue, { row, holder, body, now })
    },
  })
}

function completion(
  queue: Queue,
  given: { readonly row: RunRow; readonly holder: Holder; readonly body: Complete; readonly now: number },
) {
  const { row, holder, body, now } = given
  const { status, retry } = body
  const standing = next(standingOf(row), { kind: 'complete', status, retry })
  if (standing === null) throw new Fault('lease_lost')
  const requeued = standing.state === 'queued'
  const waits = requeued && status !== 'released' ? queue.backoff(standing.failures) : 0
  const set = {
    lease_until: null,
    code: body.code ?? null,
    due: requeued ? now + waits : row.due,
    ...finishedAt(standing.state, now),
  }
  return change({
    writes: [moveRun(row, { standing, set, otherwise: 'lease_lost' }), ...putResults(holder, body.streams)],
    target: row.id,
    facts: { fence: row.fence, attempt: row.failures + 1, status, state: standing.state, code: set.code },
    reply: () => ({ state: standing.state }),
    committed: () => {
      if (requeued) queue.ring(row)
    },
    again: true,
  })
}

export interface AgentRunOptions {
  readonly queue: Queue
  readonly rewraps: Rewraps
  readonly inspections: Inspections
  readonly briefings: Briefings
}

export function agentRunRoutes(options: AgentRunOptions): readonly Route[] {
  const { queue } = options
  return [pollRoute(options), started, heartbeatRoute(queue), progressRoute(queue), completeRoute(queue)]
}
