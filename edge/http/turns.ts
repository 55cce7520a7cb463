/**
 * Requests of this instance that want the same thing, one after another. Of many that try at once one has it and the
 * others were in vain, over and over: what that costs grows with the square of how many they are.
 */
const lines = new WeakMap<object, Map<string, Promise<void>>>()

/** The place of one request in a line, until it is disposed of. */
export class Turn implements Disposable {
  readonly #ends: Map<string, Promise<void>>
  #leave: (() => void) | null = null

  constructor(instance: object) {
    const kept = lines.get(instance)
    this.#ends = kept ?? new Map()
    if (kept === undefined) lines.set(instance, this.#ends)
  }

  /** Resolves when those that came before have gone; at once where it has come already. */
  async come(key: string): Promise<void> {
    if (this.#leave !== null) return
    const ends = this.#ends
    const before = ends.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    ends.set(key, promise)
    this.#leave = () => {
      if (ends.get(key) === promise) ends.delete(key)
      resolve()
    }
    await before
  }

  [Symbol.dispose](): void {
    this.#leave?.()
  }
}
