/**
 * One way out to the edge: signs or bears a token, tries again what may be tried again, and follows no redirect.
 * Clock, randomness and network are arguments.
 */
import { errno } from '../files.ts'
import { Fault } from '../../shared/faults.ts'
import { MAX_REPLY_BYTES, watched } from './reply.ts'

export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Headers
}

/** Adds who is calling to the headers. Called anew for every attempt: a signature is good for one. */
export type Authorize = (outgoing: Outgoing) => void | Promise<void>

export interface TransportOptions {
  readonly authorize: Authorize
  readonly network?: typeof fetch
  /** [0, 1) */
  readonly random?: () => number
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Attempts in all. */
  readonly attempts?: number
  /** Which requests do no harm when they arrive twice: by default a GET, and what has an Idempotency-Key. */
  readonly repeatable?: (request: Request) => boolean
  /** Until an answer is there, and until it has ended unless it is written away as it comes; 40 s unless given. */
  readonly timeoutMs?: number
  /** Largest answer that is read, but for what is written away as it comes. */
  readonly mostBytes?: number
}

const longestMs = 40_000
const firstDelayMs = 200
const longestDelayMs = 5_000
const LONGEST_WAIT_SECONDS = 30
/** Answers that another attempt may mend. Everything else is final. */
const transient: readonly number[] = [429, 502, 503, 504]

/** Full jitter: uniform over [0, min(cap, base · 2^attempt)), so that a herd does not come back as one. */
export function backoffMs(attempt: number, random: () => number, capMs = longestDelayMs): number {
  return random() * Math.min(capMs, firstDelayMs * 2 ** attempt)
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** A fetch for openapi-fetch. Throws `edge_unreachable` when no attempt got an answer; an aborted one its reason. */
export function transport(options: TransportOptions): (request: Request) => Promise<Response> {
  const { authorize, random = Math.random, attempts = 4, repeatable = harmless } = options
  const pause = options.sleep ?? sleep
  return async (request) => {
    const { method, signal } = request
    const url = new URL(request.url)
    const body = new Uint8Array(await request.arrayBuffer())
    const most = repeatable(request) ? attempts : 1
    for (let attempt = 0;; attempt++) {
      const headers = new Headers(request.headers)
      await authorize({ method, url, body, headers })
      const last = attempt + 1 >= most
      const answer = await once({ method, url, body, headers }, options, signal)
      if (answer instanceof Response && (last || !maySoonMend(answer))) return answer
      if (answer instanceof Fault && last) throw answer
      if (answer instanceof Response) await answer.body?.cancel()
      await pause(Math.max(waitOf(answer), backoffMs(attempt, random)), signal)
      signal.throwIfAborted()
    }
  }
}

function harmless({ method, headers }: Request): boolean {
  return method === 'GET' || headers.has('idempotency-key')
}

/** What is as long as history is read as it comes, and ends when nothing comes any more. */
const endless: readonly string[] = ['/v1/audit/export']

async function once(
  out: Outgoing,
  { network = fetch, timeoutMs = longestMs, mostBytes = MAX_REPLY_BYTES }: TransportOptions,
  signal: AbortSignal,
): Promise<Response | Fault> {
  const { method, url, body, headers } = out
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('', 'TimeoutError')), timeoutMs)
  const onEnd = () => clearTimeout(timer)
  try {
    const response = await network(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
      ...(body.length > 0 ? { body } : {}),
    })
    if (!endless.includes(url.pathname)) return watched(response, { mostBytes, idleMs: timeoutMs, onEnd })
    onEnd()
    return watched(response, { mostBytes: Infinity, onEnd: () => undefined })
  } catch (error) {
    onEnd()
    signal.throwIfAborted()
    if (error instanceof Fault) throw error
    return new Fault('edge_unreachable', `${url.origin} does not answer (${reason(error, timeoutMs)}).`, {
      cause: error,
    })
  }
}

/** Whether it is worth while to wait: not for tomorrow, when the runs of today are used up. */
function maySoonMend(answer: Response): boolean {
  return transient.includes(answer.status) && secondsOf(answer) <= LONGEST_WAIT_SECONDS
}

/** Milliseconds that the edge asks to wait, at most 30 s. */
export function waitOf(answer: Response | Fault): number {
  return answer instanceof Response ? Math.min(LONGEST_WAIT_SECONDS, secondsOf(answer)) * 1000 : 0
}

function secondsOf(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}

function reason(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `no answer within ${timeoutMs / 1000} s`
  }
  const code = errno(error)
  return code === 'unknown' && error instanceof Error ? error.name : code
}
