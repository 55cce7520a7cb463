/** Whether bytes are JSON (RFC 8259), without building anything of it. */

/** Deeper nesting than this is taken by no database. */
const deepest = 5000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

export interface JsonRules {
  /** Kept as values and not as text: no U+0000, surrogates in pairs, numbers within what is computed with. */
  readonly values: boolean
}

/** `bytes[start, end)`, which is UTF-8. */
export function isJson(
  bytes: Buffer,
  { start, end }: { start: number; end: number },
  rules: JsonRules,
): boolean {
  return new Reader(bytes, end, rules).read(start)
}

class Reader {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #rules: JsonRules
  /** What is open, innermost last: true for an object. */
  readonly #open: boolean[] = []
  #at = 0

  constructor(bytes: Buffer, end: number, rules: JsonRules) {
    this.#bytes = bytes
    this.#end = end
    this.#rules = rules
  }

  read(start: number): boolean {
    this.#at = start
    if (!this.#value()) return false
    while (this.#open.length > 0) if (!this.#further()) return false
    this.#space()
    return this.#at === this.#end
  }

  #space(): void {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }

  #next(): number {
    this.#space()
    return this.#at < this.#end ? this.#bytes[this.#at] as number : -1
  }

  /** One value, or the opening of one with its first member. */
  #value(): boolean {
    while (true) {
      const byte = this.#next()
      if (byte === QUOTE) return this.#string()
      if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) return this.#plain(byte)
      if (this.#open.length === deepest) return false
      const object = byte === OPEN_OBJECT
      this.#at++
      if (this.#next() === (object ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        this.#at++
        return true
      }
      this.#open.push(object)
      if (object && !this.#name()) return false
    }
  }

  /** What comes after a value: a further member, or the end of what is open. */
  #further(): boolean {
    const byte = this.#next()
    const object = this.#open.at(-1) === true
    this.#at++
    if (byte === (object ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.#open.pop()
      return true
    }
    if (byte !== COMMA) return false
    return (!object || this.#name()) && this.#value()
  }

  #name(): boolean {
    if (this.#next() !== QUOTE || !this.#string() || this.#next() !== COLON) return false
    this.#at++
    return true
  }

  #plain(first: number): boolean {
    for (const word of words) {
      if (first !== word[0]) continue
      const end = this.#at + word.length
      if (end > this.#end || this.#bytes.compare(word, 0, word.length, this.#at, end) !== 0) return false
      this.#at = end
      return true
    }
    return this.#number()
  }

  #digits(): number {
    const from = this.#at
    while (this.#at < this.#end && isDigit(this.#bytes[this.#at] as number)) this.#at++
    return this.#at - from
  }

  #number(): boolean {
    const byteAt = () => this.#at < this.#end ? this.#bytes[this.#at] : -1
    if (byteAt() === 0x2d) this.#at++
    const leading = byteAt()
    const whole = this.#digits()
    if (whole === 0 || (whole > 1 && leading === 0x30)) return false
    let fraction = 0
    if (byteAt() === 0x2e) {
      this.#at++
      fraction = this.#digits()
      if (fraction === 0) return false
    }
    const letter = byteAt()
    if (letter !== 0x65 && letter !== 0x45) return this.#within(whole, fraction, 0)
    this.#at++
    const sign = byteAt()
    if (sign === 0x2b || sign === 0x2d) this.#at++
    const from = this.#at
    if (this.#digits() === 0) return false
    const power = Number(this.#bytes.toString('latin1', from, this.#at))
    return this.#within(whole, fraction, sign === 0x2d ? -power : power)
  }

  /** 131,072 digits before the point and 16,383 behind it are what PostgreSQL computes with. */
  #within(whole: number, fraction: number, power: number): boolean {
    return !this.#rules.values || (whole + power <= 131_072 && fraction - power <= 16_383)
  }

  #string(): boolean {
    this.#at++
    let high = false
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at++] as number
      if (byte < 0x20) return false
      const unit: number = byte === BACKSLASH ? this.#escape() : 0x20
      if (unit < 0) return false
      const low = unit >= 0xdc00 && unit <= 0xdfff
      if (this.#rules.values && (unit === 0 || high !== low)) return false
      high = unit >= 0xd800 && unit <= 0xdbff
      if (byte === QUOTE) return true
    }
    return false
  }

  /** The UTF-16 unit that an escape stands for; -1 for none. */
  #escape(): number {
    const letter = this.#at < this.#end ? this.#bytes[this.#at++] as number : -1
    if (letter !== 0x75) return escapes.includes(letter) ? 0x20 : -1
    const digits = this.#bytes.toString('latin1', this.#at, Math.min(this.#at + 4, this.#end))
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return -1
    this.#at += 4
    return Number.parseInt(digits, 16)
  }
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const words = ['true', 'false', 'null'].map((word) => Buffer.from(word))
const escapes = Buffer.from('"\\/bfnrt')
