/** A web server of our own under an authority of our own, on loopback; names lead to it as a test says. */
import { mkdtempSync, rmSync } from 'node:fs'
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { directNetwork, type Network } from '../../network.ts'
import type { Context } from '../connector.ts'
import { type ConnectGuard, localGuard } from '../guard.ts'
import { contextOf } from '../load_fixture.ts'
import { makeAuthority } from '../postgres/certificate_fixture.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface Seen {
  readonly method: string
  /** `host:port/path`, as it was asked for. */
  readonly url: string
  readonly authorization: string | undefined
  readonly range: string | undefined
}

export const authority = makeAuthority('Sallyport test authority')

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Answers by path: `/data/there.csv`. Its certificate is for one name. */
export class WebServer implements AsyncDisposable {
  readonly seen: Seen[] = []
  readonly answers = new Map<string, Answer>()
  readonly #server: Server
  port = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(name: string, { plain = false } = {}): Promise<WebServer> {
    const { certificate: cert, key } = authority.issue(name)
    const server = plain ? createPlain() : createServer({ cert, key }) as unknown as Server
    const web = new WebServer(server)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '', headers } = request
      const { authorization, range, host = '' } = headers
      web.seen.push({ method, url: `${host}${url}`, authorization, range })
      const answer = web.answers.get(url.split('?')[0] ?? '')
      if (answer === undefined) response.writeHead(404, { 'content-length': 0 }).end()
      else answer(request, response)
    })
    web.port = await listening(server)
    return web
  }

  give(path: string, text: string | Uint8Array, headers: Record<string, string> = {}): void {
    this.answers.set(path, (request, response) => {
      response.writeHead(200, { 'content-length': String(Buffer.byteLength(text)), ...headers })
      response.end(request.method === 'HEAD' ? undefined : text)
    })
  }

  redirect(path: string, location: string | null, status = 302): void {
    this.answers.set(path, (_, response) => {
      response.writeHead(status, { 'content-length': '0', ...(location === null ? {} : { location }) }).end()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Opens tunnels (CONNECT) to loopback, whatever the name; keeps what it was asked for. */
export class Proxy implements AsyncDisposable {
  readonly asked: string[] = []
  refuses = false
  readonly #server = createPlain()
  readonly #sockets = new Set<Socket>()
  url = ''

  static async open(): Promise<Proxy> {
    const proxy = new Proxy()
    proxy.#server.on('connect', (request: IncomingMessage, socket: Socket) => proxy.#tunnel(request, socket))
    proxy.url = `http://127.0.0.1:${await listening(proxy.#server)}`
    return proxy
  }

  #tunnel({ url = '' }: IncomingMessage, socket: Socket): void {
    this.asked.push(url)
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    if (this.refuses) return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    const up = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      up.pipe(socket)
      socket.pipe(up)
    })
    this.#sockets.add(up)
    up.on('error', () => socket.destroy())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

export interface Surroundings extends Disposable {
  readonly context: Context
  readonly folder: string
}

export interface SurroundingOptions {
  /** Name → addresses; what is not there does not resolve. */
  readonly names: Readonly<Record<string, readonly string[]>>
  readonly guard?: Partial<ConnectGuard>
  readonly network?: Partial<Network>
  readonly mostBytes?: number
}

/** What a run would give the connector. */
export function surroundings(options: SurroundingOptions): Surroundings {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-https-'))
  const resolve = async (host: string) => {
    const found = options.names[host]
    if (found === undefined) throw new Fault('host_unresolved')
    return found
  }
  const context = contextOf({
    guard: { ...localGuard, ...options.guard },
    base: folder,
    folder,
    network: { ...directNetwork, resolve, ca: [authority.certificate], ...options.network },
    mostBytes: options.mostBytes ?? null,
  })
  return {
    context,
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
