/** Chance that comes from a number: the same seed throws the same dice. */

/** Bits of a 32-bit state, mixed until they look like nothing (the finalizer of MurmurHash3). */
function mixed(bits: number): number {
  let x = bits ^ (bits >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = mixed(seed ^ 0x9e3779b9)
  }

  /** A whole number below 2³². */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    return mixed(this.#state)
  }

  /** In [0, 1). */
  fraction(): number {
    return this.bits() / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** A whole number from `from` to `to`, both among them. */
  between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1))
  }

  pick<T>(all: readonly T[]): T {
    if (all.length === 0) throw new RangeError('nothing to pick from')
    return all[this.between(0, all.length - 1)] as T
  }

  /** Dice of its own: how often they are thrown changes nothing for anybody else. */
  fork(): Random {
    return new Random(this.bits())
  }

  readonly bytes = (length: number): Uint8Array => {
    const made = new Uint8Array(length)
    for (let at = 0; at < length; at++) made[at] = this.bits() & 255
    return made
  }
}
