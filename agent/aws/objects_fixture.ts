/** A double of S3 for tests: objects with tags, conditional writes and its documented error bodies. */
import { createHash } from 'node:crypto'

interface Stored {
  readonly text: string
  readonly tag: string
  readonly mark: string | null
}

/** What to answer; `after`: once the operation is done, as when the answer is lost on the way. */
export interface ObjectTrouble {
  readonly method: 'GET' | 'PUT'
  readonly status: number
  readonly code: string
  readonly after?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export class ObjectsDouble implements AsyncDisposable {
  readonly url: string
  readonly objects = new Map<string, Stored>()
  /** Method and path as they came. */
  readonly asked: string[] = []
  readonly troubles: ObjectTrouble[] = []
  /** Called before an operation is carried out: somebody else's change in between. */
  before: (method: string) => void = () => undefined
  /** The account that the buckets belong to. */
  owner = '123456789012'
  readonly #server: ReturnType<typeof Bun.serve>

  constructor() {
    this.#server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => this.#answer(request) })
    this.url = `http://127.0.0.1:${this.#server.port}`
  }

  /** The environment that leads a client here. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_S3: this.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-central-1',
    }
  }

  put(path: string, text: string, mark: string | null = null): void {
    const tag = `"${createHash('md5').update(text).digest('hex')}"`
    this.objects.set(path, { text, tag, mark })
  }

  async [Symbol.asyncDispose]() {
    await this.#server.stop(true)
  }

  async #answer(request: Request): Promise<Response> {
    const { method, headers } = request
    const path = new URL(request.url).pathname
    this.asked.push(`${method} ${path}`)
    const body = await request.text()
    const at = this.troubles.findIndex((one) => one.method === method)
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1)
    if (trouble !== undefined && trouble.after !== true) return refusal(trouble)
    this.before(method)
    const owner = headers.get('x-amz-expected-bucket-owner')
    if (owner !== null && owner !== this.owner) return refusal({ status: 403, code: 'AccessDenied' })
    const answer = method === 'PUT' ? this.#write(path, body, headers) : this.#read(path)
    return trouble === undefined ? answer : refusal(trouble)
  }

  #read(path: string): Response {
    const found = this.objects.get(path)
    if (found === undefined) return refusal({ status: 404, code: 'NoSuchKey' })
    const headers = new Headers({ etag: found.tag })
    if (found.mark !== null) headers.set('x-amz-meta-sallyport-write', found.mark)
    return new Response(found.text, { headers })
  }

  #write(path: string, text: string, headers: Headers): Response {
    const now = this.objects.get(path)
    const match = headers.get('if-match')
    if (match !== null && now === undefined) return refusal({ status: 404, code: 'NoSuchKey' })
    const broken = match !== null ? match !== now?.tag : headers.get('if-none-match') === '*' && now
    if (broken) return refusal({ status: 412, code: 'PreconditionFailed' })
    this.put(path, text, headers.get('x-amz-meta-sallyport-write'))
    return new Response(null, { headers: { etag: this.objects.get(path)?.tag ?? '' } })
  }
}

function refusal({ status, code, headers = {} }: Omit<ObjectTrouble, 'method'>): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code>` +
    '<Message>more than anybody should see</Message><RequestId>1</RequestId></Error>'
  return new Response(body, { status, headers: { 'content-type': 'application/xml', ...headers } })
}
