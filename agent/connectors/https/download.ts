/**
 * A file from a web server, whole or not at all: as long as the server said, no longer than allowed, with the digest
 * that it gave (RFC 9530). A body that breaks off is continued where its strong ETag says that it is still the same.
 */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { faultOf, faultOfStatus } from './errors.ts'

/** In which at least `leastBytes` have to come: a server must not hold a run for ever by a byte now and then. */
const windowMs = 60_000
const leastBytes = 16_384
/** Left free on the disk of the run's folder, for everything else that lives there. */
const reserveBytes = 1 << 30
const lookEveryBytes = 64 << 20
const mostContinuations = 3

export interface Download {
  /** Asks for the body, with these headers besides. */
  readonly ask: (headers: Readonly<Record<string, string>>) => Promise<Response>
  /** Where to; must not exist. */
  readonly path: string
  /** The stream, as faults call it. */
  readonly name: string
  readonly host: string
  readonly mostBytes: number | null
  readonly signal: AbortSignal
  /** 60 s unless given. */
  readonly windowMs?: number
  /** 1 GiB unless given. */
  readonly reserveBytes?: number
}

interface State {
  readonly file: FileHandle
  hash: Hash
  bytes: number
  /** Strong, or null: then nothing can be continued. */
  etag: string | null
}

/** Throws a Fault; what it has written by then is of no use. */
export async function download(wanted: Download): Promise<void> {
  const file = await open(wanted.path, 'wx', 0o600).catch((error) =>
    Promise.reject(faultOf(error, wanted.host))
  )
  const state: State = { file, hash: createHash('sha256'), bytes: 0, etag: null }
  try {
    for (let attempt = 0;; attempt++) {
      try {
        return await receive(wanted, state)
      } catch (error) {
        wanted.signal.throwIfAborted()
        const fault = faultOf(error, wanted.host)
        const broken = fault.code === 'connection_lost' && state.etag !== null
        if (!broken || attempt >= mostContinuations) throw fault
      }
    }
  } finally {
    await file.close()
  }
}

async function receive(wanted: Download, state: State): Promise<void> {
  const { name, host, mostBytes } = wanted
  const continued = state.bytes > 0 && state.etag !== null
  const response = await wanted.ask(
    continued ? { range: `bytes=${state.bytes}-`, 'if-range': state.etag as string } : {},
  )
  const from = startOf(response, { name, state, continued })
  if (from === 0) await restart(state)
  const etag = response.headers.get('etag')
  state.etag = etag !== null && etag.startsWith('"') ? etag : null
  const length = lengthOf(response, name)
  if (mostBytes !== null && length !== null && from + length > mostBytes) throw tooLarge(mostBytes)
  await checkSpace(wanted, length ?? 0)
  const before = state.bytes
  let looked = before
  for await (const chunk of chunksOf(response, wanted)) {
    state.bytes += chunk.byteLength
    if (state.bytes - looked > lookEveryBytes) {
      looked = state.bytes
      await checkSpace(wanted, 0)
    }
    if (mostBytes !== null && state.bytes > mostBytes) throw tooLarge(mostBytes)
    if (length !== null && state.bytes - before > length) throw lengthDiffers(host)
    state.hash.update(chunk)
    await state.file.writeFile(chunk)
  }
  if (length !== null && state.bytes - before !== length) throw lengthDiffers(host)
  checkDigest(response, { hash: state.hash, name })
}

/** Where the body begins: 0, or where the last one broke off. Throws when the answer is no content. */
function startOf(
  response: Response,
  { name, state, continued }: { name: string; state: State; continued: boolean },
): number {
  if (response.status === 200) return 0
  if (response.status !== 206 || !continued) throw faultOfStatus(response.status, name)
  const range = response.headers.get('content-range') ?? ''
  const same = response.headers.get('etag') === state.etag
  if (same && range.startsWith(`bytes ${state.bytes}-`)) return state.bytes
  throw new Fault('source_failed', `The server continues "${name}" with something else.`)
}

async function restart(state: State): Promise<void> {
  if (state.bytes === 0) return
  await state.file.truncate(0)
  state.hash = createHash('sha256')
  state.bytes = 0
}

/** Null where the body says itself when it ends. Throws where nothing would tell that it was cut off. */
function lengthOf({ headers, status }: Response, name: string): number | null {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') {
    throw new Fault('source_failed', `The server sends "${name}" as ${encoding}, which was not asked for.`)
  }
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return null
  const length = headers.get('content-length')
  if (length !== null && /^\d{1,15}$/.test(length)) return Number(length)
  if (status === 204) return 0
  throw new Fault('source_failed', `The server does not say how long "${name}" is.`)
}

/** Throws `disk_full` when so many bytes more would leave too little to others. */
async function checkSpace(
  { path, reserveBytes: reserve = reserveBytes }: Download,
  bytes: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path))
  if (bavail * bsize < bytes + reserve) {
    throw new Fault(
      'disk_full',
      'The disk of the run’s folder has no room for the file and all else that needs it.',
    )
  }
}

async function* chunksOf(response: Response, wanted: Download): AsyncGenerator<Uint8Array> {
  const { signal, windowMs: ms = windowMs } = wanted
  const reader = response.body?.getReader()
  if (reader === undefined) return
  let began = performance.now()
  let bytes = 0
  try {
    while (true) {
      const { done, value } = await soon(reader.read(), wanted)
      signal.throwIfAborted()
      if (done) return
      bytes += value.byteLength
      if (performance.now() - began > ms) {
        if (bytes < leastBytes) throw tooSlow(wanted)
        began = performance.now()
        bytes = 0
      }
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function soon<T>(work: Promise<T>, wanted: Download): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(tooSlow(wanted)), wanted.windowMs ?? windowMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow({ host }: Download): Fault {
  return new Fault('connection_lost', `${host} has gone silent in the middle of a file, or nearly so.`)
}

function tooLarge(most: number): Fault {
  return new Fault('bytes_over_limit', `The file is larger than ${most} bytes.`)
}

function lengthDiffers(host: string): Fault {
  return new Fault('connection_lost', `${host} sends another length than it says.`)
}

/** `Repr-Digest` (RFC 9530 §3) is of the whole file, also where only a part of it was sent. */
function checkDigest({ headers }: Response, { hash, name }: { hash: Hash; name: string }): void {
  const said = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/.exec(headers.get('repr-digest') ?? '')?.[1]
  if (said === undefined || said === hash.copy().digest('base64')) return
  throw new Fault('source_failed', `"${name}" is not what the digest of the server says.`)
}
