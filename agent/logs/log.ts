/**
 * The agent's own log: JSON lines in its folder, one file a run and one for the agent itself. It leaves this machine
 * only sealed to readers, and where policy says so (`relay.ts`). What the engine and drivers say is written here, with the secrets of the run taken out.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder } from '../files.ts'
import { Redactor } from '../../shared/redact.ts'

export const levels = ['error', 'warn', 'info', 'debug'] as const
export type Level = (typeof levels)[number]

/** Facts beside the message. A value that is an Error is written with its code, message, stack and causes. */
export type Fields = Readonly<Record<string, unknown>>

export interface Log {
  write(level: Level, message: string, fields?: Fields): void
  /** From now on these are taken out of every line. */
  hide(secrets: Iterable<string>): void
}

export interface RunLog extends Log, Disposable {
  readonly path: string
  /** What has been written since it was opened, at most so many bytes from its end, by whole lines. */
  written(mostBytes: number): string
}

interface Options {
  readonly folder: string
  readonly level: Level
  readonly now: () => number
}

const keptRuns = 500

export function openRunLog(runId: string, options: Options): RunLog {
  return new FileLog(runPath(options.folder, runId), options)
}

export function openAgentLog(options: Options): RunLog {
  return new FileLog(join(options.folder, 'agent.log'), options)
}

/** The lines of a run's log, or null when this agent has none. */
export function readRunLog(folder: string, runId: string): string | null {
  const path = runPath(folder, runId)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

/** Removes the logs of the oldest runs, so that a busy agent does not fill its disk. */
export function trimRunLogs(folder: string, keep = keptRuns): void {
  const place = join(folder, 'runs')
  if (!existsSync(place)) return
  const logs = readdirSync(place).filter((name) => name.endsWith('.log')).map((name) => {
    const path = join(place, name)
    return { path, at: statSync(path).mtimeMs }
  })
  logs.sort((a, b) => b.at - a.at)
  for (const { path } of logs.slice(keep)) rmSync(path, { force: true })
}

function runPath(folder: string, runId: string): string {
  // Run ids come from the edge: one that is not an id must not become a path.
  if (!/^[0-9a-f-]{36}$/.test(runId)) throw new TypeError('not a run id')
  return join(folder, 'runs', `${runId}.log`)
}

class FileLog implements RunLog {
  readonly path: string
  readonly #file: number
  readonly #level: number
  readonly #now: () => number
  readonly #redactor = new Redactor()
  /** Where what this attempt writes begins: the file may have earlier attempts. */
  readonly #start: number
  #closed = false

  constructor(path: string, { level, now }: Options) {
    makePrivateFolder(join(path, '..'))
    this.path = path
    this.#file = openSync(path, 'a', 0o600)
    this.#start = fstatSync(this.#file).size
    this.#level = levels.indexOf(level)
    this.#now = now
  }

  hide(secrets: Iterable<string>): void {
    this.#redactor.add(secrets)
  }

  write(level: Level, message: string, fields: Fields = {}): void {
    if (this.#closed || levels.indexOf(level) > this.#level) return
    const time = new Date(this.#now()).toISOString()
    const line = JSON.stringify({ time, level, message, ...plain(fields) })
    this.#append(this.#redactor.write(line + '\n'))
  }

  written(mostBytes: number): string {
    if (!this.#closed) this.#append(this.#redactor.end())
    const { size } = statSync(this.path)
    const from = Math.max(this.#start, size - mostBytes)
    const bytes = Buffer.alloc(Math.max(0, size - from))
    const file = openSync(this.path, 'r')
    try {
      for (let at = 0; at < bytes.length;) {
        at += readSync(file, bytes, at, bytes.length - at, from + at) || bytes.length
      }
    } finally {
      closeSync(file)
    }
    const cut = from > this.#start ? bytes.indexOf(10) + 1 : 0
    return bytes.subarray(cut).toString('utf8')
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    this.#append(this.#redactor.end())
    closeSync(this.#file)
  }

  #append(text: string): void {
    if (text !== '') writeSync(this.#file, text)
  }
}

function plain(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, describe(value)]))
}

function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return typeof value === 'bigint' ? String(value) : value
  const { name, message, stack, cause } = value
  const code = 'code' in value ? String(value.code) : undefined
  return { name, code, message, stack, cause: cause === undefined ? undefined : describe(cause) }
}
