/** A real MariaDB for tests and measurements, from Debian's package, in a folder of its own and gone afterwards. */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, unprivileged } from './postgres.ts'

const found = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim()

/** Why what needs it cannot run, or false. */
export const withoutMariadb: string | false = found('mariadbd') !== '' && found('mariadb') !== ''
  ? false
  : 'MariaDB is not installed: npm run test:all installs it where this is Debian and we may'

export interface Mariadb extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly socket: string
  /** Runs statements as root, by the client that comes with the server; what it prints, tab-separated. */
  run(sql: string): string
  /** Ends the server as a crash would, and resolves once it is gone. */
  kill(): Promise<void>
  /** Starts it again on the same data and port. */
  start(): Promise<void>
}

const password = 'mariadb'

interface Place {
  readonly folder: string
  readonly data: string
  readonly socket: string
  readonly log: string
}

type Who = { uid: number; gid: number } | null

function install({ data }: Place, who: Who): void {
  const flags = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]
  const { status, stderr } = spawnSync('mariadb-install-db', flags, { ...(who ?? {}), encoding: 'utf8' })
  if (status !== 0) throw new Error(`mariadb-install-db: ${stderr.slice(-2000)}`)
}

function ask({ socket }: Place, sql: string, secret = password): string {
  const client = spawnSync('mariadb', ['--no-defaults', `--socket=${socket}`, '-u', 'root', '-N', '-B'], {
    input: sql,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', MYSQL_PWD: secret },
    maxBuffer: 1 << 30,
  })
  if (client.status !== 0) throw new Error(`mariadb: ${client.stderr.slice(-2000)}`)
  return client.stdout
}

/** `settings`: as on mariadbd's command line, without the dashes: `local_infile=0`. */
export async function startMariadb(settings: readonly string[] = []): Promise<Mariadb> {
  if (withoutMariadb) throw new Error(withoutMariadb)
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mariadb-'))
  const who = unprivileged()
  if (who) chownSync(folder, who.uid, who.gid)
  chmodSync(folder, 0o755)
  const [data = '', socket = '', log = ''] = ['data', 'server.sock', 'server.log'].map((name) =>
    join(folder, name)
  )
  const place = { folder, data, socket, log }
  const port = await freePort()
  install(place, who)
  const own = [`--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, `--log-error=${log}`]
  const flags = [
    ...own,
    '--bind-address=127.0.0.1',
    '--innodb-log-file-size=512M',
    ...settings.map((one) => `--${one}`),
  ]
  let server: ReturnType<typeof spawn> | null = null
  const start = async (secret = password) => {
    server = spawn('mariadbd', ['--no-defaults', ...flags], { ...(who ?? {}), stdio: 'ignore' })
    const died = new Promise<never>((_, reject) => {
      server?.once('exit', () => reject(new Error(`mariadbd: ${readFileSync(log, 'utf8').slice(-2000)}`)))
    })
    died.catch(() => undefined)
    await Promise.race([answering(() => ask(place, 'select 1', secret)), died])
  }
  const kill = async () => {
    const gone = new Promise<void>((resolve) => server?.once('exit', () => resolve()))
    server?.kill('SIGKILL')
    await gone
  }
  await start('')
  ask(place, accounts, '')
  const orphan = () => void server?.kill('SIGKILL')
  process.once('exit', orphan)
  return {
    host: '127.0.0.1',
    port,
    user: 'root',
    password,
    socket,
    run: (sql) => ask(place, sql),
    kill,
    start: () => start(),
    async [Symbol.asyncDispose]() {
      process.off('exit', orphan)
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const accounts =
  `set password for root@localhost = password('${password}'); delete from mysql.global_priv where user = '';
  create or replace user root@'127.0.0.1' identified by '${password}';
  grant all on *.* to root@'127.0.0.1' with grant option;
  create database bench character set utf8mb4`

/** Asks until there is an answer: the server says on no channel of ours that it listens. */
async function answering(ask: () => unknown): Promise<void> {
  for (;;) {
    try {
      return void ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
