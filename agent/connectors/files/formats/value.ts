/** The value of a field of canonical CSV, without its quotes: one object that serves for all fields of a stream. */

const QUOTE = 34

export class Value {
  /** The value is `bytes[start, end)`, until the next one is taken. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  #scratch = Buffer.allocUnsafeSlow(64 * 1024)

  /** Takes the field `bytes[start, end)`, which is not NULL. */
  take(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    if (bytes[start] !== QUOTE) return
    this.start++
    this.end--
    for (let at = this.start; at < this.end; at++) {
      if (bytes[at] === QUOTE) return this.#unquote(at)
    }
  }

  /** `first`: where the first of its doubled quotes is. */
  #unquote(first: number): void {
    const { bytes, start, end } = this
    if (end - start > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(2 * (end - start))
    const to = this.#scratch
    bytes.copy(to, 0, start, first)
    let size = first - start
    for (let at = first; at < end; at++) {
      const byte = bytes[at] as number
      to[size++] = byte
      if (byte === QUOTE) at++
    }
    this.bytes = to
    this.start = 0
    this.end = size
  }

  text(): string {
    return this.bytes.toString('latin1', this.start, this.end)
  }
}
