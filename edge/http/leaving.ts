/**
 * When a handler that waits has to answer at once: whoever asked has gone, or the edge is about to stop. As
 * `AbortSignal.any`, which costs each of thousands that wait two kilobytes more.
 */

/** As much of an AbortSignal as who waits needs. */
export interface Leaving {
  readonly aborted: boolean
  addEventListener(type: 'abort', call: () => void): void
  removeEventListener(type: 'abort', call: () => void): void
}

/** Who is called when the edge is about to stop, by its signal: the signal itself would look through all for each. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

function waitingFor(closing: AbortSignal): Set<() => void> {
  const known = waiting.get(closing)
  if (known !== undefined) return known
  const calls = new Set<() => void>()
  waiting.set(closing, calls)
  closing.addEventListener('abort', () => {
    for (const call of [...calls]) call()
  }, { once: true })
  return calls
}

export class EitherLeaves implements Leaving {
  readonly #asker: Pick<Request, 'signal'>
  readonly #closing: AbortSignal

  /** The signal of whoever asks is made when it is looked at: only a handler that waits needs it. */
  constructor(asker: Pick<Request, 'signal'>, closing: AbortSignal) {
    this.#asker = asker
    this.#closing = closing
  }

  get aborted(): boolean {
    return this.#asker.signal.aborted || this.#closing.aborted
  }

  addEventListener(type: 'abort', call: () => void): void {
    this.#asker.signal.addEventListener(type, call)
    waitingFor(this.#closing).add(call)
  }

  removeEventListener(type: 'abort', call: () => void): void {
    this.#asker.signal.removeEventListener(type, call)
    waitingFor(this.#closing).delete(call)
  }
}
