/**
 * Tells a slow server from one that is gone. A connection into a black hole looks like one to a server that thinks:
 * nothing comes. So when nothing has moved for a while, both ends are asked on connections of their own; only when one
 * of them does not answer several times in a row is the stream given up.
 */
import { Fault } from '../../shared/faults.ts'

export interface Probed {
  /** For the message: `source` or `destination`. */
  readonly side: string
  probe?(signal: AbortSignal): Promise<void>
}

export interface Patience {
  /** Without a byte for so long, the ends are asked. */
  readonly quietMs: number
  /** What an answer may take. */
  readonly answerMs: number
  /** Between one question that was not answered and the next. */
  readonly againMs: number
  /** So many in a row. */
  readonly failures: number
}

const usual: Patience = { quietMs: 30_000, answerMs: 15_000, againMs: 2000, failures: 3 }

/** `SALLYPORT_STALL_MS`: how long nothing may move before the servers are asked. */
export function patienceOf(env: Readonly<Record<string, string | undefined>>): Patience {
  const text = env['SALLYPORT_STALL_MS']
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) return usual
  const quietMs = Number(text)
  const share = Math.min(1, quietMs / usual.quietMs)
  // A busy machine needs its time for a connection, however impatient one is.
  const answerMs = Math.max(1000, usual.answerMs * share)
  return { ...usual, quietMs, answerMs, againMs: Math.ceil(usual.againMs * share) }
}

export class Watchdog implements Disposable {
  /** Aborts with `stalled`. */
  readonly signal: AbortSignal
  readonly #stop = new AbortController()
  readonly #ended = new AbortController()
  readonly #ends: readonly Probed[]
  readonly #patience: Patience
  #moved = performance.now()
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(ends: readonly Probed[], patience: Patience) {
    this.#ends = ends.filter(({ probe }) => probe !== undefined)
    this.#patience = patience
    this.signal = this.#stop.signal
    if (this.#ends.length > 0) this.#wait(patience.quietMs)
  }

  /** Bytes have passed. */
  moved(): void {
    this.#moved = performance.now()
  }

  #wait(ms: number): void {
    if (this.#ended.signal.aborted) return
    this.#timer = setTimeout(() => void this.#look(), ms)
    this.#timer.unref?.()
  }

  async #look(): Promise<void> {
    const left = this.#moved + this.#patience.quietMs - performance.now()
    if (left > 0) return this.#wait(left)
    const silent = await Promise.all(this.#ends.map((end) => this.#isSilent(end)))
    if (this.#ended.signal.aborted) return
    const at = silent.indexOf(true)
    if (at < 0) return this.#wait(this.#patience.quietMs)
    this.#stop.abort(
      new Fault('stalled', `Nothing moved any more, and the ${this.#ends[at]?.side} did not answer.`),
    )
  }

  async #isSilent(end: Probed): Promise<boolean> {
    const since = this.#moved
    for (let failed = 0; failed < this.#patience.failures; failed++) {
      if (failed > 0) await pause(this.#patience.againMs, this.#ended.signal)
      if (this.#ended.signal.aborted || this.#moved !== since || await this.#answers(end)) return false
    }
    return this.#moved === since
  }

  /** A probe that ignores its signal counts as no answer all the same. */
  async #answers(end: Probed): Promise<boolean> {
    const signal = AbortSignal.any([AbortSignal.timeout(this.#patience.answerMs), this.#ended.signal])
    const silence = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true })
    })
    const answer = end.probe?.(signal).then(() => true, () => false) ?? true
    return await Promise.race([answer, silence])
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
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
  })
}
