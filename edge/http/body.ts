import { Fault } from '../../shared/faults.ts'
import type { Held } from './held.ts'
import { patience } from './patience.ts'

interface BodyLimits {
  readonly maxBytes: number
  /** Milliseconds for the whole body to arrive. */
  readonly timeoutMs: number
  /** What is held of bodies that arrive, by the network that they come from. */
  readonly held: Held
}

const empty = new Uint8Array(0)
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads the bytes of a request's body. */
type BodyReader = (request: Request, network: string) => Promise<Uint8Array>

/**
 * A reader within these limits. It throws Fault `body_too_large` as soon as that is known, `request_timeout` when the
 * bytes come too slowly, `too_many_requests` when too many others arrive from there, `invalid_request` when the sender
 * breaks off.
 */
export function bodyReader({ maxBytes, timeoutMs, held }: BodyLimits): BodyReader {
  const inTime = within(timeoutMs)
  return async (request, network) => {
    if (request.body === null) return empty
    const announced = Number(request.headers.get('content-length') ?? NaN)
    if (announced > maxBytes) throw new Fault('body_too_large')
    const arrived = held.take(network, Number.isInteger(announced) ? announced : maxBytes)
    // A server reads no more than was announced; a body of unknown length is counted as it comes.
    const reading = Number.isInteger(announced) ? whole(request) : collect(request.body.getReader(), maxBytes)
    try {
      return await inTime(reading)
    } catch (error) {
      if (error instanceof Fault) throw error
      throw new Fault('invalid_request', 'The body broke off.', { cause: error })
    } finally {
      arrived()
    }
  }
}

/** Rejects with `request_timeout` what takes longer than `timeoutMs`. */
function within(timeoutMs: number): <T>(work: Promise<T>) => Promise<T> {
  const later = patience(timeoutMs)
  return (work) =>
    new Promise((resolve, reject) => {
      const done = later(() => reject(new Fault('request_timeout')))
      work.then(resolve, reject).finally(done)
    })
}

async function whole(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer())
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
