/** What an agent does with the run that it holds: keeps its lease, counts, and says how it ended. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Complete, CompleteReply, HeartbeatReply, HeldRun, Progress } from '../../shared/schemas/job.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { command, type Route } from '../http/route.ts'
import { ids } from '../trust/examples.ts'
import { isoTime } from '../trust/store.ts'
import type { Queue } from './queue.ts'
import { ended, endOfAttempt } from './life.ts'
import { type PollOptions, pollRoute } from './poll_route.ts'
import { deadlineOf, isHeld, next } from './states.ts'
import {
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

/** A run of the agent's tenant. Throws `not_found`. */
async function runOf(db: Reader, principal: AgentPrincipal, id: string): Promise<RunRow> {
  const row = await run(db, principal.tenant, id)
  if (row === null) throw new Fault('not_found')
  return row
}

function holderOf(principal: AgentPrincipal, id: string, fence: number): Holder {
  return { tenant: principal.tenant, run: id, agent: principal.id, fence }
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
      writes: [moveRun(row, { standing, set: begins(row, now), otherwise: 'lease_lost' })],
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

/** Of an attempt that begins now. */
const begins = (row: RunRow, now: number) => ({
  started: row.started ?? now,
  began: now,
  deadline: deadlineOf(row.minutes, now),
})

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
  const code = body.code ?? null
  const waits = requeued && status !== 'released' ? queue.backoff(standing.failures, code) : 0
  const { streams } = body
  const ending = { state: standing.state, code, now, streams }
  const set = { ...ended(row, ending), code, due: requeued ? now + waits : row.due }
  return change({
    writes: [
      moveRun(row, { standing, set, otherwise: 'lease_lost' }),
      ...putResults(holder, streams),
      ...(status === 'succeeded' ? [] : [endOfAttempt(row, { ...ending, outcome: status })]),
    ],
    target: row.id,
    facts: { fence: row.fence, attempt: row.failures + 1, status, state: standing.state, code: set.code },
    reply: () => ({ state: standing.state }),
    committed: () => queue.ended(row, standing.state),
    again: true,
  })
}

export function agentRunRoutes(options: PollOptions): readonly Route[] {
  const { queue } = options
  return [pollRoute(options), started, heartbeatRoute(queue), progressRoute(queue), completeRoute(queue)]
}
