/** How an agent asks for work: it waits, is handed one job at most, and hears what it has to know meanwhile. */
import { Fault } from '../../shared/faults.ts'
import { type Job, Poll, PollReply } from '../../shared/schemas/job.ts'
import type { InspectJob } from '../../shared/schemas/inspection.ts'
import type { RewrapJob } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { Presence } from '../agents/presence.ts'
import { agent } from '../agents/store.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import type { Leaving } from '../http/leaving.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { command, type Route } from '../http/route.ts'
import { ids, sealed, signedConnection, signedDestination, signedPipeline } from '../trust/examples.ts'
import type { Inspections } from '../inspections/inspections.ts'
import type { Rewraps } from '../keys/rewraps.ts'
import { checkNotSuspended } from '../tenants/suspended.ts'
import type { News } from '../trust/newest.ts'
import { jobOf } from './job.ts'
import type { Briefing, Briefings } from './briefing.ts'
import type { Queue } from './queue.ts'
import type { Seat } from './lanes.ts'
import { next } from './states.ts'
import type { Stops } from './stops.ts'
import { mayTake } from './taking.ts'
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
  readonly presence: Presence
}

/** Throws `invalid_request` for what the agent's version of the protocol does not have. */
function checkSpoken({ protocol }: AgentPrincipal, { slots, held, about }: Poll): void {
  if (protocol >= 2 || (slots > 0 && held === undefined && about === undefined)) return
  throw new Fault('invalid_request', `No part of version ${protocol} of the protocol: slots 0, held, about.`)
}

export function pollRoute(options: PollOptions): Route {
  const { queue, briefings, stops, waiting, presence } = options
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
    waits: true,
    faults: ['too_many_requests'],
    example: {
      body: { slots: 1, wait_seconds: 25, log_size: 0 },
      reply: { job: exampleJob, newest: { trust: 1, indexes: { [ids.project]: 1 } }, log: null },
    },
    async handle(asked) {
      const { principal, body, now } = asked
      checkSpoken(principal, body)
      if (body.about !== undefined) presence.report(principal, body.about, queue.now)
      using waits = body.wait_seconds > 0 ? waiting.enter(principal.id) : null
      const deadline = now + waiting.keptMs(body.wait_seconds)
      using watch = await stops.watch(principal, body.held ?? [])
      const briefing = briefings.begin(principal, body.log_size)
      const seat = { tenant: principal.tenant, pool: principal.pool, labels: body.about?.labels ?? [] }
      for (let draining = principal.draining, again = asked.attempt > 0;; again = true) {
        if (again) draining = await isDraining(asked)
        const takes = body.slots > 0 && !draining
        // What it was woken for is for the next in line.
        if (again && !takes) queue.ring(principal)
        const place = takes ? queue.enter(seat) : queue.standBy(principal)
        watch.wake = () => place.end()
        if (waits !== null) waits.wake = watch.wake
        const told = async (job: Job | null) => {
          const reply = await briefing.reply(job)
          const stop = watch.found.length === 0 ? {} : { stop: [...watch.found] }
          return unchanged({ ...reply, ...stop, ...(draining && principal.protocol >= 2 && { drain: true }) })
        }
        let answered = false
        let claimed = null
        try {
          if (watch.found.length > 0 || waits?.over) return await told(null)
          const news = await briefing.news()
          const trust = takes ? trustOf(news, principal.pool) : null
          const found = trust === null ? null : await nextJob(options, { ...asked, seat, trust })
          if (found?.kind === 'run') {
            return claimed = await claim(queue, { ...found, principal, seat, briefing })
          }
          if (found !== null) return await told(found)
          const rung = !briefing.isNews(news) && await place.wait(deadline - queue.now, asked.signal)
          // A ring that came as well goes to the next in line.
          if (watch.found.length > 0 || waits?.over) continue
          if (!rung || asked.signal.aborted) return await told(null)
          answered = true
        } finally {
          if (claimed === null) queue.giveBack(principal, asked.planId)
          queue.leave(place, { ...seat, answered })
        }
      }
    },
  })
}

/** A poll may have waited for half a minute: throws `agent_revoked` or `tenant_suspended`. */
async function isDraining({ db, principal }: Asking): Promise<boolean> {
  const row = await agent(db, principal.tenant, principal.id)
  if (row?.state !== 'approved') throw new Fault('agent_revoked')
  await checkNotSuspended(db, principal.tenant)
  return row.draining !== null
}

interface Asking {
  readonly db: Reader
  readonly principal: AgentPrincipal
  readonly planId: string
  readonly signal: Leaving
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
  of: Asking & { readonly seat: Seat; readonly trust: TrustDocument },
): Promise<
  InspectJob | RewrapJob | ({ readonly kind: 'run' } & NonNullable<Awaited<ReturnType<Queue['look']>>>) | null
> {
  const { principal, seat, trust, planId, signal } = of
  const hand = async () => {
    if (signal.aborted) return null
    const job = await rewraps.hand(principal, trust)
    // There may be more for the next in line.
    if (job !== null) queue.ring(principal)
    return job
  }
  if (inspections.mayHave(principal) && !signal.aborted) {
    const order = await inspections.hand(principal)
    if (order !== null) {
      queue.ring(principal)
      return order
    }
  }
  const turn = await rewraps.turnOf(principal)
  const first = turn === 'now' ? await hand() : null
  if (first !== null) return first
  const run = await queue.look(seat, planId)
  if (run !== null) return signal.aborted ? null : { kind: 'run', ...run }
  return turn === 'after_runs' ? await hand() : null
}

async function claim(
  queue: Queue,
  { row, parts, principal, seat, briefing }: NonNullable<Awaited<ReturnType<Queue['look']>>> & {
    readonly principal: AgentPrincipal
    readonly seat: Seat
    readonly briefing: Briefing
  },
) {
  const standing = next(standingOf(row), { kind: 'claim' })
  if (standing === null) throw new Fault('conflict')
  const fence = row.fence + 1
  const leased = queue.leaseUntil
  const { source, destination } = parts
  const set = {
    fence,
    agent: principal.id,
    lease_until: leased,
    version: parts.version,
    claimed: queue.now,
    began: null,
    source,
    destination,
  }
  const reply = await briefing.reply(jobOf(row, { parts, fence, until: leased }))
  return change({
    writes: [
      mayTake({ tenant: row.tenant, agent: principal.id, pipeline: row.pipeline, labels: seat.labels ?? [] }),
      moveRun(row, { standing, set, otherwise: 'conflict' }),
      ...(row.fence === 0 ? [] : [clearStreams(row.tenant, row.id)]),
    ],
    target: row.id,
    facts: { pipeline: row.pipeline, index: parts.index, attempt: row.failures + 1, fence },
    time: queue.now,
    // A poll that comes again under a key has claimed another run than this one, which nobody knows here.
    reply: ({ repeated }) => repeated ? { ...reply, job: null } : reply,
    committed: () => {
      queue.release(row.id)
      queue.ring(row)
    },
    again: true,
  })
}
