/**
 * What people have said, as the audit log has it, and what may not happen after that: read in the log's own order, in
 * which what was said stands before or behind what was done.
 */
import { Violation } from './violation.ts'

export interface Entry {
  readonly actor: { readonly kind: string; readonly id?: string }
  readonly action: string
  readonly target: string
  readonly facts?: Readonly<Record<string, unknown>>
}

const unasked: readonly unknown[] = ['schedule', 'webhook', 'after']

export class Rules {
  /** By agent. */
  readonly #labels: ReadonlyMap<string, readonly string[]>
  readonly #paused = new Set<string>()
  /** Pipelines that ever were. */
  readonly everPaused = new Set<string>()
  readonly #drained = new Set<string>()
  readonly #suspended = new Set<string>()
  readonly everSuspended = new Set<string>()
  readonly #wanted = new Map<string, readonly string[]>()
  readonly #limits = new Map<string, number>()
  readonly #quotas = new Map<string, number>()
  readonly #connections = new Map<string, number>()
  readonly #started = new Set<string>()
  /** Ends of runs that were not followed, by pipeline and run. */
  readonly unfollowed = new Set<string>()

  constructor(labels: ReadonlyMap<string, readonly string[]>) {
    this.#labels = labels
  }

  isPaused(pipeline: string): boolean {
    return this.#paused.has(pipeline)
  }

  isDrained(agent: string): boolean {
    return this.#drained.has(agent)
  }

  isSuspended(tenant: string): boolean {
    return this.#suspended.has(tenant)
  }

  labelsOf(pipeline: string): readonly string[] {
    return this.#wanted.get(pipeline) ?? []
  }

  /** Whether any pipeline wants labels now. */
  get labelled(): boolean {
    return [...this.#wanted.values()].some((labels) => labels.length > 0)
  }

  /** How many runs of it agents may have in hand. */
  get limits(): ReadonlyMap<string, number> {
    return this.#limits
  }

  /** One that stood there before anybody said so. */
  limit(scope: string, most: number): void {
    this.#limits.set(scope, most)
  }

  connectionsOf(tenant: string): number {
    return this.#connections.get(tenant) ?? 0
  }

  /** Whether the pipeline has had a run after that end of it: the one under that redrive, if it had one. */
  hasFollowed(pipeline: string, run: string, redrive: string | null): boolean {
    return this.#started.has(`${pipeline}/after/${run}${redrive ?? ''}`)
  }

  /** The next entry of the tenant's log. Throws a Violation. */
  read(tenant: string, { action, target, actor, facts = {} }: Entry): void {
    switch (action) {
      case 'schedule.paused':
        this.everPaused.add(target)
        return void this.#paused.add(target)
      case 'schedule.resumed':
        return void this.#paused.delete(target)
      case 'agent.drained':
        return void this.#drained.add(target)
      case 'agent.resumed':
        return void this.#drained.delete(target)
      case 'tenant.suspended':
        // It stands in its operator's log too, whose order says nothing about that tenant's.
        if (target === tenant) this.#suspended.add(tenant)
        this.everSuspended.add(target)
        return
      case 'tenant.resumed':
        if (target === tenant) this.#suspended.delete(tenant)
        return
      case 'pipeline.labelled':
        return void this.#wanted.set(target, String(facts.labels).split(',').filter((word) => word !== ''))
      case 'limit.changed':
        return void this.#limits.set(target, Number(facts.runs))
      case 'tenant.quotas_changed':
        if (target === tenant && facts.connections !== null) {
          this.#quotas.set(tenant, Number(facts.connections))
        }
        return
      case 'connection.created':
        return this.#added(tenant)
      case 'run.created':
        return this.#create(tenant, target, facts)
      case 'run.claimed':
        return this.#claim(tenant, { agent: actor.id ?? '', pipeline: String(facts.pipeline), run: target })
      case 'run.not_followed':
        return void this.unfollowed.add(`${target}/${facts.run}`)
    }
  }

  #create(tenant: string, run: string, facts: Readonly<Record<string, unknown>>): void {
    const { pipeline, trigger, day, slot, fire, after, redrive = '' } = facts
    if (!unasked.includes(trigger)) return
    if (this.#paused.has(String(pipeline))) {
      throw new Violation(`run ${run} was started by ${trigger} of pipeline ${pipeline}, which is paused`)
    }
    if (this.#suspended.has(tenant)) {
      throw new Violation(`run ${run} was started by ${trigger} of a tenant that is suspended`)
    }
    const by = `${pipeline}/${trigger}/${day ?? ''}${slot ?? ''}${fire ?? ''}${after ?? ''}${redrive}`
    if (this.#started.has(by)) throw new Violation(`${by} was started twice`)
    this.#started.add(by)
  }

  #claim(
    tenant: string,
    { agent, pipeline, run }: { readonly agent: string; readonly pipeline: string; readonly run: string },
  ): void {
    if (this.#drained.has(agent)) throw new Violation(`run ${run} was handed to ${agent}, which is drained`)
    if (this.#suspended.has(tenant)) throw new Violation(`run ${run} of a suspended tenant was handed out`)
    const missing = this.labelsOf(pipeline).find((label) => !this.#labels.get(agent)?.includes(label))
    if (missing === undefined) return
    throw new Violation(`run ${run} was handed to ${agent}, which is not labelled ${missing}`)
  }

  #added(tenant: string): void {
    const count = (this.#connections.get(tenant) ?? 0) + 1
    this.#connections.set(tenant, count)
    const most = this.#quotas.get(tenant) ?? Infinity
    if (count > most) throw new Violation(`a tenant has ${count} connections, and may have ${most}`)
  }
}
