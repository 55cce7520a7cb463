/**
 * What an agent stands on when it decides: ring, pin, floor and the chain of trust documents, read anew for every
 * decision. When one of them is out of reach, the last good one serves for 15 minutes and no longer.
 */
import { Fault } from '../../shared/faults.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { checkCurrent, type Seen } from '../../shared/trust/chain.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { readAnchor, updateAnchor } from './anchor.ts'
import { readFloor } from './floor.ts'
import { checkRing, loadRing, pinFor } from './ring.ts'
import type { Store } from './store.ts'
import { type Chain, walkTrust } from './trust_chain.ts'

export const longestOutOfReachMs = 15 * 60_000

export interface Footing {
  readonly ring: Ring
  readonly pin: Pin
  /** Null where none is configured. */
  readonly floor: Floor | null
  readonly chain: Chain
}

export interface FootingOptions {
  readonly keystore: Keystore
  readonly typedPin: string | null
  readonly floor: Store | null
  readonly anchor: Store
  readonly edge: Pick<AgentEdge, 'trustAfter'>
  /** File of the chain's cache. */
  readonly cache: string
  /** Milliseconds of this host's clock. */
  readonly now: () => number
  /** Told what is out of reach, and for how long it has been. */
  readonly onOutOfReach: (what: string, forMs: number, fault: Fault) => void
}

/** Something that was read, and when. */
interface Read<T> {
  readonly value: T
  readonly at: number
}

export class Footings {
  readonly #options: FootingOptions
  #ring: Read<Ring> | null = null
  #floor: Read<Floor | null> | null = null
  #chain: Read<Chain> | null = null

  constructor(options: FootingOptions) {
    this.#options = options
  }

  /**
   * In the order of the checks: ring and pin, trust chain against anchor and floor, floor. Throws refusals, and
   * `trust_stale` when something has been out of reach for too long.
   */
  async read(signal: AbortSignal): Promise<Footing> {
    const { keystore, typedPin, floor: floorStore, anchor: anchorStore, edge, cache, now } = this.#options
    const ring = this.#ring = await this.#fresh('ring', this.#ring, () => loadRing(keystore))
    const pin = pinFor(ring.value, typedPin)
    const anchor = await readAnchor(anchorStore, ring.value)
    const floor = this.#floor = await this.#fresh(
      'floor',
      this.#floor,
      () => readFloor(floorStore, pin.tenant),
    )
    const seen = [anchor.trust, floor.value?.trust ?? null].filter((one): one is Seen => one !== null)
    const after = (version: number) => edge.trustAfter(version, signal)
    const chain = this.#chain = await this.#fresh(
      'trust document',
      this.#chain,
      () => walkTrust({ pin, seen, after, cache }),
    )
    const { document, hash } = chain.value
    checkCurrent(document, now())
    checkRing(ring.value, document)
    if (anchor.trust?.hash !== hash) {
      const here = { version: document.version, hash }
      await updateAnchor(
        anchorStore,
        ring.value,
        (one) => higher(one.trust, here) ? { ...one, trust: here } : one,
      )
    }
    return { ring: ring.value, pin, floor: floor.value, chain: chain.value }
  }

  /** Reads; keeps the last good one when it is out of reach, for a while. Refusals are never bridged. */
  async #fresh<T>(what: string, last: Read<T> | null, read: () => Promise<T>): Promise<Read<T>> {
    const now = this.#options.now()
    try {
      return { value: await read(), at: now }
    } catch (error) {
      if (!(error instanceof Fault) || !outOfReach(error) || last === null) throw error
      const forMs = now - last.at
      if (forMs > longestOutOfReachMs) {
        const minutes = Math.floor(forMs / 60_000)
        throw new Fault('trust_stale', `The ${what} has been out of reach for ${minutes} minutes.`, {
          cause: error,
        })
      }
      this.#options.onOutOfReach(what, forMs, error)
      return last
    }
  }
}

function higher(was: Seen | null, now: Seen): boolean {
  return was === null || was.version < now.version
}

/** Not there to be read, as against there and wrong. */
function outOfReach(fault: Fault): boolean {
  return fault.class === 'transient' || fault.code === 'file_unreadable' || fault.code === 'floor_missing'
}
