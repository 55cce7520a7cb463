/**
 * From which networks each token was used. The first one is where it lives; every further one is a security event, once,
 * and so is every one that its address list refuses.
 */
import { Fault } from '../../../shared/faults.ts'
import { sql, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { Storage } from '../../db/storage.ts'
import { explain, type Log } from '../../http/log.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { type SecurityEvents } from '../events/events.ts'
import { networkOf } from './networks.ts'

/** So many networks are remembered of a token; older ones are new again. */
const MOST = 200

/** At most so many wait to be written. */
const MAX_WAITING = 100

export interface Use {
  readonly token: string
  readonly tenant: string
  readonly member: string
  /** The address that it was used from. */
  readonly address: string
  /** Whether its address list refused it. */
  readonly refused: boolean
}

export class SeenNetworks {
  readonly #options: {
    readonly storage: Storage
    readonly clock: () => number
    readonly events: SecurityEvents
    readonly log: Log
  }
  /** First networks of tokens, which wait to be written together. */
  #first = new Map<string, string>()
  readonly #waiting = new Set<Promise<void>>()

  constructor(options: {
    readonly storage: Storage
    readonly clock: () => number
    readonly events: SecurityEvents
    readonly log: Log
  }) {
    this.#options = options
  }

  /** A token was used from a network that is not remembered of it; `any`: whether others are. */
  unknown(use: Use, { any }: { readonly any: boolean }): void {
    const network = networkOf(use.address)
    if (!use.refused && !any) {
      const first = this.#first.get(use.token)
      if (first === undefined) this.#first.set(use.token, network)
      if (first === undefined || first === network) return
    }
    if (this.#waiting.size >= MAX_WAITING) return
    const work = this.#remember(use, network).catch((error) => {
      this.#options.log('warn', 'the network of a token was not written', { error: explain(error) })
    }).finally(() => this.#waiting.delete(work))
    this.#waiting.add(work)
  }

  async #remember(use: Use, network: string): Promise<void> {
    const { storage, clock, events } = this.#options
    const { token, tenant, member, refused } = use
    const row = { token, refused: refused ? 1 : 0, network, seen: clock() }
    try {
      const insert = step(writes.insertInto('token_network').values(row), { otherwise: 'already_exists' })
      await storage.write({ id: '', steps: [insert, forgetOldest(row)], leaf: null, repeatable: false })
    } catch (error) {
      // Another request from there was first, and is the event.
      if (error instanceof Fault && error.code === 'already_exists') return
      throw error
    }
    events.record('token.new_network', { member, tenant }, {
      token,
      network: new NetworkFact(network),
      refused,
    })
  }

  /** Writes the first networks. What fails is tried again at the next time. */
  async flush(): Promise<void> {
    await this.settled()
    const batch = this.#first
    if (batch.size === 0) return
    const seen = this.#options.clock()
    const steps = [...batch].map(([token, network]) =>
      step(
        writes.insertInto('token_network').values({ token, refused: 0, network, seen })
          .onConflict((conflict) => conflict.doNothing()),
      )
    )
    await this.#options.storage.write({ id: '', steps, leaf: null, repeatable: false })
    this.#first = new Map([...this.#first].filter(([token]) => !batch.has(token)))
  }

  /** Resolves when what was seen is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }
}

function forgetOldest({ token, refused }: { readonly token: string; readonly refused: number }): Step {
  const kept = sql`(select network from token_network where token = ${token} and refused = ${refused}
    order by seen desc limit ${MOST})`
  return step(
    writes.deleteFrom('token_network').where('token', '=', token).where('refused', '=', refused)
      .where('network', 'not in', kept as never),
  )
}
