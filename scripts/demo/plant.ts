/**
 * The proof that the search would find a leak: canaries in copies of every place that is searched, in every
 * encoding, written by other code than the one that looks for them.
 */
import { Database } from 'bun:sqlite'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { needlesFor, textSecret } from './needles.ts'
import { searchPlace } from './search.ts'
import type { Place, Recording } from './search.ts'

/** Its base64 differs from its base64url wherever it begins. */
export const CANARY = 'canary ~~~???>>> Grüße ~~~???>>> "yranac"'

const CRLF = '\r\n'

/** As somebody would write it who leaks a text of which the canary is a part. */
const leaks: Readonly<Record<string, (canary: string) => Buffer>> = {
  'raw': (canary) => Buffer.from(`before ${canary} after`),
  'hex': (canary) => Buffer.from(Buffer.from(`x${canary}x`).toString('hex')),
  'HEX': (canary) => Buffer.from(Buffer.from(`x${canary}x`).toString('hex').toUpperCase()),
  'base64, 0 before': (canary) => Buffer.from(Buffer.from(`${canary}?`).toString('base64')),
  'base64, 1 before': (canary) => Buffer.from(Buffer.from(`1${canary}`).toString('base64')),
  'base64, 2 before': (canary) => Buffer.from(Buffer.from(`12${canary}??`).toString('base64')),
  'base64url, 0 before': (canary) => Buffer.from(Buffer.from(`123${canary}`).toString('base64url')),
  'base64url, 1 before': (canary) => Buffer.from(Buffer.from(`1234${canary}?`).toString('base64url')),
  'base64url, 2 before': (canary) => Buffer.from(Buffer.from(`12345${canary}`).toString('base64url')),
  'utf-16le': (canary) => Buffer.from(`x${canary}x`, 'utf16le'),
  'utf-16be': (canary) => Buffer.from(`x${canary}x`, 'utf16le').swap16(),
  'json': (canary) => Buffer.from(JSON.stringify({ leak: canary })),
  'percent': (canary) => Buffer.from(`/?leak=${encodeURIComponent(canary)}`),
}

export const encodings = Object.keys(leaks)

/** Every encoding, one a piece. Line feeds stand between them: no encoding contains one. */
const everyLeak = () => encodings.map((encoding) => leaks[encoding]?.(CANARY) ?? Buffer.alloc(0))
const onePage = () => Buffer.concat(everyLeak().flatMap((leak) => [leak, Buffer.from('\n')]))

const codings: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  'identity': (body) => body,
  'gzip': (body) => gzipSync(body),
  'deflate': (body) => deflateSync(body),
  'deflate ': (body) => deflateRawSync(body),
  'br': (body) => brotliCompressSync(body),
  'zstd': (body) => zstdCompressSync(body),
  'gzip, br': (body) => brotliCompressSync(gzipSync(body)),
}

/** Chunks so small that no needle survives the framing in one piece. */
function inChunks(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += 7) {
    const piece = body.subarray(at, at + 7)
    parts.push(Buffer.from(piece.length.toString(16) + CRLF), piece, Buffer.from(CRLF))
  }
  return Buffer.concat([...parts, Buffer.from(`0${CRLF}${CRLF}`)])
}

/** Each content coding once with a length and once in chunks. */
function plantedMessages(start: string): Buffer {
  const messages = Object.entries(codings).flatMap(([coding, encode]) => {
    const body = encode(onePage())
    const name = `Content-Encoding: ${coding.trim()}${CRLF}`
    return [
      Buffer.from(`${start}${CRLF}${name}Content-Length: ${body.length}${CRLF}${CRLF}`),
      body,
      Buffer.from(`${start}${CRLF}${name}Transfer-Encoding: chunked${CRLF}${CRLF}`),
      inChunks(body),
    ]
  })
  return Buffer.concat(messages)
}

