/**
 * FIFOs between this process and the hold. Neither end ever blocks a thread of this process for longer than the
 * hold takes to open its own end, and the end of a stream is only shown when somebody has proven it.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Fault } from '../../shared/faults.ts'
import { makeFifo, widenPipe } from './libc.ts'

const pipeBytes = 1 << 20

export interface FifoWriter {
  /** Resolves with the bytes written once the stream has ended; the hold does not yet see an end. */
  readonly written: Promise<number>
  /** At least so many bytes have passed without a line feed. */
  longestLine(): number
  /** Shows the hold the end. Without it, the hold waits for more. */
  finish(): void
}

/**
 * Sends a stream into a new FIFO at `path`. A second descriptor stays open until `finish`: a source that dies looks,
 * from the FIFO, just like one that is done.
 */
export function intoFifo(path: string, bytes: ReadableStream<Uint8Array>, signal: AbortSignal): FifoWriter {
  makeFifo(path)
  const lines = new LongestLine()
  let guard: number | null = null
  const finish = () => {
    if (guard !== null) closeSync(guard)
    guard = null
  }
  const pump = async () => {
    const handle = await openForWriting(path, signal)
    guard = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    await handle.close()
    widenPipe(file, pipeBytes)
    return drain(bytes, file, { signal, onChunk: (chunk) => lines.add(chunk) })
  }
  return { written: pump(), longestLine: () => lines.longest, finish }
}

/** Waits for the hold to open its end. A signal ends the wait by opening the other end for a moment. */
async function openForWriting(path: string, signal: AbortSignal) {
  const letGo = () => closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
  signal.throwIfAborted()
  signal.addEventListener('abort', letGo, { once: true })
  try {
    const handle = await open(path, constants.O_WRONLY)
    if (signal.aborted) await handle.close()
    signal.throwIfAborted()
    return handle
  } finally {
    signal.removeEventListener('abort', letGo)
  }
}

const LF = 10

/** Looks at both ends of each chunk alone: what is long spans many of them. */
class LongestLine {
  longest = 0
  #begun = 0

  add(chunk: Uint8Array): void {
    const first = chunk.indexOf(LF)
    this.longest = Math.max(this.longest, this.#begun + (first < 0 ? chunk.length : first))
    this.#begun = first < 0 ? this.#begun + chunk.length : chunk.length - chunk.lastIndexOf(LF) - 1
  }
}

interface Draining {
  readonly signal: AbortSignal
  readonly onChunk: (chunk: Uint8Array) => void
}

async function drain(
  bytes: ReadableStream<Uint8Array>,
  file: number,
  { signal, onChunk }: Draining,
): Promise<number> {
  const sink = Bun.file(file).writer()
  const reader = bytes.getReader()
  const stop = () => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  let total = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      total += next.value.byteLength
      onChunk(next.value)
      sink.write(next.value)
      await sink.flush()
    }
    signal.throwIfAborted()
    return total
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await Promise.resolve(sink.end()).catch(() => undefined)
    closeSync(file)
  }
}

export interface FifoReader {
  readonly bytes: ReadableStream<Uint8Array>
  /** Ends `bytes` well after what is in the FIFO. Until then it stays open, even when the hold has gone. */
  finish(): void
  /** Ends `bytes` with this error. */
  fail(error: unknown): void
}

/** Receives a stream from a new FIFO at `path`. */
export function fromFifo(path: string): FifoReader {
  makeFifo(path)
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let guard: number | null = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  widenPipe(file, pipeBytes)
  const reader = Bun.file(file).stream().getReader()
  let outcome: { error: unknown } | null = null
  const release = () => {
    if (guard !== null) closeSync(guard)
    guard = null
  }
  let closed = false
  const close = () => {
    if (!closed) closeSync(file)
    closed = true
  }
  const bytes = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (!outcome && !done) return controller.enqueue(value)
      if (outcome && !done) await reader.cancel()
      close()
      if (outcome) controller.error(outcome.error)
      else controller.close()
    },
    async cancel(reason) {
      outcome ??= { error: reason ?? new Fault('cancelled') }
      release()
      await reader.cancel(reason)
      close()
    },
  })
  return {
    bytes,
    finish: release,
    fail(error) {
      outcome ??= { error }
      release()
    },
  }
}
