/** The edge as a process of its own: Deno with named permissions, on an embedded database in a folder. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../postgres.ts'
import { root } from '../suites.ts'

export interface EdgeOptions {
  /** Database, setup token, master keys and log go here. */
  readonly folder: string
  /** What agents sign as the authority; the edge's own address unless there is a proxy in front of it. */
  readonly publicUrl?: string
  readonly port?: number
  /** Where edge/, shared/ and migrations/ are; this checkout unless given. */
  readonly code?: string
  /** What runs in place of `edge/main.ts`. */
  readonly program?: string
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** What it may reach besides itself: `127.0.0.1:25`. */
  readonly reach?: readonly string[]
}

/** For what asks as fast as it can by one token, which nobody else does. */
export const withoutRates = { SALLYPORT_RATE_PRINCIPAL: 'off' } as const

export interface EdgeProcess extends AsyncDisposable {
  readonly port: number
  /** Its own address, past any proxy. */
  readonly url: string
  readonly database: string
  readonly setupTokenFile: string
  /** Everything that it wrote to its standard output and error, all starts together. */
  readonly log: string
  readonly pid: number
  /** SIGTERM: it drains, closes its database and ends. */
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Again, on the same folder and port; by other code where it is given. */
  start(code?: string): Promise<void>
}

/** The program itself: what npm links to may be a script around it, which would take the signals. */
export function deno(): string {
  const program = join(root, 'node_modules', 'deno', process.platform === 'win32' ? 'deno.exe' : 'deno')
  return existsSync(program) ? program : join(root, 'node_modules', '.bin', 'deno')
}

function permissions(
  { folder, reach = [] }: EdgeOptions,
  { port, code }: { readonly port: number; readonly code: string },
): string[] {
  const modules = join(root, 'node_modules')
  return [
    `--allow-net=${[`127.0.0.1:${port}`, ...reach].join()}`,
    '--allow-env=SALLYPORT_*,OTEL_*,LIBSQL_JS_DEV',
    `--allow-read=${folder},${join(code, 'migrations')},${modules},${
      join(code, 'edge', 'console', 'assets')
    },${join(code, 'edge', 'auth', 'accounts')}`,
    `--allow-write=${folder}`,
    '--allow-sys=cpus,networkInterfaces,hostname',
    `--allow-ffi=${join(modules, '@libsql')}`,
  ]
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })

/** Resolves when the process says that it listens; throws with what it said when it ends before. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (piece) => {
      said = (said + piece).slice(-20_000)
      if (said.includes('"listening"')) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the edge ended with ${code}: ${said.slice(-4000)}`)))
  })
}

export async function startEdge(options: EdgeOptions): Promise<EdgeProcess> {
  const { folder } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const port = options.port ?? await freePort()
  const url = `http://127.0.0.1:${port}`
  const database = join(folder, 'sallyport.db')
  const log = join(folder, 'edge.log')
  let child: ChildProcess | null = null
  // Nobody is left behind when the caller ends without disposing.
  const orphan = () => child?.kill('SIGKILL')
  const start = async (code = options.code ?? root) => {
    child = spawn(deno(), [
      'run',
      '--no-prompt',
      '--cached-only',
      ...permissions(options, { port, code }),
      options.program ?? join('edge', 'main.ts'),
    ], {
      cwd: code,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        SALLYPORT_PORT: String(port),
        SALLYPORT_PUBLIC_URL: options.publicUrl ?? url,
        SALLYPORT_DATABASE_URL: `file:${database}`,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const file = createWriteStream(log, { flags: 'a', mode: 0o600 })
    child.stdout?.pipe(file, { end: false })
    child.stderr?.pipe(file, { end: false })
    child.once('close', () => file.end())
    await listening(child)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child === null) return
    child.kill(signal)
    await ended(child)
  }
  await start()
  process.once('exit', orphan)
  return {
    port,
    url,
    database,
    setupTokenFile: join(folder, 'setup_token'),
    log,
    get pid() {
      return child?.pid ?? 0
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM')
      process.off('exit', orphan)
    },
  }
}
