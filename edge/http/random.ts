/** Random bytes cut from blocks: an id needs ten, and asking the system for each costs more than the id. */
const BLOCK_BYTES = 4096

/** Every byte is handed out once, as a view of its block. Longer requests go to `source` as they are. */
export function pooled(source: (length: number) => Uint8Array): (length: number) => Uint8Array {
  let block: Uint8Array = new Uint8Array(0)
  let at = 0
  return (length) => {
    if (length > BLOCK_BYTES / 8) return source(length)
    if (at + length > block.length) {
      block = source(BLOCK_BYTES)
      at = 0
    }
    at += length
    return block.subarray(at - length, at)
  }
}
