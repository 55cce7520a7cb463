/**
 * Requests of this instance that want the same thing, one after another. Of many that try at once one has it and the
 * others were in vain, over and over: what that costs grows with the square of how many they are.
 */
const ends = new Map<string, Promise<void>>()

/** The place of one request in a line, until it is disposed of. */
export class Turn implements Disposable {
  #leave: (() => void) | null = null

  /** Resolves when those that came before have gone; at once where it has come already, or there is nothing to wait for. */
  async come(key: string | undefined): Promise<void> {
    if (key === undefined || this.#leave !== null) return
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
