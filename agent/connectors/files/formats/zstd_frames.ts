/**
 * Where zstd's frames end (RFC 8878 §3): a decoder that is given only the beginning of a frame, or something else
 * behind one, may stop without a word.
 */
import { Fault } from '../../../../shared/faults.ts'

type Part = 'magic' | 'descriptor' | 'block' | 'skip-size'

const sizes: Readonly<Record<Part, number>> = { magic: 4, descriptor: 1, block: 3, 'skip-size': 4 }

export class ZstdFrames {
  #part: Part = 'magic'
  /** Bytes of the part so far, little endian. */
  #value = 0
  #have = 0
  /** Bytes to pass over before the part. */
  #skip = 0
  #checksum = false
  #any = false

  /** Throws `file_invalid` where no frame begins. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at)
        this.#skip -= step
        at += step
        continue
      }
      this.#value += (bytes[at++] as number) * 2 ** (8 * this.#have++)
      if (this.#have < sizes[this.#part]) continue
      const value = this.#value
      this.#value = 0
      this.#have = 0
      this.#take(value)
    }
  }

  /** Throws `file_invalid` inside of a frame, and where there was none. */
  end(): void {
    if (this.#part !== 'magic' || this.#have > 0 || this.#skip > 0 || !this.#any) throw cut()
  }

  #take(value: number): void {
    switch (this.#part) {
      case 'magic':
        this.#any = true
        if (value === 0xfd2fb528) this.#part = 'descriptor'
        else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#part = 'skip-size'
        else throw cut()
        return
      case 'descriptor': {
        const single = (value & 0x20) !== 0
        const contentSize = [single ? 1 : 0, 2, 4, 8][value >> 6] as number
        this.#checksum = (value & 4) !== 0
        this.#skip = (single ? 0 : 1) + ([0, 1, 2, 4][value & 3] as number) + contentSize
        this.#part = 'block'
        return
      }
      case 'block': {
        const repeated = (value >> 1 & 3) === 1
        this.#skip = repeated ? 1 : value >> 3
        if ((value & 1) === 0) return
        this.#skip += this.#checksum ? 4 : 0
        this.#part = 'magic'
        return
      }
      case 'skip-size':
        this.#skip = value
        this.#part = 'magic'
    }
  }
}

const cut = () => new Fault('file_invalid', 'The zstd file is damaged or cut off.')
