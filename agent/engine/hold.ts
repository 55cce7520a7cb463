/** The parent's side of the hold: one child process for one restowed stream. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../shared/faults.ts'
import type { HoldReply, HoldSetup } from './hold_child.ts'

/** The hidden first word of the binary's command line that makes it a hold. */
export const HOLD_WORD = '__hold'

export type HoldRows = readonly (readonly (string | null)[])[]

export interface Hold extends AsyncDisposable {
  readonly folder: string
  /**
   * Runs one statement, with `values` for its `$1`, `$2`, …. Throws a Fault; its cause is what DuckDB said, which may
   * quote a value.
   */
  run(sql: string, values?: readonly string[]): Promise<HoldRows>
  /** Rejects when the child has gone, for whatever reason but disposal. */
  readonly gone: Promise<never>
  /** False once it has gone or has been told to go. */
  readonly alive: boolean
  readonly peakRssBytes: number
  /** Ends the child at once, whatever it is doing. */
  kill(): void
}

/** How this very program is started again. */
function self(): readonly [program: string, ...args: string[]] {
  // The very file that this process runs, also when an upgrade has put another one in its place.
  const own = `/proc/${process.pid}/exe`
  if (Bun.isStandaloneExecutable) return [existsSync(own) ? own : process.execPath, HOLD_WORD]
  return [process.execPath, fileURLToPath(new URL('../main.ts', import.meta.url)), HOLD_WORD]
}

/** What the child gets of the environment: no secret that a connection might refer to. */
function childEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {
    // Blocking reads of FIFOs fill the work pool, whose size is fixed at exec.
    UV_THREADPOOL_SIZE: '16',
  }
  for (
    const name of ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'XDG_CACHE_HOME', 'SALLYPORT_NATIVE_FOLDER']
  ) {
    const value = process.env[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}

export async function startHold(setup: HoldSetup): Promise<Hold> {
  const [program, ...args] = self()
  const child = spawn(program, args, {
    cwd: setup.folder,
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const hold = new HoldProcess(child, setup.folder)
  try {
    await hold.send(setup)
  } catch (error) {
    await hold[Symbol.asyncDispose]()
    throw error
  }
  return hold
}

class HoldProcess implements Hold {
  readonly folder: string
  readonly gone: Promise<never>
  alive = true
  peakRssBytes = 0
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #waiting: { resolve: (reply: HoldReply) => void } | null = null
  #complaint = ''
  #disposed = false

  constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.folder = folder
    const { promise, reject } = Promise.withResolvers<never>()
    this.gone = promise
    this.gone.catch(() => undefined)
    this.#exited = new Promise((resolve) => {
      const end = (error?: Error) => {
        this.alive = false
        if (!this.#disposed) reject(this.#death(error))
        resolve()
      }
      child.once('error', end)
      child.once('exit', () => end())
    })
    child.stdin?.on('error', () => undefined)
    child.stderr?.on('data', (chunk) => (this.#complaint = (this.#complaint + chunk).slice(-4000)))
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const reply = JSON.parse(line) as HoldReply
      this.peakRssBytes = Math.max(this.peakRssBytes, reply.rssBytes)
      this.#waiting?.resolve(reply)
      this.#waiting = null
    })
  }

  #death(error?: Error): Fault {
    const how = error
      ? 'could not start'
      : `ended (${this.#child.signalCode ?? this.#child.exitCode ?? 'unknown'})`
    return new Fault('hold_failed', `The hold ${how}.`, { cause: error ?? new Error(this.#complaint) })
  }

  async send(message: object): Promise<HoldRows> {
    const { promise, resolve } = Promise.withResolvers<HoldReply>()
    this.#waiting = { resolve }
    this.#child.stdin?.write(JSON.stringify(message) + '\n')
    const reply = await Promise.race([promise, this.gone])
    if ('rows' in reply) return reply.rows
    throw reply.code === null ? faultOf(reply.error) : new Fault(reply.code, reply.error)
  }

  run(sql: string, values?: readonly string[]): Promise<HoldRows> {
    return this.send({ sql, ...(values === undefined ? {} : { values }) })
  }

  kill(): void {
    this.alive = false
    this.#child.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    this.kill()
    await this.#exited
  }
}

/** What our own SQL raises: `sallyport:<code>:<column index>`. */
const own = /sallyport:([a-z_]+):(\d+)/

/** Names the kind of failure; the text itself stays in the cause. */
function faultOf(text: string): Fault {
  const cause = new Error(text)
  const raised = own.exec(text)
  if (raised) return new CellFault(Number(raised[2]), cause)
  if (/out of memory|failed to allocate/i.test(text)) {
    return new Fault('hold_memory', undefined, { cause })
  }
  if (/maximum line size|buffer_size|max_line_size|full read on this file/i.test(text)) {
    return new Fault('value_too_large', undefined, { cause })
  }
  if (/no space left|disk full|could not write/i.test(text)) {
    return new Fault('disk_full', undefined, { cause })
  }
  if (/unicode|utf-?8/i.test(text)) return new Fault('value_refused', 'A text is not UTF-8.', { cause })
  if (/parquet|thrift|snappy|zstd|magic bytes/i.test(text)) {
    return new Fault('file_invalid', 'The file is not Parquet, or is damaged.', { cause })
  }
  return new Fault('hold_failed', undefined, { cause })
}

/** A value that does not come back from its type as it went in. */
export class CellFault extends Fault {
  readonly column: number

  constructor(column: number, cause: unknown) {
    super('value_refused', undefined, { cause })
    this.column = column
  }
}
