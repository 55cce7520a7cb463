/** A MariaDB server of its own for a test file, in a folder that goes with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2'
import { config } from './config.ts'

const programs = { server: 'mariadbd', install: 'mariadb-install-db' }

export const noMariadb: string | false =
  Object.values(programs).every((program) =>
      spawnSync('sh', ['-c', `command -v ${program}`], { env: path() }).status === 0
    )
    ? false
    : 'MariaDB is not installed here'

function path(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
}

export interface Mariadb extends AsyncDisposable {
  readonly port: number
  readonly socket: string
  readonly password: string
  readonly folder: string
  url(database: string, user?: string): string
  /** Statements as the administrator; rows of the last one, every value as text. */
  run(...statements: readonly string[]): Promise<(string | null)[][]>
  start(): Promise<void>
  /** `kill`: as a power cut, for the process. */
  stop(how?: 'TERM' | 'KILL'): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface MariadbOptions {
  /** As mariadbd takes them: `--local-infile=0`. */
  readonly settings?: readonly string[]
  /** PEM of a server certificate and its key. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string }
}

const password = 'p@ss/word'

export const configOf = (url: string, more: object = {}) => config.parse({ url, ...more })

export async function startMariadb(options: MariadbOptions = {}): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mariadb-'))
  const data = join(folder, 'data')
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const made = spawnSync(programs.install, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ], { env: path(), encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stdout}${made.stderr}`)
  const socket = join(folder, 's')
  const port = await freePort()
  const log = join(folder, 'server.log')
  const first = join(folder, 'first.sql')
  writeFileSync(
    first,
    `alter user root@localhost identified by '${password}';\n` +
      `create or replace user root@'127.0.0.1' identified by '${password}';\n` +
      `grant all on *.* to root@'127.0.0.1' with grant option;\n` +
      `delete from mysql.global_priv where user = '';\nflush privileges;\n`,
  )
  const tls = options.tls === undefined ? [] : tlsSettings(folder, options.tls)
  let child: ChildProcess | null = null
  const start = async () => {
    const out = openSync(log, 'a')
    child = spawn(programs.server, [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--init-file=${first}`,
      '--innodb-buffer-pool-size=64M',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-name-resolve',
      ...user,
      ...tls,
      ...(options.settings ?? []),
    ], { env: path(), stdio: ['ignore', out, out] })
    closeSync(out)
    await ready({ port, child, log })
  }
  const stop = async (how: 'TERM' | 'KILL' = 'TERM') => {
    const going = child
    child = null
    if (going === null || going.exitCode !== null || going.signalCode !== null) return
    const gone = new Promise((resolve) => going.once('exit', resolve))
    going.kill(`SIG${how}`)
    await gone
  }
  await start()
  return {
    port,
    socket,
    password,
    folder,
    url: (database, name = 'root') =>
      `mysql://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    run: (...statements) => run(port, statements),
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('KILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function tlsSettings(folder: string, tls: NonNullable<MariadbOptions['tls']>): string[] {
  return (['ca', 'certificate', 'key'] as const).map((part) => {
    const file = join(folder, `${part}.pem`)
    writeFileSync(file, tls[part])
    return `--ssl-${part === 'certificate' ? 'cert' : part}=${file}`
  })
}

/** The port opens before the first statements have run: ready is who lets us in. */
async function ready(
  { port, child, log }: { port: number; child: ChildProcess; log: string },
): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    try {
      await run(port, ['select 1'])
      return
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) {
        throw new Error(`mariadbd: ${readFileSync(log, 'utf8').slice(-2000)}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** On a connection of its own; the driver's own path for data is not what is tested here. */
async function run(port: number, statements: readonly string[]): Promise<(string | null)[][]> {
  const connection = createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    password,
    charset: 'utf8mb4_bin',
    rowsAsArray: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    typeCast: (field) => field.string(),
  })
  try {
    let last: unknown = []
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject)
      connection.connect((error) => error ? reject(error) : resolve())
    })
    for (const sql of statements) {
      last = await new Promise((resolve, reject) =>
        connection.query(sql, (error, rows) => error ? reject(error) : resolve(rows))
      )
    }
    return Array.isArray(last) ? last as (string | null)[][] : []
  } finally {
    connection.destroy()
  }
}
