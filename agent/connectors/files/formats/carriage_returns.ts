/** Drops the CR of each CRLF outside quotes. */
import type { BytePass, Out } from './pass.ts'

const QUOTE = 34
const LF = 10
const CR = 13

export class CarriageReturns implements BytePass {
  #quoted = false
  #pending = false

  push(bytes: Uint8Array, out: Out): void {
    out.room(bytes.length + 1)
    const to = out.bytes
    let end = out.at
    let quoted = this.#quoted
    let pending = this.#pending
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (pending && byte !== LF) to[end++] = CR
      pending = byte === CR && !quoted
      if (byte === QUOTE) quoted = !quoted
      if (!pending) to[end++] = byte
    }
    out.at = end
    this.#quoted = quoted
    this.#pending = pending
  }

  end(out: Out): void {
    if (this.#pending) out.byte(CR)
  }
}
