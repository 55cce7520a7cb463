/** The compiled binary, started as people start it: in a folder of its own, with a home and nothing else around. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, linkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../suites.ts'
import type { Json } from './tampering_proxy.ts'

export interface Ended {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed as its last line; null when it printed none. */
  readonly value: Json
  /** Code of the error on stderr, for calls with `--json`. */
  readonly code: string | null
}

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  /** Everything on stderr so far. */
  said(): string
  /** Resolves once stderr matches; throws when the process ends before. */
  says(pattern: RegExp): Promise<RegExpMatchArray>
  readonly ended: Promise<Ended>
}

export interface Binary {
  readonly path: string
  readonly home: string
  /** Runs a command to its end. */
  call(args: readonly string[], options?: CallOptions): Promise<Ended>
  start(args: readonly string[], options?: CallOptions): Started
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Puts the binary into `folder`, out of reach of the checkout's packages. `home` is its SALLYPORT_HOME. */
export function placeBinary(folder: string, built = join(root, 'dist', 'sallyport')): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'sallyport')
  try {
    linkSync(built, path)
  } catch {
    copyFileSync(built, path)
  }
  return path
}

function lastJson(text: string): Json {
  const line = text.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function codeIn(stderr: string): string | null {
  for (const line of stderr.split('\n').reverse()) {
    const match = /^\{"error":\{"code":"([a-z_]+)"/.exec(line)
    if (match) return match[1] ?? null
  }
  return null
}

export function binaryAt(path: string, home: string, env: Readonly<Record<string, string>> = {}): Binary {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const start = (args: readonly string[], options: CallOptions = {}): Started => {
    const child = spawn(path, args, {
      cwd: options.cwd ?? home,
      // Nothing of the caller's: the binary finds what it needs in its own folder, or not at all.
      env: { PATH: '/usr/bin:/bin', SALLYPORT_HOME: home, NO_COLOR: '1', ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (piece) => (stdout += piece))
    child.stderr.on('data', (piece) => (stderr += piece))
    const orphan = () => child.kill('SIGKILL')
    process.once('exit', orphan)
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exit) => {
        process.off('exit', orphan)
        resolve({ exit, stdout, stderr, value: lastJson(stdout), code: codeIn(stderr) })
      })
    })
    const says = (pattern: RegExp) =>
      new Promise<RegExpMatchArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stderr)
          if (match) resolve(match)
        }
        look()
        child.stderr.on('data', look)
        ended.then(
          ({ exit }) => reject(new Error(`it ended with ${exit} before: ${stderr.slice(-2000)}`)),
          reject,
        )
      })
    return { child, pid: child.pid ?? 0, said: () => stderr, says, ended }
  }
  return { path, home, start, call: (args, options) => start(args, options).ended }
}
