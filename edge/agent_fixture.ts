import { toBase64, utf8 } from '../shared/bytes.ts'
import { signRequest } from '../shared/sign/http_signature.ts'
import { PUBLIC_URL } from './edge_fixture.ts'
import type { Answer, TestEdge } from './estate_fixture.ts'
import { native } from './primitives.ts'
import type { Edge } from './wiring.ts'

/** An agent as the edge meets it: an id and a key. */
export class TestAgent {
  readonly edge: TestEdge
  readonly id: string
  readonly seed: Uint8Array

  constructor(edge: TestEdge, of: { readonly id: string; readonly seed: Uint8Array }) {
    this.edge = edge
    this.id = of.id
    this.seed = of.seed
  }

  /** The fields that sign a request at the edge's time. */
  fields(method: string, path: string, body?: unknown): Record<string, string> {
    const bytes = body === undefined ? new Uint8Array(0) : utf8(JSON.stringify(body))
    const created = Math.floor(this.edge.now / 1000)
    const nonce = toBase64(native.randomBytes(12))
    const parameters = { created, nonce, keyid: this.id }
    return signRequest(native, {
      method,
      url: new URL(PUBLIC_URL + path),
      body: bytes,
      seed: this.seed,
      parameters,
    })
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    options: { readonly edge?: Edge; readonly signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const headers = this.fields(method, path, body)
    return this.edge.call(method, path, { headers, ...options, ...(body === undefined ? {} : { body }) })
  }

  poll(
    options: { wait?: number; logSize?: number; edge?: Edge; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const { wait = 0, logSize = 0, ...rest } = options
    return this.call('POST', '/v1/agent/poll', { slots: 1, wait_seconds: wait, log_size: logSize }, rest)
  }
}
