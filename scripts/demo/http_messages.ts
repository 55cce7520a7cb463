/** Reads recorded HTTP/1.1 (RFC 9112) back into messages, so that bodies can be searched as their readers saw them. */
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'

export interface Message {
  /** Request or status line. */
  readonly start: string
  /** Lower-case name → value; repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** De-chunked, as coded as it travelled. */
  readonly body: Buffer
  /** False where the connection ended before the message did. */
  readonly whole: boolean
}

const CRLF2 = Buffer.from('\r\n\r\n')

interface Body {
  readonly body: Buffer
  readonly next: number
  readonly whole: boolean
}

/** RFC 9112 §7.1; chunk extensions are dropped, trailers are read past (the raw recording still has both). */
function chunked(bytes: Buffer, from: number): Body {
  const parts: Buffer[] = []
  let at = from
  const cut = () => ({ body: Buffer.concat(parts), next: bytes.length, whole: false })
  for (;;) {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return cut()
    const text = bytes.toString('latin1', at, end).split(';')[0]?.trim() ?? ''
    if (!/^[0-9a-f]+$/i.test(text)) throw new Error(`not a chunk size: ${JSON.stringify(text)}`)
    const size = parseInt(text, 16)
    at = end + 2
    if (size === 0) {
      for (;;) {
        const line = bytes.indexOf('\r\n', at)
        if (line < 0) return cut()
        if (line === at) return { body: Buffer.concat(parts), next: at + 2, whole: true }
        at = line + 2
      }
    }
    parts.push(bytes.subarray(at, Math.min(at + size, bytes.length)))
    if (at + size + 2 > bytes.length) return cut()
    at += size + 2
  }
}

function bodyOf(bytes: Buffer, from: number, headers: ReadonlyMap<string, string>, response: boolean): Body {
  if (headers.get('transfer-encoding')?.toLowerCase().split(',').at(-1)?.trim() === 'chunked') {
    return chunked(bytes, from)
  }
  const length = headers.get('content-length')
  if (length === undefined) {
    // RFC 9112 §6.3: a response without a length ends with its connection, a request without one has no body.
    const next = response ? bytes.length : from
    return { body: bytes.subarray(from, next), next, whole: true }
  }
  const next = Math.min(from + Number(length), bytes.length)
  return { body: bytes.subarray(from, next), next, whole: next === from + Number(length) }
}

function readHead(text: string): { start: string; headers: Map<string, string> } {
  const [start = '', ...lines] = text.split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return { start, headers }
}

/**
 * The messages of one direction of one connection. `methods` are those of the requests that a list of responses
 * answers: the answer to HEAD has no body. Throws on what is not HTTP: a search must not pass over it in silence.
 */
export function readMessages(bytes: Buffer, methods: readonly string[] | null): Message[] {
  const out: Message[] = []
  let answered = 0
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(CRLF2, at)
    if (end < 0) {
      out.push({ ...readHead(bytes.toString('latin1', at)), body: Buffer.alloc(0), whole: false })
      break
    }
    const { start, headers } = readHead(bytes.toString('latin1', at, end))
    const response = methods !== null
    if (!(response ? /^HTTP\/1\.[01] \d{3}( |$)/ : /^[A-Z]+ \S+ HTTP\/1\.[01]$/).test(start)) {
      throw new Error(`not HTTP/1.1: ${JSON.stringify(start.slice(0, 80))}`)
    }
    const status = response ? Number(start.split(' ')[1]) : 0
    const interim = status >= 100 && status < 200
    const method = response && !interim ? methods[answered++] : undefined
    const empty = interim || status === 204 || status === 304 || method === 'HEAD'
    const { body, next, whole } = empty
      ? { body: Buffer.alloc(0), next: end + 4, whole: true }
      : bodyOf(bytes, end + 4, headers, response)
    out.push({ start, headers, body, whole })
    at = next
  }
  return out
}

export const methodOf = (message: Message) => message.start.split(' ')[0] ?? ''

/** Undoes Content-Encoding. A body that was cut off is read as far as it goes; throws where nothing can be read. */
export function decoded(message: Message): Buffer {
  const codings = (message.headers.get('content-encoding') ?? '').toLowerCase().split(',').map((one) =>
    one.trim()
  )
  return codings.reverse().reduce(
    (body, coding) => body.length === 0 ? body : undo(coding, body),
    message.body,
  )
}

function undo(coding: string, body: Buffer): Buffer {
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH }
  switch (coding) {
    case '':
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, zlib)
    case 'deflate':
      // RFC 9110 §8.4.1.2 means zlib; some senders leave its header out.
      return (body.readUInt8(0) & 0x0f) === 8 && body.length > 1 && body.readUInt16BE(0) % 31 === 0
        ? inflateSync(body, zlib)
        : inflateRawSync(body, zlib)
    case 'br':
      return brotliDecompressSync(body, { finishFlush: constants.BROTLI_OPERATION_FLUSH })
    case 'zstd':
      return zstdDecompressSync(body)
    default:
      throw new Error(`unknown Content-Encoding ${coding}`)
  }
}
