/** Somebody who starts runs on any of the instances, and goes on asking until each is acknowledged. */
import { randomUUID } from 'node:crypto'
import type { Estate } from './estate.ts'
import type { Instances } from './instances.ts'

export class Starter {
  readonly #instances: Instances
  readonly #estate: Estate
  /** Ids of acknowledged runs by the key that each was asked for with. */
  readonly acknowledged = new Map<string, string>()
  /** How many times an answer did not come. */
  unanswered = 0

  constructor(instances: Instances, estate: Estate) {
    this.#instances = instances
    this.#estate = estate
  }

  /** Starts so many runs from `width` connections at once; resolves when all are acknowledged. */
  async start(count: number, width = 16): Promise<void> {
    let left = count
    await Promise.all(Array.from({ length: width }, async (_, at) => {
      while (left-- > 0) await this.#startOne(at)
    }))
  }

  async #startOne(first: number): Promise<void> {
    const { edges } = this.#instances
    const { pipelines, token } = this.#estate
    const key = randomUUID()
    const pipeline_id = pipelines[this.acknowledged.size % pipelines.length]
    for (let at = first;; at++) {
      const answer = await this.#ask(`${edges[at % edges.length]?.url}/v1/runs`, {
        method: 'POST',
        headers: {
          'authorization': `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ pipeline_id }),
      })
      if (answer !== null && answer.status < 300) {
        this.acknowledged.set(key, answer.body.id)
        return
      }
      if (answer !== null && answer.status < 500 && answer.status !== 429) {
        throw new Error(`a run is answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      }
      this.unanswered++
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80))
    }
  }

  // deno-lint-ignore no-explicit-any -- the edge's own answers
  async #ask(url: string, init: RequestInit): Promise<{ status: number; body: any } | null> {
    try {
      const response = await fetch(url, init)
      return { status: response.status, body: await response.json() }
    } catch {
      return null
    }
  }
}
