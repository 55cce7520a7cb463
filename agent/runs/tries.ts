/** Moves one stream of a run, and tries again what may pass: with new connections, after a while, not for ever. */
import { Fault } from '../../shared/faults.ts'
import { mayPass, waitMs } from '../engine/retry.ts'
import { type Patience, patienceOf, Watchdog } from '../engine/stall.ts'
import { Ends } from './ends.ts'
import type { Order, Retry, StreamResult } from './move.ts'
import { emptyTally, type RunStream, type Tally, tryStream } from './stream.ts'

/** So many tries more, at most, before the run itself is given up, or handed on. */
const mostRetries = 5
/** What is asked to close and does not is left behind. */
const closeMs = 5000

export interface StreamMoved {
  readonly result: StreamResult
  readonly peakHoldBytes: number
}

/** Never throws: the result says what happened. */
export async function moveStream(order: Order, stream: RunStream): Promise<StreamMoved> {
  const began = performance.now()
  const { index, spec } = stream
  let peakHoldBytes = 0
  let tally = emptyTally()
  let fault: Fault | null = null
  const once = async (tries: number) => {
    const before = tally
    tally = emptyTally()
    const work = new Work(order, stream, tally)
    try {
      await work.whole(tries === 1)
      // The try before has committed, and its answer was lost: what it had put aside is in the quarantine.
      if (tally.taken && before.committing) {
        Object.assign(tally, { rowsRead: before.rowsRead, rejected: before.rejected, taken: false })
      }
    } finally {
      peakHoldBytes = Math.max(peakHoldBytes, work.peakHoldBytes)
    }
  }
  try {
    await trying(order, once, (retry) => order.onRetry?.(index, { ...retry, stream: spec }))
  } catch (error) {
    fault = error as Fault
    order.onFault?.(index, fault, spec)
  }
  const seconds = Math.round(performance.now() - began) / 1000
  return { result: resultOf(stream, { tally, fault }, seconds), peakHoldBytes }
}

/** Does it until it ends well, or for good. Throws the last Fault. */
export async function trying<T>(
  order: Order,
  work: (tries: number) => Promise<T>,
  onRetry?: (retry: Omit<Retry, 'stream'>) => void,
): Promise<T> {
  const { limits, signal } = order
  const retries = Math.min(limits.retries ?? 0, mostRetries)
  for (let tries = 1;; tries++) {
    try {
      return await work(tries)
    } catch (error) {
      const fault = error instanceof Fault ? error : faultOf(error, signal)
      if (!mayPass(fault) || tries > retries || signal.aborted) throw fault
      const ms = waitMs(tries, fault)
      onRetry?.({ fault, tries, ms })
      await pause(ms, signal)
      if (signal.aborted) throw faultOf(fault, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

function resultOf(
  { spec }: RunStream,
  { tally, fault }: { tally: Tally; fault: Fault | null },
  seconds: number,
): StreamResult {
  const done = fault === null
  return {
    stream: spec.from,
    target: spec.to,
    mode: spec.mode,
    route: tally.route,
    status: fault === null ? 'succeeded' : statusOfFault(fault),
    rows_read: tally.rowsRead,
    rows: done ? tally.rows : 0,
    bytes: done ? tally.bytes : 0,
    rejected: done ? tally.rejected : 0,
    seconds,
    code: fault?.code ?? null,
    ...(done && tally.taken ? { taken: true as const } : {}),
  }
}

export function statusOfFault(fault: Fault): StreamResult['status'] {
  if (fault.code === 'cancelled') return 'cancelled'
  return fault.class === 'refused' ? 'refused' : 'failed'
}

/** One try, and what may break into it. */
class Work {
  peakHoldBytes = 0
  readonly #order: Order
  readonly #stream: RunStream
  readonly #tally: Tally
  readonly #patience: Patience
  #stalled: Fault | null = null

  constructor(order: Order, stream: RunStream, tally: Tally) {
    this.#order = order
    this.#stream = stream
    this.#tally = tally
    this.#patience = order.patience ?? patienceOf(process.env)
  }

  /** Throws a Fault. */
  async whole(first: boolean): Promise<void> {
    const order = this.#order
    const { signal } = order
    try {
      signal.throwIfAborted()
      if (await this.#try(order, first) === 'done') return
      signal.throwIfAborted()
      await this.#try({ ...order, runId: order.anew?.() ?? order.runId, fence: 1 }, false)
    } catch (error) {
      if (this.#stalled !== null && !signal.aborted) throw this.#stalled
      throw faultOf(error, this.#isSpared(signal) ? null : signal)
    }
  }

  async #try(order: Order, first: boolean): Promise<'done' | 'anew'> {
    const ends = new Ends(order, this.#stream.spec)
    using watchdog = new Watchdog(probesOf(ends), this.#patience)
    const signal = AbortSignal.any([order.signal, watchdog.signal])
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    // A statement that waits for a lock hears of no signal: closing its connection is what ends it.
    const interrupt = () => {
      if (this.#isSpared(signal)) return
      if (watchdog.signal.aborted) this.#stalled = watchdog.signal.reason as Fault
      void within(ends[Symbol.asyncDispose](), closeMs).then(() => broken.reject(signal.reason))
    }
    signal.addEventListener('abort', interrupt)
    try {
      const [stream, tally] = [this.#stream, this.#tally]
      const work = tryStream({ order: { ...order, signal }, stream, ends, tally, watchdog, first })
      return await Promise.race([work, broken.promise])
    } finally {
      signal.removeEventListener('abort', interrupt)
      await within(ends[Symbol.asyncDispose](), closeMs)
      this.peakHoldBytes = Math.max(this.peakHoldBytes, ends.peakHoldBytes)
    }
  }

  /** Once the commit is on its way, what it ends with is what happened. */
  #isSpared({ reason }: AbortSignal): boolean {
    return this.#tally.committing && reason instanceof Fault && reason.code === 'time_over_limit'
  }
}

/** What is thrown because of a signal is what the signal says. */
export function faultOf(error: unknown, signal: AbortSignal | null): Fault {
  if (signal?.aborted) {
    return signal.reason instanceof Fault
      ? signal.reason
      : new Fault('cancelled', undefined, { cause: error })
  }
  return error instanceof Fault ? error : new Fault('engine_failed', undefined, { cause: error })
}

function probesOf({ source, destination }: Ends) {
  return [{ side: 'source', end: source }, { side: 'destination', end: destination }].map((
    { side, end },
  ) => ({
    side,
    ...(end.probe === undefined
      ? {}
      : { probe: (signal: AbortSignal) => end.probe?.(signal) as Promise<void> }),
  }))
}

/** Settled, or no longer waited for. Never throws. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work.catch(() => undefined), promise])
  clearTimeout(timer)
}
