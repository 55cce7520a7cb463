/**
 * Pieces of bytes that are given back as soon as they are written. Left to the collector, dozens of megabytes of them
 * lie about before it comes by, and how many is a matter of how busy the machine is.
 */
const whole = new WeakSet<Uint8Array>()

/** Says of a piece that its memory is its own, and that nobody looks at it again once it is written. Returns it. */
export function ownPiece(piece: Uint8Array): Uint8Array {
  if (piece.byteLength === piece.buffer.byteLength) whole.add(piece)
  return piece
}

/** The piece is written. Of one that was never said to be its own, nothing is taken. */
export function givenBack(piece: Uint8Array): void {
  // What is transferred and dropped is freed at once.
  if (whole.delete(piece)) (piece.buffer as ArrayBuffer).transfer(0)
}

/** Writes pieces where `into` takes them, and gives each back once it is taken. Ends and breaks off as `into` does. */
export function givingBack(into: WritableStream<Uint8Array>): WritableStream<Uint8Array> {
  const writer = into.getWriter()
  return new WritableStream<Uint8Array>({
    start(controller) {
      writer.closed.catch((reason) => controller.error(reason))
      // What is being written may never be taken: breaking off cannot wait for it.
      const { signal } = controller
      signal.addEventListener('abort', () => void writer.abort(signal.reason).catch(() => undefined))
    },
    async write(piece) {
      await writer.write(piece)
      givenBack(piece)
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  })
}
