/** An edge's reply as it may be read: so large, so slow and no more, and no redirect to anywhere. */
import { Fault } from '../../shared/faults.ts'

/** The largest replies are relayed logs of a run with many attempts. */
export const MAX_REPLY_BYTES = 64 * 1024 * 1024
/** Silence in the middle of a reply. */
const idleMs = 30_000

export interface ReplyLimits {
  /** Infinity for what is written away as it comes: an export is as long as history. */
  readonly mostBytes: number
  readonly idleMs?: number
  /** Told when the reply has ended, however. */
  readonly onEnd: () => void
}

/** The same reply, its body watched. Throws `edge_unexpected` on a redirect, and on one that says it is too large. */
export function watched(response: Response, limits: ReplyLimits): Response {
  const { status, statusText, headers, body } = response
  const refuse = (why: string) => {
    limits.onEnd()
    body?.cancel().catch(() => undefined)
    return new Fault('edge_unexpected', `The edge ${why}.`)
  }
  if (status >= 300 && status < 400) throw refuse('answers with a redirect, which nothing here follows')
  if (Number(headers.get('content-length') ?? 0) > limits.mostBytes) {
    throw refuse('answers with more than is read')
  }
  if (body === null) {
    limits.onEnd()
    return response
  }
  return new Response(watchedBody(body, limits), { status, statusText, headers })
}

function watchedBody(
  body: ReadableStream<Uint8Array>,
  { mostBytes, onEnd, idleMs: longest = idleMs }: ReplyLimits,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  const fail = (error: unknown): Fault => {
    onEnd()
    reader.cancel().catch(() => undefined)
    if (error instanceof Fault) return error
    return new Fault('edge_unreachable', 'The edge stopped in the middle of an answer.', { cause: error })
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await soon(reader.read(), longest)
        if (done) {
          onEnd()
          return controller.close()
        }
        bytes += value.byteLength
        if (bytes > mostBytes) throw new Fault('edge_unexpected', 'The edge answers with more than is read.')
        controller.enqueue(value)
      } catch (error) {
        controller.error(fail(error))
      }
    },
    async cancel(reason) {
      onEnd()
      await reader.cancel(reason)
    },
  })
}

async function soon<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Fault('edge_unreachable', 'The edge went silent in the middle of an answer.')),
    ms,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
