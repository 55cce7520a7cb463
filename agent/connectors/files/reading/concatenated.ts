/** Streams of lines behind one another. */

const LF = 10

/** Each part ends in a line feed, so that the next one begins a line. `ended` is called once all have been read. */
export function concatenated(
  parts: readonly (() => ReadableStream<Uint8Array>)[],
  ended: () => void,
): ReadableStream<Uint8Array> {
  const waiting = [...parts]
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  let last = LF
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (true) {
        reader ??= waiting.shift()?.().getReader() ?? null
        if (!reader) {
          ended()
          return controller.close()
        }
        const { done, value } = await reader.read()
        if (!done) {
          last = value.at(-1) ?? last
          return controller.enqueue(value)
        }
        reader = null
        if (last === LF) continue
        last = LF
        if (waiting.length > 0) return controller.enqueue(new Uint8Array([LF]))
      }
    },
    async cancel(reason) {
      await reader?.cancel(reason)
    },
  }, { highWaterMark: 0 })
}
