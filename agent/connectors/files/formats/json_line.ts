/** One line of JSON: where its keys and values are. Checked to the last byte, but not decoded. */

export const NULL = 0
export const BOOLEAN = 1
export const INTEGER = 2
export const NUMBER = 3
export const STRING = 4
/** A string with backslashes in it. */
export const ESCAPED = 5
/** An object or a list. */
export const NESTED = 6

const deepest = 512

/** What is wrong with a line. */
export class JsonTrouble extends Error {}

const hex = new Uint8Array(256)
for (const digit of '0123456789abcdefABCDEF') hex[digit.charCodeAt(0)] = 1
const escapes = new Uint8Array(256)
for (const letter of '"\\/bfnrt') escapes[letter.charCodeAt(0)] = 1

export class JsonLine {
  /** Members of the object. */
  count = 0
  keyStarts = new Int32Array(64)
  keyEnds = new Int32Array(64)
  /** 1 where the key has backslashes in it. */
  keyEscaped = new Uint8Array(64)
  valueStarts = new Int32Array(64)
  valueEnds = new Int32Array(64)
  kinds = new Uint8Array(64)
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  #at = 0

  /**
   * Reads the object in `bytes[start, end)`, without a line feed. Keys and strings are bounded without their quotes.
   * Throws JsonTrouble.
   */
  read(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#end = end
    this.#at = start
    this.count = 0
    if (this.#next() !== 0x7b) throw new JsonTrouble('not an object')
    this.#at++
    if (this.#next() === 0x7d) this.#at++
    else this.#members()
    if (this.#next() !== -1) throw new JsonTrouble('something behind the object')
  }

  /** True when `bytes[start, end)` is one value of JSON. */
  isValue(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes
    this.#end = end
    this.#at = start
    try {
      this.#value(this.#next(), 1)
      return this.#next() === -1
    } catch (error) {
      if (error instanceof JsonTrouble) return false
      throw error
    }
  }

  #members(): void {
    while (true) {
      if (this.#next() !== 0x22) throw new JsonTrouble('a key without quotes')
      const at = this.count
      if (at === this.kinds.length) this.#grow()
      const keyStart = this.#at + 1
      this.keyEscaped[at] = this.#string() ? 1 : 0
      this.keyStarts[at] = keyStart
      this.keyEnds[at] = this.#at - 1
      if (this.#next() !== 0x3a) throw new JsonTrouble('a key without a value')
      this.#at++
      this.#member(at)
      this.count++
      const byte = this.#next()
      this.#at++
      if (byte === 0x7d) return
      if (byte !== 0x2c) throw new JsonTrouble('no comma between two members')
    }
  }

  #member(at: number): void {
    const byte = this.#next()
    const start = this.#at
    if (byte === 0x22) {
      this.kinds[at] = this.#string() ? ESCAPED : STRING
      this.valueStarts[at] = start + 1
      this.valueEnds[at] = this.#at - 1
      return
    }
    this.kinds[at] = this.#value(byte, 1)
    this.valueStarts[at] = start
    this.valueEnds[at] = this.#at
  }

  /** Reads any value but a string's bounds; what kind it is. */
  #value(byte: number, depth: number): number {
    switch (byte) {
      case 0x22:
        return this.#string() ? ESCAPED : STRING
      case 0x7b:
      case 0x5b:
        if (depth >= deepest) throw new JsonTrouble(`more than ${deepest} levels`)
        this.#nested(byte === 0x7b, depth)
        return NESTED
      case 0x74:
        return this.#word('true', BOOLEAN)
      case 0x66:
        return this.#word('false', BOOLEAN)
      case 0x6e:
        return this.#word('null', NULL)
      default:
        return this.#number()
    }
  }

  #nested(object: boolean, depth: number): void {
    const close = object ? 0x7d : 0x5d
    this.#at++
    if (this.#next() === close) {
      this.#at++
      return
    }
    while (true) {
      if (object) {
        if (this.#next() !== 0x22) throw new JsonTrouble('a key without quotes')
        this.#string()
        if (this.#next() !== 0x3a) throw new JsonTrouble('a key without a value')
        this.#at++
      }
      this.#value(this.#next(), depth + 1)
      const byte = this.#next()
      this.#at++
      if (byte === close) return
      if (byte !== 0x2c) throw new JsonTrouble('no comma between two values')
    }
  }

  /** The next byte that is no space, where `at` then stands; -1 at the end. */
  #next(): number {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at] as number
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return byte
      this.#at++
    }
    return -1
  }

  /** From the opening quote to behind the closing one; true when there are backslashes in it. */
  #string(): boolean {
    const bytes = this.#bytes
    const end = this.#end
    let escaped = false
    for (let at = this.#at + 1; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === 0x22) {
        this.#at = at + 1
        return escaped
      }
      if (byte === 0x5c) {
        escaped = true
        const letter = bytes[++at] as number
        if (at < end && letter === 0x75) {
          if (
            at + 4 >= end || !hex[bytes[at + 1] as number] || !hex[bytes[at + 2] as number] ||
            !hex[bytes[at + 3] as number] || !hex[bytes[at + 4] as number]
          ) throw new JsonTrouble('\\u without four digits')
          at += 4
        } else if (at >= end || !escapes[letter]) throw new JsonTrouble('an unknown escape')
      } else if (byte < 0x20) throw new JsonTrouble('a control character inside a string')
    }
    throw new JsonTrouble('a string that never closes')
  }

  #word(word: string, kind: number): number {
    for (let i = 0; i < word.length; i++) {
      if (this.#at >= this.#end || this.#bytes[this.#at++] !== word.charCodeAt(i)) {
        throw new JsonTrouble('a word that is no value')
      }
    }
    return kind
  }

  /** RFC 8259 §6. */
  #number(): number {
    const bytes = this.#bytes
    const start = this.#at
    if (bytes[this.#at] === 0x2d && this.#at < this.#end) this.#at++
    const first = this.#at
    const whole = this.#digits()
    if (whole === 0) throw new JsonTrouble('something that is no value')
    if (whole > 1 && bytes[first] === 0x30) throw new JsonTrouble('a number with a leading zero')
    let kind = INTEGER
    if (this.#at < this.#end && bytes[this.#at] === 0x2e) {
      kind = NUMBER
      this.#at++
      if (this.#digits() === 0) throw new JsonTrouble('a number that ends in its point')
    }
    if (this.#at < this.#end && ((bytes[this.#at] as number) | 0x20) === 0x65) {
      kind = NUMBER
      this.#at++
      if (bytes[this.#at] === 0x2b || bytes[this.#at] === 0x2d) this.#at++
      if (this.#digits() === 0) throw new JsonTrouble('a number without its exponent')
    }
    return kind === INTEGER && !fitsInt64(bytes, start, this.#at) ? NUMBER : kind
  }

  #digits(): number {
    const start = this.#at
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at] as number
      if (byte < 0x30 || byte > 0x39) break
      this.#at++
    }
    return this.#at - start
  }

  #grow(): void {
    const wider = <T extends Int32Array | Uint8Array>(old: T, make: new (size: number) => T) => {
      const array = new make(2 * old.length)
      array.set(old)
      return array
    }
    this.keyStarts = wider(this.keyStarts, Int32Array)
    this.keyEnds = wider(this.keyEnds, Int32Array)
    this.keyEscaped = wider(this.keyEscaped, Uint8Array)
    this.valueStarts = wider(this.valueStarts, Int32Array)
    this.valueEnds = wider(this.valueEnds, Int32Array)
    this.kinds = wider(this.kinds, Uint8Array)
  }
}

const largest = '9223372036854775807'
const smallest = '9223372036854775808'

function fitsInt64(bytes: Buffer, start: number, end: number): boolean {
  const negative = bytes[start] === 0x2d
  const digits = end - start - (negative ? 1 : 0)
  if (digits < 19) return true
  return digits === 19 && bytes.toString('latin1', end - digits, end) <= (negative ? smallest : largest)
}
