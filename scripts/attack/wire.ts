/** An agent's signed requests (RFC 9421), as they are seen on the wire: made, kept, altered and sent again. */
import { join } from 'node:path'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import { newSeed, primitives, seedOf } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Scene } from './scene.ts'

/** All of a request that a signature covers, and the signature. */
export interface Wire {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Signing {
  /** The enrolled agent and its own key unless given. */
  readonly as?: { readonly id: string; readonly seed: Uint8Array }
  readonly body: object
  /** How many seconds the clock that it is signed by is ahead of everybody else's. */
  readonly ahead?: number
}

/** A POST to the path, signed as an agent signs it. */
export function signedPost({ world }: Scene, path: string, { as, body, ahead = 0 }: Signing): Wire {
  const seed = as?.seed ?? seedOf(join(world.machine.home, 'agent', 'agent.json'))
  const text = JSON.stringify(body)
  const fields = signRequest(primitives, {
    method: 'POST',
    url: new URL(path, world.url),
    body: utf8(text),
    seed,
    parameters: {
      created: Math.floor(Date.now() / 1000) + ahead,
      nonce: toBase64(newSeed()),
      keyid: as?.id ?? world.agentId,
    },
  })
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...fields }, body: text }
}

export const signedPoll = (scene: Scene, signing: Omit<Signing, 'body'> = {}): Wire =>
  signedPost(scene, '/v1/agent/poll', { ...signing, body: { slots: 1, wait_seconds: 0, log_size: 0 } })

export interface Reply {
  readonly status: number
  readonly body: Json
}

/** Sends it to the edge, past whatever stands in front of it: as often as anybody likes. */
export async function send({ world }: Scene, { method, path, headers, body }: Wire): Promise<Reply> {
  const init = { method, headers, ...(method === 'GET' ? {} : { body }) }
  const answer = await fetch(new URL(path, world.edge.url), init)
  return { status: answer.status, body: await answer.json() }
}

const signed = ['content-type', 'content-digest', 'signature-input', 'signature']

/** A genuine agent's request as it passes. */
export async function seenOnWire(request: Request): Promise<Wire> {
  const { pathname, search } = new URL(request.url)
  const headers = signed.map((name) => [name, request.headers.get(name)])
    .filter((one): one is [string, string] => one[1] !== null)
  return {
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(headers),
    body: await request.text(),
  }
}
