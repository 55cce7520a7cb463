/**
 * Agents, many in a process of its own, that is there to be killed: they poll any of the instances, and write into a
 * journal what they were handed and which word of theirs was acknowledged, before they go on. Reads its order from the
 * file that its argument names.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import * as crypto from 'node:crypto'
import { fromBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import type { BareAgent } from './estate.ts'

export interface SwarmOrder {
  /** What agents sign as the authority. */
  readonly publicUrl: string
  /** Where the instances listen. */
  readonly instances: readonly string[]
  readonly agents: readonly BareAgent[]
  /** A line of JSON for everything that happened. */
  readonly journal: string
}

/** A run was handed out; or the end of a run was acknowledged, in that state. */
export type Entry =
  | { readonly kind: 'claimed'; readonly run: string; readonly fence: number; readonly agent: string }
  | { readonly kind: 'ended'; readonly run: string; readonly fence: number; readonly state: string }
  | { readonly kind: 'lost'; readonly run: string; readonly fence: number }

interface Answer {
  readonly status: number
  // deno-lint-ignore no-explicit-any -- the edge's own answers
  readonly body: any
}

const p = nativeOn(crypto)

class Agent {
  readonly #order: SwarmOrder
  readonly #id: string
  readonly #seed: Uint8Array
  #instance: number

  constructor(order: SwarmOrder, { id, seed }: BareAgent, instance: number) {
    this.#order = order
    this.#id = id
    this.#seed = fromBase64(seed)
    this.#instance = instance
  }

  #write(entry: Entry): void {
    appendFileSync(this.#order.journal, `${JSON.stringify(entry)}\n`)
  }

  async #send(path: string, body: unknown): Promise<Answer> {
    const bytes = utf8(JSON.stringify(body))
    const url = new URL(path, this.#order.publicUrl)
    const parameters = {
      created: Math.floor(Date.now() / 1000),
      nonce: toHex(p.randomBytes(16)),
      keyid: this.#id,
    }
    const signed = signRequest(p, { method: 'POST', url, body: bytes, seed: this.#seed, parameters })
    const { instances } = this.#order
    const response = await fetch(instances[this.#instance % instances.length] + path, {
      method: 'POST',
      headers: { ...signed, 'content-type': 'application/json' },
      body: bytes.slice(),
    })
    return { status: response.status, body: await response.json() }
  }

  /** Asks until somebody answers; the next instance is asked when this one is gone, or cannot work. */
  async #say(path: string, body: unknown): Promise<Answer> {
    for (;;) {
      try {
        const answer = await this.#send(path, body)
        if (answer.status < 500 && answer.status !== 429) return answer
      } catch {
        // It was killed, or has not come back yet.
      }
      this.#instance++
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80))
    }
  }

  async work(): Promise<never> {
    for (;;) {
      const { status, body } = await this.#say('/v1/agent/poll', { slots: 1, wait_seconds: 10, log_size: 0 })
      if (status !== 200) throw new Error(`a poll is answered ${status}: ${JSON.stringify(body)}`)
      if (body.job !== null) await this.#carryOut(body.job.run.id, body.job.lease.fence)
    }
  }

  async #carryOut(run: string, fence: number): Promise<void> {
    this.#write({ kind: 'claimed', run, fence, agent: this.#id })
    const begun = await this.#say(`/v1/agent/runs/${run}/started`, { fence })
    if (begun.status !== 200) return this.#write({ kind: 'lost', run, fence })
    const end = { fence, status: 'succeeded', retry: false, streams: [] }
    const { status, body } = await this.#say(`/v1/agent/runs/${run}/complete`, end)
    if (status === 200) this.#write({ kind: 'ended', run, fence, state: body.state })
    else this.#write({ kind: 'lost', run, fence })
  }
}

if (import.meta.main) {
  const order = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as SwarmOrder
  await Promise.all(order.agents.map((agent, at) => new Agent(order, agent, at).work()))
}
