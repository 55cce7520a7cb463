/**
 * What stands out in what members do: refusals in a row, as of somebody who tries doors, and lists that are paged
 * through to their ends, as of somebody who takes everything along. Counted in memory, on each instance by itself.
 */
import type { Principal } from '../../http/principal.ts'
import type { Refusal, Watch } from '../../http/watch.ts'
import type { SecurityEvents } from './events.ts'
import type { RequestRefusals } from './refusals.ts'

/** So many refusals with nothing granted in between. */
export const REFUSALS_IN_A_ROW = 10
/** So many further pages, of up to 200 rows each. */
export const MASS_PAGES = 50
/** Both within this time of the first of them. */
export const WINDOW_MS = 10 * 60_000

/** Members that are kept in mind; beyond that, those of longest ago are forgotten. */
const MAX_KEPT = 10_000

interface Count {
  readonly since: number
  count: number
}

export class MemberWatch implements Watch {
  readonly #events: SecurityEvents
  readonly #refused: RequestRefusals
  readonly #clock: () => number
  readonly #refusals = new Map<string, Count>()
  readonly #pages = new Map<string, Count>()

  constructor(
    { events, refusals, clock }: {
      readonly events: SecurityEvents
      readonly refusals: RequestRefusals
      readonly clock: () => number
    },
  ) {
    this.#events = events
    this.#refused = refusals
    this.#clock = clock
  }

  refused(principal: Principal): void {
    if (principal.kind !== 'member') return
    const { tenant, id: member } = principal
    if (this.#count(this.#refusals, member) !== REFUSALS_IN_A_ROW) return
    this.#refusals.delete(member)
    this.#events.record('access.denied_in_a_row', { member, tenant }, { refusals: REFUSALS_IN_A_ROW })
  }

  answered(principal: Principal, { further }: { readonly further: boolean }): void {
    if (principal.kind !== 'member') return
    const { tenant, id: member } = principal
    this.#refusals.delete(member)
    if (!further || this.#count(this.#pages, member) !== MASS_PAGES) return
    this.#pages.delete(member)
    this.#events.record('read.mass', { member, tenant }, { pages: MASS_PAGES })
  }

  turnedAway(refusal: Refusal): void {
    this.#refused.record(refusal)
  }

  #count(counts: Map<string, Count>, member: string): number {
    const now = this.#clock()
    let kept = counts.get(member)
    if (kept === undefined || now - kept.since > WINDOW_MS) {
      counts.delete(member)
      if (counts.size >= MAX_KEPT) counts.delete(counts.keys().next().value as string)
      kept = { since: now, count: 0 }
      counts.set(member, kept)
    }
    return ++kept.count
  }
}
