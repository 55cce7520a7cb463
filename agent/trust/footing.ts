/**
 * What an agent stands on when it decides: ring, pin, floor and the chain of trust documents, read anew for every
 * decision. When one of them is out of reach, the last good one serves for 15 minutes and no longer.
 */
import { Fault } from '../../shared/faults.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { checkCurrent, type Seen, verifyChain } from '../../shared/trust/chain.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { native } from '../primitives.ts'
import { checkClock, readAnchor, updateAnchor, withClock, withClockInPlace } from './anchor.ts'
import { readFloor } from './floor.ts'
import { checkRelease, ownDigest } from './release.ts'
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
  /** Milliseconds that only grow, also when somebody sets the clock. `performance.now` unless given. */
  readonly monotonic?: () => number
  /** SHA-256 of this binary, asked for where the trust document lists releases. This process's own unless given. */
  readonly release?: () => Promise<string>
  /** Told what is out of reach, and for how long it has been. */
  readonly onOutOfReach: (what: string, forMs: number, fault: Fault) => void
}

/** Something that was read, and when: by the clock, and by what cannot be set. */
interface Read<T> {
  readonly value: T
  readonly at: number
  readonly monotonicAt: number
}

/** How often others of the pool may move the anchor's trust on while a chain is fetched. */
const mostAttempts = 20

export class Footings {
  readonly #options: FootingOptions
  #ring: Read<Ring> | null = null
  #floor: Read<Floor | null> | null = null
  #chain: Read<Chain> | null = null

  constructor(options: FootingOptions) {
    this.#options = options
  }

  /**
   * In the order of the checks: ring and pin, trust chain against anchor and floor, floor. The anchor's trust document
   * is the footing's when this returns. Throws refusals, and `trust_stale` when something has been out of reach for
   * too long.
   */
  async read(signal: AbortSignal): Promise<Footing> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const footing = await this.#read(signal)
      if (footing !== null) return footing
    }
    throw new Fault('unavailable', 'The trust document in the anchor changes faster than it can be followed.')
  }

  /** The floor as it is now: what was verified while the edge took its time is compared with it. */
  async floor(tenant: string): Promise<Floor | null> {
    const { floor } = this.#options
    this.#floor = await this.#fresh('floor', this.#floor, { read: () => readFloor(floor, tenant) })
    return this.#floor.value
  }

  /**
   * The ring as it is now, for who lacks a key: nothing that was read before serves. Throws what reading it throws, and
   * `ring_mismatch` when it does not go with the trust document.
   */
  async ring(trust: TrustDocument): Promise<Ring> {
    const ring = await loadRing(this.#options.keystore)
    checkRing(ring, trust)
    return ring
  }

  /** Null when the anchor's trust document has changed meanwhile: the chain was held against an older one. */
  async #read(signal: AbortSignal): Promise<Footing | null> {
    const { keystore, typedPin, anchor: anchorStore, edge, cache, now, release = ownDigest } = this.#options
    const ring = this.#ring = await this.#fresh('ring', this.#ring, { read: () => loadRing(keystore) })
    const pin = pinFor(ring.value, typedPin)
    const anchor = await readAnchor(anchorStore, ring.value)
    checkClock(anchor, now())
    const floor = await this.floor(pin.tenant)
    const seen = [anchor.trust, floor?.trust ?? null].filter((one): one is Seen => one !== null)
    const after = (version: number) => edge.trustAfter(version, signal)
    const chain = this.#chain = await this.#fresh('trust document', this.#chain, {
      read: () => walkTrust({ pin, seen, after, cache }),
      // An edge that says "not now" must not keep what pin, floor and anchor demand by now from being asked for.
      holds: ({ versions }) =>
        verifyChain(native, { pin, documents: versions.map((one) => one.document), seen }),
    })
    const { document, hash } = chain.value
    checkCurrent(document, now())
    checkRing(ring.value, document)
    const here = { version: document.version, hash }
    const { trust } = await updateAnchor(
      anchorStore,
      ring.value,
      (one) => {
        if (one.trust?.hash !== anchor.trust?.hash) return one
        if (one.trust?.hash !== hash) return withClock({ ...one, trust: here }, now())
        return withClockInPlace(one, now())
      },
    )
    if (trust?.hash !== hash) return null
    // Once the anchor knows the document: no older one, which listed other binaries, serves from here on.
    await checkRelease(document, release)
    return { ring: ring.value, pin, floor, chain: chain.value }
  }

  /**
   * Reads; keeps the last good one when it is out of reach, for a while, and as long as `holds` throws nothing on it.
   * Refusals are never bridged.
   */
  async #fresh<T>(
    what: string,
    last: Read<T> | null,
    { read, holds = () => undefined }: { read: () => Promise<T>; holds?: (value: T) => unknown },
  ): Promise<Read<T>> {
    const { now, monotonic = () => performance.now() } = this.#options
    const began = { at: now(), monotonicAt: monotonic() }
    try {
      return { value: await read(), ...began }
    } catch (error) {
      if (!(error instanceof Fault) || !outOfReach(error) || last === null || !passes(holds, last)) {
        throw error
      }
      // A clock that was set back does not stretch the time; a machine that slept is late by its clock alone.
      const forMs = Math.max(began.at - last.at, began.monotonicAt - last.monotonicAt)
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

function passes<T>(holds: (value: T) => unknown, { value }: Read<T>): boolean {
  try {
    holds(value)
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** Not there to be read, as against there and wrong. */
function outOfReach(fault: Fault): boolean {
  return fault.class === 'transient' || fault.code === 'file_unreadable' || fault.code === 'floor_missing'
}
