/**
 * How many requests an address and a principal may make: token buckets in the memory of this instance. By address
 * before anything is looked up, so that a flood costs no question of the database; by principal once it is known who
 * asks, whatever address or token they use. Headers: draft-ietf-httpapi-ratelimit-headers-10.
 */
import { networkOf } from './client.ts'
import { TooManyRequests } from './problem.ts'
import { idOf, type Principal } from './principal.ts'

/** A bucket of `burst` requests, which fills up again by so many a second. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Null: without a limit. */
export interface RateLimits {
  readonly address: Rate | null
  readonly principal: Rate | null
}

/** What no honest agent or person comes near; one address alone takes no more than a tenth of a machine by them. */
export const usualRates: RateLimits = {
  address: { perSecond: 1000, burst: 10_000 },
  principal: { perSecond: 500, burst: 5000 },
}

/** Buckets that are kept of either sort, about 10 MB of memory. */
const MAX_KEPT = 100_000

type RateHeaders = Readonly<Record<'ratelimit' | 'ratelimit-policy', string>>

/** More requests than the bucket holds: what the answer says of it. */
export class OverRate extends TooManyRequests {
  override readonly headers: RateHeaders

  constructor(retryAfterSeconds: number, headersFor: (retryAfter: number) => RateHeaders) {
    super(retryAfterSeconds)
    this.headers = headersFor(this.retryAfterSeconds)
  }
}

/** The buckets of one sort, by whose they are. */
export class Buckets {
  readonly #name: string
  readonly #rate: Rate
  readonly #most: number
  /** When each is full again, in ms; the one that was used longest ago first. */
  readonly #full = new Map<string, number>()
  #refused = 0

  constructor(name: string, rate: Rate, most = MAX_KEPT) {
    this.#name = name
    this.#rate = rate
    this.#most = most
  }

  /** Requests that were refused since this instance started. */
  get refused(): number {
    return this.#refused
  }

  get kept(): number {
    return this.#full.size
  }

  /**
   * Takes one. What the answer says of it: null while more than half is left, so that who is far from it pays nothing.
   * Throws `OverRate`, and takes nothing, where none is left.
   */
  take(key: string, now: number): RateHeaders | null {
    const { perSecond, burst } = this.#rate
    const eachMs = 1000 / perSecond
    // Where the clock was set back, the bucket is empty at most.
    const before = Math.min(Math.max(now, this.#full.get(key) ?? 0), now + burst * eachMs)
    const full = before + eachMs
    const left = Math.floor(burst - (full - now) / eachMs + 1e-6)
    if (left < 0) {
      this.#refused++
      this.#keep(key, before)
      throw new OverRate(eachMs / 1000, (again) => this.#headers(0, again))
    }
    this.#keep(key, full)
    return left * 2 >= burst ? null : this.#headers(left, Math.ceil((full - now) / 1000))
  }

  #keep(key: string, full: number): void {
    this.#full.delete(key)
    this.#full.set(key, full)
    if (this.#full.size <= this.#most) return
    // Whoever asked longest ago: their bucket is the fullest of all, so that it is the least that is forgotten.
    for (const oldest of this.#full.keys()) {
      this.#full.delete(oldest)
      return
    }
  }

  #headers(left: number, seconds: number): RateHeaders {
    const { perSecond, burst } = this.#rate
    return {
      'ratelimit-policy': `"${this.#name}";q=${burst};w=${Math.ceil(burst / perSecond)}`,
      ratelimit: `"${this.#name}";r=${left};t=${seconds}`,
    }
  }
}

export class Rates {
  readonly #address: Buckets | null
  readonly #principal: Buckets | null

  constructor({ address, principal }: RateLimits) {
    this.#address = address === null ? null : new Buckets('address', address)
    this.#principal = principal === null ? null : new Buckets('principal', principal)
  }

  /**
   * One more request from an address: of IPv6 its /64 counts, which one customer has whole. Throws `OverRate`. Loopback
   * is let through: it is this machine itself, or a proxy on it that does not say whom it asks for.
   */
  ofAddress(address: string, now: number): void {
    if (this.#address === null || isLoopback(address)) return
    this.#address.take(networkOf(address), now)
  }

  /** One more of who asks, by whatever token or session. What the answer says of it; throws `OverRate`. */
  ofPrincipal(principal: Principal, now: number): RateHeaders | null {
    if (this.#principal === null) return null
    return this.#principal.take(idOf(principal), now)
  }

  get refusedAddresses(): number {
    return this.#address?.refused ?? 0
  }

  get refusedPrincipals(): number {
    return this.#principal?.refused ?? 0
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** `500/5000` is 500 a second and 5000 at once, `off` no limit; null for what is neither. */
export function readRate(text: string): { readonly rate: Rate | null } | null {
  if (text === 'off') return { rate: null }
  const match = /^([1-9]\d{0,6})\/([1-9]\d{0,7})$/.exec(text)
  if (match === null) return null
  return { rate: { perSecond: Number(match[1]), burst: Number(match[2]) } }
}
