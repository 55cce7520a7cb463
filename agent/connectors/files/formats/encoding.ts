/** Text of other encodings as UTF-8, exactly or not at all. */
import { isUtf8 } from 'node:buffer'
import { Fault } from '../../../../shared/faults.ts'
import type { Encoding } from '../config.ts'
import { bufferOf, type BytePass, type Out } from './pass.ts'

/** Null where there is nothing to decode: UTF-8 is checked where it passes. */
export function decoderOf(encoding: Encoding): BytePass | null {
  if (encoding === 'utf-8') return null
  return encoding === 'latin1' ? latin1 : new Utf16(encoding)
}

/** ISO 8859-1: every byte is the code point of its number. */
const latin1: BytePass = {
  push(bytes, out) {
    const text = Buffer.from(bufferOf(bytes).toString('latin1'), 'utf8')
    out.copy(text, 0, text.length)
  },
  end() {},
}

class Utf16 implements BytePass {
  readonly #named: Encoding
  #decoder: TextDecoder | null
  #start: Buffer = Buffer.alloc(0)

  constructor(encoding: Encoding) {
    this.#named = encoding
    this.#decoder = encoding === 'utf-16' ? null : decoderFor(encoding)
  }

  push(bytes: Uint8Array, out: Out): void {
    if (this.#decoder !== null) return this.#put(bytes, out)
    // UTF-16 without a byte order says by its mark which it is.
    const start = Buffer.concat([this.#start, bytes])
    this.#start = start
    if (start.length < 2) return
    const mark = start.readUInt16BE(0)
    if (mark !== 0xfeff && mark !== 0xfffe) throw noMark()
    this.#decoder = decoderFor(mark === 0xfeff ? 'utf-16be' : 'utf-16le')
    this.#put(start, out)
  }

  #put(bytes: Uint8Array, out: Out): void {
    try {
      const text = Buffer.from(this.#decoder?.decode(bytes, { stream: true }) ?? '', 'utf8')
      out.copy(text, 0, text.length)
    } catch (error) {
      throw new Fault('file_invalid', `A text is not ${this.#named.toUpperCase()}.`, { cause: error })
    }
  }

  end(out: Out): void {
    if (this.#decoder === null) {
      if (this.#start.length > 0) throw noMark()
      return
    }
    try {
      const text = Buffer.from(this.#decoder.decode(), 'utf8')
      out.copy(text, 0, text.length)
    } catch (error) {
      throw new Fault('file_invalid', 'The file ends within a character.', { cause: error })
    }
  }
}

const decoderFor = (encoding: string) =>
  new TextDecoder(encoding as 'utf-16le', { fatal: true, ignoreBOM: true })

const noMark = () =>
  new Fault('file_invalid', 'The file has no byte order mark: name its encoding utf-16le or utf-16be.')

/** Looks at bytes as they pass. */
export class Utf8Check {
  /** The beginning of a character that the chunk before ended in. */
  #rest: Buffer = Buffer.alloc(0)

  /** False for what is not UTF-8. */
  push(bytes: Uint8Array): boolean {
    const chunk = bufferOf(bytes)
    const whole = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const size = whole.length - unfinished(whole)
    this.#rest = Buffer.from(whole.subarray(size))
    return isUtf8(whole.subarray(0, size))
  }

  /** False where a character is not whole. */
  end(): boolean {
    return this.#rest.length === 0
  }
}

/** How many bytes at the end begin a character that is not whole. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return size > back ? back : 0
  }
  return 0
}

export const notUtf8 = 'A text is not UTF-8; name the encoding in the connection.'
