/**
 * Hashes passwords in threads of their own, as many at once as there are cores to spare: a flood of sign-ins waits in a
 * line that has an end, and never holds up what else the edge does. ASVS 5.0, 11.4.2; OWASP on storing passwords.
 */
import { timingSafeEqual } from 'node:crypto'
import { utf8 } from '../../../shared/bytes.ts'
import { Fault } from '../../../shared/faults.ts'
import { TooManyRequests } from '../../http/problem.ts'
import type { Argon2Cost, Argon2Input } from './argon2.ts'
import { printPhc, readPhc } from './phc.ts'

/** The least that OWASP names: 19 MiB, two passes, one lane. */
export const usualCost: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 }

const SALT_BYTES = 16
const HASH_BYTES = 32
/** What waits when all threads are busy; the next one is told to come again. */
const MAX_WAITING = 128
const RETRY_SECONDS = 5
const MAX_THREADS = 4

export interface HasherOptions {
  readonly cost: Argon2Cost
  readonly randomBytes: (length: number) => Uint8Array
  /** Threads at most; one fewer than there are cores unless said. */
  readonly threads?: number
  readonly maxWaiting?: number
}

export interface Verdict {
  readonly right: boolean
  /** The hash to store from now on, where the stored one was made at another cost. */
  readonly upgrade: string | null
}

interface Job {
  readonly input: Argon2Input
  readonly resolve: (hash: Uint8Array) => void
  readonly reject: (error: Error) => void
}

export class PasswordHasher {
  readonly #options: HasherOptions
  readonly #threads: number
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  readonly #waiting: Job[] = []
  #closed = false
  #started = 0

  constructor(options: HasherOptions) {
    this.#options = options
    this.#threads = options.threads ??
      Math.max(1, Math.min(MAX_THREADS, navigator.hardwareConcurrency - 1))
  }

  /** How many hashes were begun. */
  get started(): number {
    return this.#started
  }

  /** A PHC string. Throws Fault `too_many_requests` when too many wait already. */
  async hash(password: string): Promise<string> {
    const { cost, randomBytes } = this.#options
    const salt = randomBytes(SALT_BYTES)
    const hash = await this.#run({ ...cost, ...inputOf(password), salt, length: HASH_BYTES })
    return printPhc({ ...cost, salt, hash })
  }

  /**
   * Whether the password is the one. Where there is none to compare with (`null`) it costs the same and is wrong.
   * Throws Fault `too_many_requests` likewise.
   */
  async verify(password: string, stored: string | null): Promise<Verdict> {
    const { cost, randomBytes } = this.#options
    const known = stored === null ? null : readPhc(stored)
    const { memory, passes, lanes, salt, hash } = known ??
      { ...cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
    const made = await this.#run({ ...inputOf(password), memory, passes, lanes, salt, length: hash.length })
    const right = timingSafeEqual(made, hash) && known !== null
    const same = memory === cost.memory && passes === cost.passes && lanes === cost.lanes
    return { right, upgrade: right && !same ? await this.hash(password) : null }
  }

  /** Ends the threads; what waits is refused. */
  close(): void {
    this.#closed = true
    for (const job of [...this.#waiting.splice(0), ...this.#busy.values()]) {
      job.reject(new Fault('unavailable'))
    }
    for (const worker of [...this.#idle.splice(0), ...this.#busy.keys()]) worker.terminate()
    this.#busy.clear()
  }

  /** Throws Fault `too_many_requests` when too many wait already: ask before a guess is paid for. */
  checkRoom(): void {
    if (this.#waiting.length >= (this.#options.maxWaiting ?? MAX_WAITING)) {
      throw new TooManyRequests(RETRY_SECONDS)
    }
  }

  #run(input: Argon2Input): Promise<Uint8Array> {
    if (this.#closed) throw new Fault('unavailable')
    this.checkRoom()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    if (this.#waiting.length === 0) return
    const worker = this.#idle.pop() ?? (this.#busy.size < this.#threads ? this.#start() : undefined)
    if (worker === undefined) return
    const job = this.#waiting.shift() as Job
    this.#busy.set(worker, job)
    this.#started += 1
    worker.postMessage(job.input)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash_worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Uint8Array | null>) => {
      const job = this.#busy.get(worker)
      this.#busy.delete(worker)
      this.#idle.push(worker)
      if (data === null) job?.reject(failure('a password could not be hashed'))
      else job?.resolve(data)
      this.#next()
    }
    // A thread that broke is not used again; the next job starts another.
    worker.onerror = (event) => {
      event.preventDefault()
      const job = this.#busy.get(worker)
      this.#busy.delete(worker)
      worker.terminate()
      job?.reject(failure('a thread for passwords broke'))
      this.#next()
    }
    return worker
  }
}

/** Compatibility forms are made one, so that a password does not depend on the keyboard. NIST SP 800-63B. */
function inputOf(password: string): { readonly password: Uint8Array } {
  return { password: utf8(password.normalize('NFKC')) }
}

function failure(message: string): Fault {
  return new Fault('internal', undefined, { cause: new Error(message) })
}
