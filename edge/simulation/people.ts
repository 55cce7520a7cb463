/** Who asks the edge for something: repeats a request under its key until it is answered. */
import type { Base } from './base.ts'
import type { Acknowledged } from './invariants.ts'
import { type Message, type Network, NoAnswer, type Reply, type Server } from './network.ts'
import type { Random } from './random.ts'
import { short, type Trace } from './trace.ts'
import { Owner, type VirtualTime } from './virtual_time.ts'

const ASK_MS = 10_000

export interface PeopleSurroundings {
  readonly base: Base
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly network: Network
  readonly edges: readonly Server[]
  readonly acknowledged: Acknowledged
}

/** What is asked for: as whom, and which refusals are answers too. */
export interface Asked {
  readonly method?: 'POST' | 'PUT'
  readonly path: string
  readonly body?: unknown
  readonly token?: string
  readonly refusals?: readonly string[]
}

export class People {
  readonly owner = new Owner('people')
  readonly #around: PeopleSurroundings
  readonly #order = new Map<string, Promise<void>>()
  #keys = 0

  constructor(around: PeopleSurroundings) {
    this.#around = around
  }

  /** Does it once all that was begun before about the same subject is done. */
  inOrder(subject: string, work: () => Promise<unknown>): void {
    const { time } = this.#around
    const before = this.#order.get(subject) ?? Promise.resolve()
    this.#order.set(subject, before.then(work).then(() => {}, (error) => time.fail(error)))
  }

  /** Has a run of it, and maybe cancels it a while later. */
  async run(
    pipeline: string,
    { token, cancelAfterMs }: { readonly token: string; readonly cancelAfterMs: number | null },
  ): Promise<void> {
    const { time, trace, acknowledged } = this.#around
    const { body: { id } } = await this.until({ path: '/v1/runs', body: { pipeline_id: pipeline }, token })
    acknowledged.created(id)
    trace.say(`people have run ${short(id)}`)
    if (cancelAfterMs === null) return
    await time.sleep(cancelAfterMs, this.owner)
    await this.until({ path: `/v1/runs/${id}/cancel`, token })
    acknowledged.cancelled(id)
    trace.say(`people have cancelled ${short(id)}`)
  }

  /** The answer. Throws on one that repeating does not mend. */
  async until(asked: Asked): Promise<Reply> {
    const { base } = this.#around
    const { method = 'POST', path, body, token = base.token, refusals = [] } = asked
    const headers = {
      authorization: `Bearer ${token}`,
      'idempotency-key': `k${this.#keys++}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    return await this.send(
      { method, path, headers, body: body === undefined ? null : JSON.stringify(body) },
      refusals,
    )
  }

  /** The answer to a message that is sent until there is one. */
  async send(message: Message, refusals: readonly string[]): Promise<Reply> {
    const { time, random, network, edges } = this.#around
    for (let failures = 1;; failures++) {
      try {
        const reply = await network.send(this.owner, random.pick(edges), message, ASK_MS)
        if (reply.status < 300 || refusals.includes(reply.body.code)) return reply
        const mends = reply.status >= 500 || mending.includes(reply.body.code)
        if (!mends) {
          throw new Error(`${message.method} ${message.path}: ${reply.status} ${JSON.stringify(reply.body)}`)
        }
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
      }
      await time.sleep(random.between(0, Math.min(10_000, 250 * 2 ** failures)), this.owner)
    }
  }
}

/** `tenant_suspended`: until its operator lets it in again. */
const mending = ['conflict', 'too_many_requests', 'tenant_suspended']
