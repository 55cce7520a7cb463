/** A server on loopback whose answers a test writes: what it was asked is kept. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly form: URLSearchParams
}

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, or as it is when it is a text. */
  readonly body: unknown
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string
  readonly heard: Heard[]
}

/** `answer` may be asynchronous; null is 404. */
export async function testServer(
  answer: (heard: Heard) => Said | null | Promise<Said | null>,
): Promise<TestServer> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    const parts: Uint8Array[] = []
    request.on('data', (part: Uint8Array) => parts.push(part))
    request.on('end', async () => {
      const asked: Heard = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        form: new URLSearchParams(
          new TextDecoder().decode(await new Blob(parts as BlobPart[]).arrayBuffer()),
        ),
      }
      heard.push(asked)
      const said = await answer(asked)
      response.writeHead(said === null ? 404 : said.status ?? 200, {
        'content-type': 'application/json',
        ...said?.headers,
      })
      response.end(typeof said?.body === 'string' ? said.body : JSON.stringify(said?.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
