/** A libSQL server for edges that are processes of their own: that of the tests, or a real one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { deno } from '../e2e/edge_process.ts'
import { until } from '../e2e/until.ts'
import { freePort } from '../postgres.ts'
import { root } from '../suites.ts'

type Value = string | number | null

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly token: string
}

export interface Database extends Server {
  /** One statement, as the database's owner could send it; its rows by column. */
  sql(text: string, parameters?: readonly Value[]): Promise<Readonly<Record<string, Value>>[]>
  /** What goes wrong from now on, as in edge/db/faulty_fixture.ts. Only of the tests' own. */
  faults(change: Readonly<Record<string, number>>): Promise<void>
}

function ending(child: ChildProcess): () => Promise<void> {
  const orphan = () => child.kill('SIGKILL')
  process.once('exit', orphan)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return async () => {
    child.kill('SIGKILL')
    await ended
    process.off('exit', orphan)
  }
}

/** The server of the tests as a process of its own. */
async function startFixture(folder: string): Promise<Server & Pick<Database, 'faults'>> {
  const token = 'token-of-tests'
  const program = join('edge', 'db', 'hrana_main_fixture.ts')
  const args = [
    'run',
    '--no-prompt',
    '--no-check',
    '--cached-only',
    '-A',
    program,
    join(folder, 'remote.db'),
    token,
  ]
  const child = spawn(deno(), args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const end = ending(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the database ended')
    return JSON.parse(value) as { url: string }
  }
  const { url } = await next()
  return {
    url,
    token,
    async faults(change) {
      child.stdin.write(`${JSON.stringify(change)}\n`)
      await next()
    },
    [Symbol.asyncDispose]: end,
  }
}

/** libSQL's own server on an empty database, for whoever has a token that a key of this run has signed. */
async function startReal(folder: string, program: string): Promise<Server> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const keyFile = join(folder, 'token_key')
  writeFileSync(keyFile, publicKey.export({ format: 'jwk' }).x as string)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ a: 'rw' })}`
  const token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
  const port = await freePort()
  const where = ['--db-path', join(folder, 'server'), '--http-listen-addr', `127.0.0.1:${port}`]
  const child = spawn(program, [...where, '--auth-jwt-key-file', keyFile, '--no-welcome'], {
    stdio: 'ignore',
  })
  const end = ending(child)
  const url = `http://127.0.0.1:${port}`
  await until(() => fetch(`${url}/health`).then(({ ok }) => ok, () => false), 'the libSQL server')
  return { url, token, [Symbol.asyncDispose]: end }
}

/** `program`: of a real server; the fixture unless given. */
export async function startDatabase(folder: string, program: string | null = null): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const server = program === null ? await startFixture(folder) : await startReal(folder, program)
  return {
    faults: () => Promise.reject(new Error('a real server has no faults on demand')),
    ...server,
    sql: (text, parameters = []) => execute(server, text, parameters),
  }
}

async function execute(server: Server, sql: string, parameters: readonly Value[]) {
  const args = parameters.map((value) =>
    value === null
      ? { type: 'null' }
      : typeof value === 'string'
      ? { type: 'text', value }
      : { type: 'integer', value: String(value) }
  )
  // A server that misbehaves does so to us too.
  const first = await until(() => answered(server, { sql, args }), sql, 20)
  const { cols, rows } = first.response.result
  return rows.map((row) => Object.fromEntries(row.map((value, at) => [cols[at]?.name ?? '', plain(value)])))
}

async function answered({ url, token }: Server, stmt: unknown): Promise<Answered | null> {
  try {
    const response = await fetch(`${url}/v3/pipeline`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ requests: [{ type: 'execute', stmt }, { type: 'close' }] }),
    })
    const [first] = ((await response.json()) as { results: Answered[] }).results
    return first?.type === 'ok' ? first : null
  } catch {
    return null
  }
}

interface Wire {
  readonly type: string
  readonly value?: string
}

interface Answered {
  readonly type: string
  readonly response: {
    readonly result: { readonly cols: readonly { readonly name: string }[]; readonly rows: Wire[][] }
  }
}

function plain({ type, value }: Wire): Value {
  if (type === 'null' || value === undefined) return null
  return type === 'integer' ? Number(value) : value
}
