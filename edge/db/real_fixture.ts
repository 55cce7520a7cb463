/** A libSQL server that is not ours, for the suites of the storage: faults are made by what stands in front of it. */
import { cp } from 'node:fs/promises'
import { type Client, createClient } from '@libsql/client/web'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { native } from '../primitives.ts'
import { faulty, type HranaServer, serve } from './faulty_fixture.ts'
import { loadMigrations, migrate, migrationsFolder } from './migrate.ts'
import { openRemote } from './remote.ts'

/** Passes on what arrives, to a database whose address may have a path. */
function serveBefore(url: string, token: string | null, close: () => Promise<void>): HranaServer {
  const base = url.replace(/^libsql:/, 'https:').replace(/\/$/, '')
  return serve(faulty({
    token,
    close,
    answer: async (request, body) => {
      const { pathname } = new URL(request.url)
      const authorization = request.headers.get('authorization')
      const response = await fetch(base + pathname, {
        method: request.method,
        headers: {
          ...(authorization === null ? {} : { authorization }),
          ...(body === null ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      })
      const type = response.headers.get('content-type')
      return new Response(await response.arrayBuffer(), {
        status: response.status,
        ...(type === null ? {} : { headers: { 'content-type': type } }),
      })
    },
  }))
}

/** Stands in a database that tests may empty. */
const MARK = 'sallyport_tests'

/**
 * The one database that there is at the address, emptied. Throws when it holds tables that are not of tests: nobody's
 * data is lost because of a wrong address.
 */
export async function emptied(url: string, token: string | null): Promise<HranaServer> {
  const client = createClient({ url, ...(token === null ? {} : { authToken: token }) })
  const names = async (type: string) => {
    const args = [type]
    const sql =
      "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_litestream%' AND name NOT LIKE 'libsql_%'"
    return (await client.execute({ sql, args })).rows.map(({ name }) => String(name))
  }
  const tables = await names('table')
  if (tables.length > 0 && !tables.includes(MARK)) {
    throw new Error(`the database holds tables that are not of tests: ${tables.slice(0, 3).join(', ')} …`)
  }
  await drop(client, { TRIGGER: await names('trigger'), TABLE: tables.filter((name) => name !== MARK) })
  await client.execute(`CREATE TABLE IF NOT EXISTS ${MARK} (id INTEGER PRIMARY KEY) STRICT`)
  client.close()
  return serveBefore(url, token, async () => {})
}

async function drop(client: Client, things: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const statements = Object.entries(things).flatMap(([type, names]) =>
    names.map((name) => `DROP ${type} "${name}"`)
  )
  // Servers mind foreign keys between tables that go together.
  if (statements.length > 0) await client.batch(['PRAGMA defer_foreign_keys = ON', ...statements], 'write')
}

/**
 * Starts the server's program – libSQL's own is called `sqld` – on an empty database in the folder. It listens on
 * loopback, and wants a token that is signed by a key of this run.
 */
export async function startProgram(
  program: string,
  folder: string,
  options: { readonly migrated?: boolean } = {},
): Promise<HranaServer> {
  if (options.migrated === true) await copyTemplate(program, `${folder}/server`)
  const seed = native.randomBytes(32)
  const keyFile = `${folder}/token_key`
  await Deno.writeTextFile(keyFile, base64Url(native.ed25519.publicKey(seed)))
  const port = freePort()
  const child = new Deno.Command(program, {
    args: [
      ...['--db-path', `${folder}/server`, '--http-listen-addr', `127.0.0.1:${port}`],
      ...['--auth-jwt-key-file', keyFile, '--no-welcome'],
    ],
    stdin: 'null',
    stdout: 'null',
    stderr: 'null',
  }).spawn()
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(`${url}/health`))) await new Promise((resolve) => setTimeout(resolve, 10))
  const header = base64Url(utf8(JSON.stringify({ alg: 'EdDSA', typ: 'JWT' })))
  const signed = `${header}.${base64Url(utf8(JSON.stringify({ a: 'rw' })))}`
  const token = `${signed}.${base64Url(native.ed25519.sign(seed, utf8(signed)))}`
  return serveBefore(url, token, async () => {
    child.kill('SIGKILL')
    await child.status
  })
}

/** Of a server that was stopped after its database was migrated: every further one starts on a copy. */
let template: Promise<string> | undefined

async function copyTemplate(program: string, to: string): Promise<void> {
  template ??= makeTemplate(program)
  await cp(await template, to, { recursive: true })
}

async function makeTemplate(program: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: 'sallyport-template-' })
  globalThis.addEventListener('unload', () => Deno.removeSync(folder, { recursive: true }))
  await using server = await startProgram(program, folder)
  const storage = openRemote({ url: server.url, token: server.token })
  await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: 0 })
  await storage.close()
  return `${folder}/server`
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function freePort(): number {
  const listener = Deno.listen({ port: 0, hostname: '127.0.0.1' })
  const { port } = listener.addr as Deno.NetAddr
  listener.close()
  return port
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
