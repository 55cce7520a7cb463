import { toBase64, utf8 } from '../shared/bytes.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../shared/protocol.ts'
import type { HeldByAgent } from '../shared/schemas/job.ts'
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
  readonly #protocol: string | null

  constructor(
    edge: TestEdge,
    of: { readonly id: string; readonly seed: Uint8Array },
    protocol: string | null = String(PROTOCOL_VERSION),
  ) {
    this.edge = edge
    this.id = of.id
    this.seed = of.seed
    this.#protocol = protocol
  }

  /** The same agent with another version of the protocol; null: it names none. */
  speaking(protocol: string | null): TestAgent {
    return new TestAgent(this.edge, this, protocol)
  }

  /** The fields that sign a request at the edge's time. */
  fields(method: string, path: string, body?: unknown): Record<string, string> {
    const bytes = body === undefined ? new Uint8Array(0) : utf8(JSON.stringify(body))
    const created = Math.floor(this.edge.now / 1000)
    const nonce = toBase64(native.randomBytes(12))
    const parameters = { created, nonce, keyid: this.id }
    const url = new URL(PUBLIC_URL + path)
    return {
      ...signRequest(native, { method, url, body: bytes, seed: this.seed, parameters }),
      ...(this.#protocol === null ? {} : { [PROTOCOL_HEADER]: this.#protocol }),
    }
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
    options: {
      slots?: number
      wait?: number
      logSize?: number
      held?: readonly HeldByAgent[]
      about?: object
      edge?: Edge
      signal?: AbortSignal
    } = {},
  ): Promise<Answer> {
    const { slots = 1, wait = 0, logSize = 0, held, about, ...rest } = options
    const body = {
      slots,
      wait_seconds: wait,
      log_size: logSize,
      ...(held === undefined ? {} : { held }),
      ...(about === undefined ? {} : { about }),
    }
    return this.call('POST', '/v1/agent/poll', body, rest)
  }
}
