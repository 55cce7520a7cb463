/**
 * AWS for tests: moto, a server from PyPI that answers like Secrets Manager, S3, STS and IAM, installed once into a
 * folder of the project's own; and a proxy in front of it that says what the real ones say on a bad day.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../postgres.ts'
import { root } from '../suites.ts'

const requirements = join(root, 'scripts', 'system', 'moto_requirements.txt')
const cache = join(root, 'node_modules', '.cache')

/** Of exactly these versions: another list is another folder. */
function place(): string {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  return join(cache, `moto-${digest}`)
}

/** Installs it where it is not there yet. A machine without Python or without PyPI skips the tests. */
export function installMoto(): void {
  if (existsSync(place())) return
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, 'moto-draft-'))
  console.error('Installing moto …')
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
  ]
  const { status } = spawnSync('python3', [...pip, '--target', draft, '-r', requirements], {
    stdio: 'inherit',
  })
  if (status === 0 && !existsSync(place())) renameSync(draft, place())
  else rmSync(draft, { recursive: true, force: true })
}

/** Why tests that need it cannot run, or false. */
export const withoutMoto: string | false = existsSync(place())
  ? false
  : 'moto is not installed: npm run test:all installs it where there is Python with pip'

/** An answer in the service's place; null lets the request through. */
export type Interference = (request: { readonly operation: string; readonly path: string }) => Response | null

export interface Moto extends AsyncDisposable {
  /** Past the proxy. */
  readonly direct: string
  /** Environment that leads the SDK to the proxy, as an account that may do everything. */
  readonly env: Readonly<Record<string, string>>
  /** Every request is shown to it, until the next call; null lets all through. */
  interfere(what: Interference | null): void
  /** Operations that came since the last look, in order: `GetSecretValue`, `PUT /bucket/key`. */
  asked(): string[]
}

export async function startMoto(options: { readonly env?: Record<string, string> } = {}): Promise<Moto> {
  const port = await freePort()
  const direct = `http://127.0.0.1:${port}`
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: place(), ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const orphan = () => server.kill('SIGKILL')
  process.once('exit', orphan)
  await listening(server)
  let interference: Interference | null = null
  let asked: string[] = []
  const inTurn = turns()
  const proxy = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname: path, search } = new URL(request.url)
      const operation = request.headers.get('x-amz-target')?.split('.').at(-1) ?? `${request.method} ${path}`
      asked.push(operation)
      const body = await request.arrayBuffer()
      const answer = interference?.({ operation, path }) ?? null
      if (answer !== null) return answer
      const { method, headers } = request
      headers.delete('host')
      // moto compares and stores in two steps; S3 does in one.
      return await inTurn(() =>
        fetch(`${direct}${path}${search}`, { method, headers, body: body.byteLength ? body : null })
      )
    },
  })
  return {
    direct,
    env: credentials(`http://127.0.0.1:${proxy.port}`),
    interfere: (what) => (interference = what),
    asked: () => {
      const were = asked
      asked = []
      return were
    },
    async [Symbol.asyncDispose]() {
      await proxy.stop(true)
      server.kill('SIGTERM')
      process.off('exit', orphan)
    },
  }
}

const credentials = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_REGION: 'eu-central-1',
})

function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.on('data', (piece) => {
      said = (said + piece).slice(-4000)
      if (said.includes('Running on')) resolve()
    })
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`moto ended with ${code}: ${said}`)))
  })
}

/** What Secrets Manager documents for a caller who may not, or who is too fast. */
export function secretsRefusal(type: 'AccessDeniedException' | 'ThrottlingException'): Response {
  const message = type === 'AccessDeniedException'
    ? 'User: arn:aws:iam::123456789012:user/somebody is not authorized to perform: secretsmanager:GetSecretValue'
    : 'Rate exceeded'
  return Response.json({ __type: type, Message: message }, {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
  })
}

/** What S3 documents for a caller who may not, or who is too fast. */
export function objectsRefusal(code: 'AccessDenied' | 'SlowDown'): Response {
  const message = code === 'AccessDenied' ? 'Access Denied' : 'Please reduce your request rate.'
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return new Response(body, {
    status: code === 'AccessDenied' ? 403 : 503,
    headers: { 'content-type': 'application/xml' },
  })
}
