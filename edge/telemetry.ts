/** What the edge sends by OpenTelemetry where that is switched on: spans of commits, and the figures of `/metrics`. */
import type { Reading, Telemetry } from '../shared/telemetry/telemetry.ts'
import type { Reader } from './db/database.ts'
import type { Storage } from './db/storage.ts'
import type { Plan } from './db/plan.ts'
import { BOUNDS_SECONDS, type Metrics } from './http/metrics.ts'
import { faultOf } from './http/problem.ts'
import { countPools, keptNames, namesOf, type PoolWaits } from './runs/pool_figures.ts'
import { type Counted, countQueue } from './runs/queue_figures.ts'

/** Each plan in a span below that of the request which waits for it. A claim is the commit of `run.claimed`. */
export function traced(storage: Storage, telemetry: Telemetry): Storage {
  return {
    read: (statement) => storage.read(statement),
    counts: () => storage.counts(),
    close: () => storage.close(),
    write: (plan) => {
      const attributes = {
        'db.system.name': 'sqlite',
        'sallyport.steps': plan.steps.length,
        ...(plan.leaf === null ? {} : { 'sallyport.action': plan.leaf.action }),
      }
      return telemetry.span(nameOf(plan), { attributes }, async (span) => {
        try {
          return await storage.write(plan)
        } catch (error) {
          span.fail(faultOf(error).code)
          throw error
        }
      })
    },
  }
}

function nameOf({ leaf }: Plan): string {
  return leaf === null ? 'commit' : `commit ${leaf.action}`
}

/**
 * Whatever `/metrics` shows, and of the whole edge how much waits and how late schedules are: one question whenever
 * figures are sent, and where `byPool` says so another one, whose figures name tenants and pools. Several instances on
 * one database tell the same of those.
 */
export function sendMetrics(
  telemetry: Telemetry,
  { metrics, byPool, ...asked }: Asked & { readonly metrics: Metrics; readonly byPool: boolean },
): void {
  const duration = telemetry.histogram({
    name: 'http.server.request.duration',
    unit: 's',
    description: 'Time from a request to its answer.',
    bounds: BOUNDS_SECONDS,
  })
  metrics.onAnswer((operation, status, seconds) =>
    duration(seconds, { 'sallyport.operation': operation, 'http.response.status_code': status })
  )
  for (const { name, type, help, value } of metrics.gauges) {
    const said = {
      name: name.replace(/_total$/, '').replace('_', '.'),
      unit: '1',
      description: help,
      kind: type,
    }
    telemetry.observed(said, () => readingsOf(value()))
  }
  const events = {
    name: 'sallyport.security_events',
    unit: '{event}',
    description: 'Security events, each an entry of an audit log.',
    kind: 'counter',
  } as const
  telemetry.observed(
    events,
    () => [...metrics.events].map(([kind, value]) => ({ value, attributes: { kind } })),
  )
  sendQueue(telemetry, asked)
  if (byPool) sendPools(telemetry, asked)
}

interface Asked {
  readonly db: Reader
  readonly clock: () => number
}

function readingsOf(value: number | ReadonlyMap<string, number>): Reading[] {
  if (typeof value === 'number') return [{ value }]
  return [...value].map(([state, count]) => ({ value: count, attributes: { state } }))
}

/** All of one moment: who asks while the question is under way has its answer. */
function atOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null
  return () =>
    asked ??= ask().finally(() => {
      asked = null
    })
}

const ageAt = (now: number, since: number | null) => since === null ? 0 : Math.max(0, now - since) / 1000

function sendQueue(telemetry: Telemetry, { db, clock }: Asked): void {
  const counted = atOnce(() => countQueue(db, clock()))
  const gauge = (name: string, unit: string, description: string, pick: (of: Counted) => number) =>
    telemetry.observed(
      { name, unit, description, kind: 'gauge' },
      async () => [{ value: pick(await counted()) }],
    )
  const age = (since: number | null) => ageAt(clock(), since)
  gauge('sallyport.queue.depth', '{run}', 'Runs that are due and that no agent has.', (of) => of.waiting)
  gauge('sallyport.queue.oldest_age', 's', 'How long the oldest of them has waited.', (of) => age(of.oldest))
  gauge('sallyport.queue.in_hand', '{run}', 'Runs that agents have in hand.', (of) => of.in_hand)
  gauge('sallyport.schedules.lag', 's', 'How late the most overdue schedule is.', (of) => age(of.next_fire))
}

function sendPools(telemetry: Telemetry, { db, clock }: Asked): void {
  const keep = keptNames()
  const counted = atOnce(async () => keep(await countPools(db, { now: clock() })))
  const gauge = (name: string, unit: string, description: string, pick: (of: PoolWaits) => number) =>
    telemetry.observed(
      { name: `sallyport.pool.queue.${name}`, unit, description, kind: 'gauge' },
      async () =>
        (await counted()).map((one) => {
          const { tenant, pool } = namesOf(one)
          return { value: pick(one), attributes: { 'sallyport.tenant': tenant, 'sallyport.pool': pool } }
        }),
    )
  const depth = 'Runs of the pool that are due and that no agent has.'
  gauge('depth', '{run}', depth, (of) => of.waiting)
  gauge('oldest_age', 's', 'How long the oldest of them has waited.', (of) => ageAt(clock(), of.oldest))
  gauge('held_back', '{run}', 'Those of them that wait for a limit.', (of) => of.held_back)
}
