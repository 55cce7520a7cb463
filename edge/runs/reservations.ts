/**
 * Runs that polls of this instance are about to claim, so that the next poll looks past them, and counts them where
 * limits and turns are counted.
 */
import { type Candidate, connectionScope, pipelineScope, poolScope, tenantScope } from './lanes.ts'

/** A claim is decided in milliseconds; what has not been by then is nobody's. */
const RESERVED_MS = 5_000

interface Reservation {
  readonly run: Candidate
  readonly plan: string
  readonly until: number
}

export class Reservations {
  /** In the order in which they end. */
  readonly #runs = new Map<string, Reservation>()
  readonly #ofPlans = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  take(run: Candidate, { plan, now }: { readonly plan: string; readonly now: number }): void {
    this.#runs.set(run.id, { run, plan, until: now + RESERVED_MS })
    this.#ofPlans.set(plan, run.id)
    this.#count(run, 1)
  }

  release(id: string): void {
    const held = this.#runs.get(id)
    if (held === undefined) return
    this.#runs.delete(id)
    if (this.#ofPlans.get(held.plan) === id) this.#ofPlans.delete(held.plan)
    this.#count(held.run, -1)
  }

  /** What this plan had before, and what nobody has claimed in time. */
  tidy({ plan, now }: { readonly plan: string; readonly now: number }): void {
    this.giveBack(plan)
    for (const [id, { until }] of this.#runs) {
      if (until > now) break
      this.release(id)
    }
  }

  /** What this plan has is for others. False: it has nothing. */
  giveBack(plan: string): boolean {
    const own = this.#ofPlans.get(plan)
    if (own === undefined) return false
    this.release(own)
    return true
  }

  inLane({ tenant, pool, project }: Pick<Candidate, 'tenant' | 'pool' | 'project'>): number {
    return this.#counts.get(`${tenant}/${pool}/${project}`) ?? 0
  }

  inLine({ tenant, pool, pipeline }: Pick<Candidate, 'tenant' | 'pool' | 'pipeline'>): number {
    return this.#counts.get(`${tenant}/${pool}//${pipeline}`) ?? 0
  }

  inScope(tenant: string, scope: string): number {
    return this.#counts.get(`${tenant}:${scope}`) ?? 0
  }

  #count(run: Candidate, by: number): void {
    const { tenant, pool, project, pipeline } = run
    const connections = new Set([run.source, run.destination])
    const scopes = [tenantScope, poolScope(pool), pipelineScope(pipeline)]
    for (const id of connections) if (id !== null) scopes.push(connectionScope(id))
    const keys = [`${tenant}/${pool}/${project}`, `${tenant}/${pool}//${pipeline}`]
    for (const key of [...keys, ...scopes.map((scope) => `${tenant}:${scope}`)]) {
      const count = (this.#counts.get(key) ?? 0) + by
      if (count === 0) this.#counts.delete(key)
      else this.#counts.set(key, count)
    }
  }
}
