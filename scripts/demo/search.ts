/**
 * Looks for secrets in everything that the edge has: its database and write-ahead log, its logs, and the recorded
 * traffic between it and the world.
 */
import { Database } from 'bun:sqlite'
import { copyFileSync, createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decoded, methodOf, readMessages } from './http_messages.ts'
import type { Message } from './http_messages.ts'
import { scan, Scanner } from './needles.ts'
import type { Finding, Needle } from './needles.ts'

/** One thing to search. `name` says what it is; `path` is a file. */
export interface Place {
  readonly kind: 'database' | 'file'
  readonly name: string
  readonly path: string
}

/** Both directions of one recorded connection. */
export interface Recording {
  readonly kind: 'recording'
  readonly name: string
  /** From client to edge. */
  readonly up: string
  /** From edge to client. */
  readonly down: string
}

export interface Searched {
  readonly findings: readonly Finding[]
  /** Bytes looked at, decoded ones counted again. */
  readonly bytes: number
}

/** Bytes of a file at a time. */
const PIECE_BYTES = 1 << 20

/** The bytes of a file as they lie there, in pieces: free pages, torn frames and all. */
export async function searchFile(
  needles: readonly Needle[],
  place: { readonly name: string; readonly path: string },
  pieceBytes = PIECE_BYTES,
): Promise<Searched> {
  const scanner = new Scanner(needles, place.name)
  let bytes = 0
  for await (const piece of createReadStream(place.path, { highWaterMark: pieceBytes })) {
    const chunk = piece as Buffer
    scanner.push(chunk)
    bytes += chunk.length
  }
  return { findings: scanner.findings, bytes }
}

/**
 * Every value of every table, as the database reads it: a value longer than a page lies scattered over the file, and
 * a secret across two of its pages is in no run of bytes there.
 */
function searchCells(needles: readonly Needle[], place: Place): Searched {
  // A copy: opening a database with a write-ahead log beside it writes to both.
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-search-'))
  const copy = join(folder, 'copy.db')
  copyFileSync(place.path, copy)
  if (existsSync(`${place.path}-wal`)) copyFileSync(`${place.path}-wal`, `${copy}-wal`)
  const database = new Database(copy)
  const findings: Finding[] = []
  let bytes = 0
  try {
    const tables = database.query("select name from sqlite_master where type = 'table' order by name").all()
    for (const { name } of tables as { name: string }[]) {
      const scanner = new Scanner(needles, `${place.name}, table ${name}`)
      for (const row of database.query(`select * from "${name.replaceAll('"', '""')}"`).iterate()) {
        // A separator, so that two values are never read as one.
        const cells = Object.values(row as Record<string, unknown>).flatMap((value) => [
          value instanceof Uint8Array ? value : Buffer.from(`${value}`),
          Buffer.from('\n'),
        ])
        const line = Buffer.concat(cells)
        scanner.push(line)
        bytes += line.length
      }
      findings.push(...scanner.findings)
    }
  } finally {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { findings, bytes }
}

function searchBodies(needles: readonly Needle[], messages: readonly Message[], name: string): Searched {
  const findings: Finding[] = []
  let bytes = 0
  messages.forEach((message, index) => {
    const body = decoded(message)
    findings.push(...scan(needles, `${name}, body ${index + 1} (${message.start})`, body))
    bytes += body.length
  })
  return { findings, bytes }
}

async function searchRecording(needles: readonly Needle[], recording: Recording): Promise<Searched> {
  const { name, up, down } = recording
  const raw = [
    await searchFile(needles, { name: `${name}, to the edge`, path: up }),
    await searchFile(needles, { name: `${name}, from the edge`, path: down }),
  ]
  const requests = readMessages(readFileSync(up), null)
  const responses = readMessages(readFileSync(down), requests.map(methodOf))
  return sum([
    ...raw,
    searchBodies(needles, requests, `${name}, to the edge`),
    searchBodies(needles, responses, `${name}, from the edge`),
  ])
}

function sum(parts: readonly Searched[]): Searched {
  return {
    findings: parts.flatMap((part) => part.findings),
    bytes: parts.reduce((total, part) => total + part.bytes, 0),
  }
}

/** Searches one place in every way that its kind has. Nothing may write to it meanwhile. */
export async function searchPlace(needles: readonly Needle[], place: Place | Recording): Promise<Searched> {
  if (place.kind === 'recording') return await searchRecording(needles, place)
  const raw = await searchFile(needles, place)
  return place.kind === 'database' ? sum([raw, searchCells(needles, place)]) : raw
}
