import { Fault } from '../../shared/faults.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** Milliseconds for the whole body to arrive. */
  readonly timeoutMs: number
}

const empty = new Uint8Array(0)

/**
 * The bytes of a request's body. Throws Fault `body_too_large` as soon as that is known, `request_timeout` when they
 * come too slowly, `invalid_request` when the sender breaks off.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (request.body === null) return empty
  const announced = Number(request.headers.get('content-length') ?? NaN)
  if (announced > limits.maxBytes) throw new Fault('body_too_large')
  // A server reads no more than was announced; a body of unknown length is counted as it comes.
  const reading = Number.isInteger(announced)
    ? whole(request)
    : collect(request.body.getReader(), limits.maxBytes)
  try {
    return await inTime(reading, limits.timeoutMs)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('invalid_request', 'The body broke off.', { cause: error })
  }
}

async function whole(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer())
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault('request_timeout')), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > maxBytes) {
      // The rest is not wanted; a sender that is gone already has nothing to cancel.
      reader.cancel().catch(() => {})
      throw new Fault('body_too_large')
    }
    chunks.push(value)
  }
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

const json = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** Escapes of what is no text: halves of surrogate pairs (and whole ones, which then pass), and NUL. */
const suspicious = /\\u(?:d[89a-f]|0000)/i

/** The JSON value of a body. Throws Fault `unsupported_media_type` or `malformed_json`. */
export function parseJson(headers: Headers, bytes: Uint8Array): unknown {
  if (!json.test(headers.get('content-type') ?? '')) throw new Fault('unsupported_media_type')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return suspicious.test(text) ? JSON.parse(text, onlyText) : JSON.parse(text)
  } catch (cause) {
    throw new Fault('malformed_json', undefined, { cause })
  }
}

function onlyText(key: string, value: unknown): unknown {
  for (const text of [key, value]) {
    if (typeof text === 'string' && (text.includes('\0') || !text.isWellFormed())) {
      throw new TypeError('not text')
    }
  }
  return value
}
