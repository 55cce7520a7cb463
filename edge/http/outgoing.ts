/**
 * How long answers go out: a piece when the one before was taken, so that who does not read takes up a piece of memory
 * and not the answer, and no further once they have taken nothing for a while. The server itself waits for good.
 */
import { Held } from './held.ts'
import { patience } from './patience.ts'

const PIECE_BYTES = 16 * 1024

/** Nobody who reads is so slow: it is less than 3 kB a second. */
const READ_TIMEOUT_MS = 30_000
/** Bytes of bodies that arrive from one network at a time: of many agents behind one address. */
const MOST_ARRIVING = 256 * 1024 * 1024
/** Bytes of answers to one principal that are not read yet: eight pages of the longest. */
const MOST_ANSWERING = 64 * 1024 * 1024

/** What an instance holds of bodies that arrive, by network, and of answers that go out, by who asked. */
export interface Memory {
  readonly arriving: Held
  readonly answering: Held
  readonly outgoing: Outgoing
}

export function newMemory(readTimeoutMs?: number): Memory {
  return {
    arriving: new Held(MOST_ARRIVING),
    answering: new Held(MOST_ANSWERING),
    outgoing: new Outgoing(readTimeoutMs),
  }
}

/** Why an answer was not sent to its end. */
export class NotRead extends Error {
  constructor() {
    super('nobody has read the answer')
  }
}

export class Outgoing {
  readonly #later: ReturnType<typeof patience>

  constructor(timeoutMs = READ_TIMEOUT_MS) {
    this.#later = patience(timeoutMs)
  }

  /** The bytes are not copied: many answers may share them. `ended` is called once, however it ends. */
  pieces(bytes: Uint8Array, ended: () => void = () => {}): ReadableStream<Uint8Array> {
    let at = 0
    return this.#watched({
      next: () => {
        const piece = bytes.subarray(at, at + PIECE_BYTES)
        at += piece.length
        return piece.length === 0 ? null : piece
      },
      ended,
    })
  }

  /** A stream of somebody's, which is cancelled when it is not read. */
  stream(from: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = from.getReader()
    return this.#watched({
      next: async () => (await reader.read()).value ?? null,
      // Of one that has ended there is nothing to cancel.
      ended: () => void reader.cancel().catch(() => {}),
    })
  }

  #watched({ next, ended }: {
    /** Null: that was all. */
    readonly next: () => Uint8Array | null | Promise<Uint8Array | null>
    readonly ended: () => void
  }): ReadableStream<Uint8Array> {
    let wanted = () => {}
    const end = () => {
      wanted()
      ended()
    }
    const wait = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      wanted = this.#later(() => {
        end()
        controller.error(new NotRead())
      })
    }
    return new ReadableStream<Uint8Array>({
      // Of an answer to somebody who has gone, nothing may ever be asked for.
      start: wait,
      pull: async (controller) => {
        wanted()
        try {
          const piece = await next()
          if (piece === null) {
            end()
            return controller.close()
          }
          controller.enqueue(piece)
        } catch (error) {
          end()
          throw error
        }
        wait(controller)
      },
      cancel: end,
    }, { highWaterMark: 0 })
  }
}
