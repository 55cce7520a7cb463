/** A real edge with a real mail server beside it, and Chromium: what the console's tests stand on. */
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'
import { freePort } from '../postgres.ts'

const program = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
export const skip = program === undefined ? 'Chromium is not installed: apt-get install chromium' : false

export interface ConsoleWorld extends AsyncDisposable {
  readonly url: string
  readonly edge: EdgeProcess
  /** Requests of every page that went anywhere, and what browsers complained about. */
  readonly asked: string[]
  readonly complaints: string[]
  /** A browser of its own: no cookie of another. */
  visitor(options?: { readonly dark?: boolean; readonly width?: number }): Promise<Visitor>
  /** Of the next mail to that address that nobody has read: the link in it. */
  link(to: string): Promise<string>
  /** The setup token's tenant: a token of its owner, and who that is. */
  readonly owner: { readonly token: string; readonly member: string; readonly tenant: string }
}

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
}

interface Mail {
  readonly to: string
  readonly text: string
}

/** Takes every mail; `take` resolves with the next one to an address. */
class MailBox {
  readonly #mails: Mail[] = []
  readonly #waiting = new Set<() => void>()
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        const text = plain(Buffer.concat(pieces).toString('utf8'))
        for (const { address } of session.envelope.rcptTo) this.#mails.push({ to: address, text })
        for (const look of this.#waiting) look()
        done()
      })
    },
  })

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
  }

  take(to: string): Promise<Mail> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no mail to ${to} within 30 s`)), 30_000)
      const look = () => {
        const at = this.#mails.findIndex((mail) => mail.to === to && mail.text.includes('/console/'))
        if (at === -1) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(this.#mails.splice(at, 1)[0] as Mail)
      }
      this.#waiting.add(look)
      look()
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

/** Quoted-printable undone, RFC 2045 section 6.7. */
function plain(text: string): string {
  return text.replaceAll(/=\r?\n/g, '').replaceAll(
    /=([0-9A-F]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  )
}

/** `reach` and `env`: what else the edge may ask, and is told. */
export async function consoleWorld(
  { reach = [], env = {} }: Pick<Parameters<typeof startEdge>[0], 'reach' | 'env'> = {},
): Promise<ConsoleWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-console-'))
  const mails = new MailBox()
  const [port, smtp] = [await freePort(), await freePort()]
  await mails.listen(smtp)
  const url = `http://localhost:${port}`
  const edge = await startEdge({
    folder,
    port,
    publicUrl: url,
    reach: [`127.0.0.1:${smtp}`, ...reach],
    env: {
      ...env,
      SALLYPORT_SMTP_URL: `smtp://127.0.0.1:${smtp}`,
      SALLYPORT_MAIL_FROM: 'Sallyport <edge@example.com>',
    },
  })
  const browser = await chromium.launch({ executablePath: program as string, args: ['--no-sandbox'] })
  const asked: string[] = []
  const complaints: string[] = []
  return {
    url,
    edge,
    asked,
    complaints,
    owner: await setUp(url, readFileSync(edge.setupTokenFile, 'utf8').trim()),
    visitor: (options = {}) => visitor(browser, { ...options, asked, complaints }),
    async link(to) {
      const { text } = await mails.take(to)
      const found = /https?:\/\/[^\s"<>]+\/console\/\w+#[\w-]+/.exec(text)?.[0]
      if (found === undefined) throw new Error(`there is no link in the mail to ${to}`)
      return found
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await edge[Symbol.asyncDispose]()
      await mails.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function setUp(url: string, setupToken: string) {
  const tenant = '0193509f-6e00-7000-8000-000000000001'
  const answer = await call(url, 'POST /v1/setup', {
    token: setupToken,
    body: { tenant: { id: tenant, name: 'Acme Analytics' }, person: { name: 'Ada Lovelace' } },
  })
  return { token: answer['token'] as string, member: (answer['member'] as { id: string }).id, tenant }
}

/** A call of the API by a program. Throws what it answers unless that is a reply. */
export async function call(
  url: string,
  target: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Record<string, unknown>> {
  const [method = '', path = ''] = target.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = await answer.json() as Record<string, unknown>
  if (!answer.ok) throw new Error(`${target}: ${JSON.stringify(json)}`)
  return json
}

async function visitor(
  browser: Browser,
  { dark = false, width = 1280, asked, complaints }: {
    readonly dark?: boolean
    readonly width?: number
    readonly asked: string[]
    readonly complaints: string[]
  },
): Promise<Visitor> {
  const context = await browser.newContext({
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
  })
  context.on('request', (request) => asked.push(request.url()))
  context.on('console', (message) => {
    // A refusal of the API is what some steps are about; the browser logs each as a failed load.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  return { context, page: await context.newPage() }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const currentStep = () => Math.floor(Date.now() / 30_000)

/** The first half minute whose code still counts, and goes on doing so for some seconds. */
export const soonestStep = () => Math.floor((Date.now() + 10_000) / 30_000) - 1

/** The code that an authenticator app shows in that half minute. RFC 6238. */
export function totp(secret: string, step: number): string {
  const bits = [...secret.replaceAll(/[\s=]/g, '')].map((c) =>
    ALPHABET.indexOf(c).toString(2).padStart(5, '0')
  )
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = (mac[19] as number) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** A passkey of the page's own: an authenticator that says yes as soon as it is asked. */
export async function virtualAuthenticator({ context, page }: Visitor): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
