/** How an agent asks for work: it waits, is handed one job at most, and hears what it has to know meanwhile. */
import { Fault } from '../../shared/faults.ts'
import { Poll, PollReply } from '../../shared/schemas/job.ts'
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
import { jobOf } from './job.ts'
import type { Briefing, Briefings } from './briefing.ts'
import type { Queue } from './queue.ts'
import { next } from './states.ts'
import type { Stops } from './stops.ts'
import { clearStreams, moveRun, standingOf } from './store.ts'
import type { Waiting } from './waiting.ts'

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
  lease: { fence: 1, until: '2026-11-22T09:00:45.000Z' },
  pipeline: { document: signedPipeline.dsse, sealed },
  connections: [{ document: signedConnection.dsse, sealed }, { document: signedDestination.dsse, sealed }],
} as const

export interface PollOptions {
  readonly queue: Queue
  readonly rewraps: Rewraps
  readonly inspections: Inspections
  readonly briefings: Briefings
  readonly stops: Stops
  readonly waiting: Waiting
}

/** Throws `invalid_request` for what the agent's version of the protocol does not have. */
function checkSpoken({ protocol }: AgentPrincipal, { slots, held }: Poll): void {
  if (protocol >= 2 || (slots > 0 && held === undefined)) return
  throw new Fault('invalid_request', `No part of version ${protocol} of the protocol: slots 0, held.`)
}

export function pollRoute(options: PollOptions): Route {
  const { queue, briefings, stops, waiting } = options
  return command({
    id: 'pollForWork',
    method: 'post',
    path: '/v1/agent/poll',
    tag: 'Agent',
    summary: 'Wait for a run, an order to look at a connection or records to rewrap, and lease it',
    description:
      'Answers as soon as there is one for the pool, else after `wait_seconds` with null. The lease has ' +
      'to be renewed before `until`; every later write names its `fence`. Orders come first, and runs before rewraps. ' +
      'Also answers, without a job, as soon as a trust document or an index is published, or one of the runs that ' +
      '`held` names is to stop. Where too many polls wait already: 429, with a time to come again.',
    permission: 'agent:approved',
    audit: 'run.claimed',
    body: Poll,
    reply: PollReply,
    faults: ['too_many_requests'],
    example: {
      body: { slots: 1, wait_seconds: 25, log_size: 0 },
      reply: { job: exampleJob, newest: { trust: 1, indexes: { [ids.project]: 1 } }, log: null },
    },
    async handle({ db, principal, body, now, planId, signal }) {
      checkSpoken(principal, body)
      const stop = signal
      using _place = body.wait_seconds > 0 ? waiting.enter(principal.id) : null
      const deadline = now + waiting.keptMs(body.wait_seconds)
      using watch = await stops.watch(principal, body.held ?? [])
      const briefing = briefings.begin(principal, body.log_size)
      for (;;) {
        const place = body.slots > 0 ? queue.enter(principal) : queue.standBy(principal)
        watch.wake = () => place.end()
        let answered = false
        try {
          if (watch.found.length > 0) {
            return unchanged({ ...await briefing.reply(null), stop: [...watch.found] })
          }
          const news = await briefing.news()
          const trust = trustOf(news, principal.pool)
          const takes = trust !== null && body.slots > 0
          const found = takes ? await nextJob(options, { db, principal, trust, planId, stop }) : null
          if (found?.kind === 'rewrap' || found?.kind === 'inspect') {
            return unchanged(await briefing.reply(found))
          }
          if (found !== null && !stop.aborted) {
            await checkApproved(db, principal)
            return await claim(queue, { ...found, principal, briefing })
          }
          const waits = !briefing.isNews(news) && await place.wait(deadline - queue.now, stop)
          // A ring that came as well goes to the next in line.
          if (watch.found.length > 0) continue
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
  { queue, rewraps, inspections }: PollOptions,
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
  const set = {
    fence,
    agent: principal.id,
    lease_until: leased,
    version: parts.version,
    claimed: queue.now,
    began: null,
  }
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
