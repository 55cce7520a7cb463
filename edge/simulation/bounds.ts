/**
 * How much, and whose turn: no limit is ever passed, and two projects that both have something to claim are handed
 * about as many runs. Counted from the runs themselves and from the audit log, not from what the queue counts.
 */
import { isHeld } from '../runs/states.ts'
import type { RunRow } from '../runs/store.ts'
import type { Base } from './base.ts'
import type { Database } from './database.ts'
import type { Random } from './random.ts'
import type { Rules } from './rules.ts'
import { Violation } from './violation.ts'

export interface Limit {
  readonly scope: string
  readonly most: number
}

/** What a seed draws: a limit of the tenant, of the pool, of a pipeline, of a connection, each in some seeds. */
export function drawLimits({ asked, connections }: Base, random: Random): Limit[] {
  const [one = '', two = ''] = asked.flat()
  const [source = ''] = connections.get(two) ?? []
  const all: Limit[] = [
    { scope: 'tenant', most: random.between(3, 5) },
    { scope: 'pool:default', most: random.between(2, 4) },
    { scope: `pipeline:${one}`, most: 1 },
    { scope: `connection:${source}`, most: random.between(1, 2) },
  ]
  return all.filter(() => random.chance(0.35))
}

export async function setLimits(database: Database, tenant: string, limits: readonly Limit[]): Promise<void> {
  const steps = limits.map(({ scope, most }) => ({
    sql: 'INSERT INTO run_limit (tenant, scope, most, held, updated) VALUES (?, ?, ?, 0, 0)',
    parameters: [tenant, scope, most],
    reads: false,
  }))
  if (steps.length === 0) return
  const [result] = await database.commit([{ id: '', steps, leaf: null, repeatable: false }])
  if (result?.status === 'rejected') throw result.reason
}

export class Bounds {
  readonly #database: Database
  readonly #base: Base
  readonly #unfairness: number
  /** As they were after the last commit. */
  #before: ReadonlyMap<string, number> = new Map()
  /** Claims of each project since both have something to claim; empty while one has nothing. */
  #claims = new Map<string, number>()
  /** The most that one project was ahead of the other. */
  ahead = 0

  /** `unfairness`: by so many runs one project may be ahead. */
  constructor(database: Database, of: { readonly base: Base; readonly unfairness: number }) {
    this.#database = database
    this.#base = of.base
    this.#unfairness = of.unfairness
  }

  /** After a commit in which these runs were claimed. Throws a Violation. */
  async look(open: readonly RunRow[], claimed: readonly RunRow[], rules: Rules): Promise<void> {
    const { tenant } = this.#base
    const mine = (runs: readonly RunRow[]) => runs.filter((run) => run.tenant === tenant)
    if (rules.limits.size > 0) {
      await this.#count(mine(open).filter(({ state }) => isHeld(state)), mine(claimed), rules.limits)
    }
    this.#before = new Map(rules.limits)
    await this.#share(mine(claimed))
    // Who has something to claim that no agent may have is not passed over.
    if (rules.labelled) this.#claims.clear()
  }

  async #count(
    held: readonly RunRow[],
    claimed: readonly RunRow[],
    limits: ReadonlyMap<string, number>,
  ): Promise<void> {
    const rows = await this.#database.rows('SELECT scope, held FROM run_limit WHERE tenant = ?', [
      this.#base.tenant,
    ])
    const counted = new Map(rows.map(({ scope, held }) => [scope as string, held]))
    for (const [scope, now] of limits) {
      const count = held.filter((run) => this.#isIn(run, scope)).length
      // One that was set lower than what is in hand lets nothing more through, and takes nothing away.
      const most = Math.max(now, this.#before.get(scope) ?? Infinity)
      if (count > most && claimed.some((run) => this.#isIn(run, scope))) {
        throw new Violation(`agents have ${count} runs of ${scope} in hand, and may have ${most}`)
      }
      if (counted.get(scope) === count) continue
      throw new Violation(
        `agents have ${count} runs of ${scope} in hand, and ${counted.get(scope)} are counted`,
      )
    }
  }

  #isIn({ pool, pipeline }: RunRow, scope: string): boolean {
    const [kind, id = ''] = scope.split(':')
    switch (kind) {
      case 'pool':
        return pool === id
      case 'pipeline':
        return pipeline === id
      case 'connection':
        return this.#base.connections.get(pipeline)?.includes(id) ?? false
      default:
        return true
    }
  }

  async #share(claimed: readonly RunRow[]): Promise<void> {
    for (const { project } of claimed) {
      const before = this.#claims.get(project)
      if (before !== undefined) this.#claims.set(project, before + 1)
    }
    const counts = [...this.#claims.values()]
    if (counts.length > 1) {
      const ahead = Math.max(...counts) - Math.min(...counts)
      this.ahead = Math.max(this.ahead, ahead)
      if (ahead > this.#unfairness) {
        throw new Violation(`one project was handed ${ahead} runs more than another that had some too`)
      }
    }
    const lanes = await this.#database.rows('SELECT project FROM run_lane WHERE tenant = ? AND ready > 0', [
      this.#base.tenant,
    ])
    if (lanes.length < 2) this.#claims.clear()
    else if (this.#claims.size === 0) {
      this.#claims = new Map(lanes.map(({ project }) => [project as string, 0]))
    }
  }
}
