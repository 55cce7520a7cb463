/** Bytes that pass between two collections: a few milliseconds for what takes a hundred times as long to write. */
const everyBytes = 8 << 20

/**
 * Makes room while rows are decoded. What is left of them is garbage at once, but by itself the heap first grows to
 * twice what it holds, and keeps it.
 */
export class Garbage {
  #passed = 0

  /** Told of bytes as they come. Returns true where it has made room. */
  after(bytes: number): boolean {
    this.#passed += bytes
    if (this.#passed < everyBytes) return false
    this.#passed = 0
    Bun.gc(true)
    return true
  }
}
