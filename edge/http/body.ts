import { Fault } from '../../shared/faults.ts'

interface BodyLimits {
  readonly maxBytes: number
  /** Milliseconds for the whole body to arrive. */
  readonly timeoutMs: number
}

const empty = new Uint8Array(0)
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads the bytes of a request's body. */
type BodyReader = (request: Request) => Promise<Uint8Array>

/**
 * A reader within these limits. It throws Fault `body_too_large` as soon as that is known, `request_timeout` when the
 * bytes come too slowly, `invalid_request` when the sender breaks off.
 */
export function bodyReader({ maxBytes, timeoutMs }: BodyLimits): BodyReader {
  const inTime = patience(timeoutMs)
  return async (request) => {
    if (request.body === null) return empty
    const announced = Number(request.headers.get('content-length') ?? NaN)
    if (announced > maxBytes) throw new Fault('body_too_large')
    // A server reads no more than was announced; a body of unknown length is counted as it comes.
    const reading = Number.isInteger(announced) ? whole(request) : collect(request.body.getReader(), maxBytes)
    try {
      return await inTime(reading)
    } catch (error) {
      if (error instanceof Fault) throw error
      throw new Fault('invalid_request', 'The body broke off.', { cause: error })
    }
  }
}

async function whole(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer())
}

/** Work that is waited for, until a moment of `performance.now()`. */
interface Wait {
  readonly until: number
  readonly late: () => void
}

/**
 * Rejects with `request_timeout` what takes longer than `timeoutMs`. One timer for all that wait: one each would cost
 * more than it takes to read most bodies.
 */
function patience(timeoutMs: number): <T>(work: Promise<T>) => Promise<T> {
  const waits = new Set<Wait>()
  let watched = false
  const watch = (delayMs: number) => {
    watched = true
    setTimeout(() => {
      const now = performance.now()
      // In the order of their moments, since all wait equally long.
      for (const wait of waits) {
        if (wait.until > now) return watch(wait.until - now)
        waits.delete(wait)
        wait.late()
      }
      watched = false
    }, delayMs)
  }
  return (work) =>
    new Promise((resolve, reject) => {
      const late = () => reject(new Fault('request_timeout'))
      const wait = { until: performance.now() + timeoutMs, late }
      waits.add(wait)
      if (!watched) watch(timeoutMs)
      work.then(resolve, reject).finally(() => waits.delete(wait))
    })
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

/**
 * Escapes of what is no text: halves of surrogate pairs (and whole ones, which then pass), and NUL. And the one key
 * that nobody has a use for here, in whatever spelling: an object that has it as its own cannot be compared, and a
 * check of its length, if it says to have one, would throw.
 */
const suspicious = /\\u(?:d[89a-f]|00)|"toString"/i

/**
 * The text of a body of JSON, for the library to parse. Throws Fault `unsupported_media_type` when it does not say
 * what it is (what it says is the library's to check), `malformed_json` where it is not text.
 */
export function textOf(headers: Headers, bytes: Uint8Array): string {
  if (!headers.has('content-type')) throw new Fault('unsupported_media_type')
  try {
    const text = decoder.decode(bytes)
    if (suspicious.test(text)) JSON.parse(text, onlyText)
    return text
  } catch (cause) {
    throw new Fault('malformed_json', undefined, { cause })
  }
}

function onlyText(key: string, value: unknown): unknown {
  if (key === 'toString') throw new TypeError('a key that makes a value deceive')
  for (const text of [key, value]) {
    if (typeof text === 'string' && (text.includes('\0') || !text.isWellFormed())) {
      throw new TypeError('not text')
    }
  }
  return value
}