/** A head that leaks: headers are bytes like others, but for line breaks. */
function plantedHead(start: string): Buffer {
  const lines = everyLeak().flatMap((leak) => [Buffer.from('X-Leak: '), leak, Buffer.from(CRLF)])
  return Buffer.concat([Buffer.from(start + CRLF), ...lines, Buffer.from(`Content-Length: 0${CRLF}${CRLF}`)])
}

const bodies = Object.keys(codings).length * 2

interface Planted {
  readonly copy: Place | Recording
  /** Where each encoding must turn up. */
  readonly places: readonly string[]
}

function plantRecording({ name, up, down }: Recording, folder: string): Planted {
  const copy: Recording = { kind: 'recording', name, up: join(folder, 'up'), down: join(folder, 'down') }
  for (
    const [from, to, start] of [[up, copy.up, 'PUT / HTTP/1.1'], [
      down,
      copy.down,
      'HTTP/1.1 200 OK',
    ]] as const
  ) {
    writeFileSync(to, Buffer.concat([plantedHead(start), plantedMessages(start), readFileSync(from)]))
  }
  const sides = [['to', 'PUT / HTTP/1.1'], ['from', 'HTTP/1.1 200 OK']] as const
  const places = sides.flatMap(([side, start]) => [
    `${name}, ${side} the edge`,
    // The planted head is the first message.
    ...Array.from(
      { length: bodies },
      (_, index) => `${name}, ${side} the edge, body ${index + 2} (${start})`,
    ),
  ])
  return { copy, places }
}

function plantFile({ kind, name, path }: Place, folder: string): Planted {
  const copy = join(folder, 'copy')
  const bytes = readFileSync(path)
  const middle = bytes.length >> 1
  writeFileSync(copy, Buffer.concat([bytes.subarray(0, middle), onePage(), bytes.subarray(middle)]))
  return { copy: { kind, name, path: copy }, places: [name] }
}

/** Rows in a new table: once in the main file, once long enough that every canary lies across pages. */
function plantDatabase({ name, path }: Place, folder: string): Planted {
  const copy = join(folder, 'copy.db')
  copyFileSync(path, copy)
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
  const database = new Database(copy)
  database.run('create table planted_short (value blob)')
  database.run('create table planted_long (value blob)')
  for (const leak of everyLeak()) {
    database.run('insert into planted_short values (?)', [leak])
    // 4,084 bytes of payload fit a page: at 20-byte steps some copy of the leak is cut in two.
    database.run('insert into planted_long values (?)', [Buffer.concat([Buffer.alloc(4084 * 3 - 20), leak])])
  }
  database.run('pragma wal_checkpoint(truncate)')
  database.close()
  const places = [name, `${name}, table planted_short`, `${name}, table planted_long`]
  return { copy: { kind: 'database', name, path: copy }, places }
}

function plant(place: Place | Recording, folder: string): Planted {
  mkdirSync(folder, { recursive: true })
  if (place.kind === 'recording') return plantRecording(place, folder)
  return place.kind === 'database' ? plantDatabase(place, folder) : plantFile(place, folder)
}

export interface Control {
  /** Canaries planted: places (heads, bodies, files, tables) times encodings. */
  readonly planted: number
  /** `place: encoding` of each that the search passed over. */
  readonly missed: readonly string[]
}

/** Plants every encoding in a copy of every place, below `folder`, and searches the copies. */
export async function control(places: readonly (Place | Recording)[], folder: string): Promise<Control> {
  const needles = needlesFor([textSecret('canary', CANARY)])
  const missed: string[] = []
  let planted = 0
  for (const [index, place] of places.entries()) {
    const { copy, places: expected } = plant(place, join(folder, String(index)))
    const { findings } = await searchPlace(needles, copy)
    const found = new Set(findings.map((finding) => `${finding.place}: ${finding.encoding}`))
    for (const where of expected) {
      for (const encoding of encodings) {
        planted++
        if (!found.has(`${where}: ${encoding}`)) missed.push(`${where}: ${encoding}`)
      }
    }
  }
  return { planted, missed }
}
