/** Who asks for runs and cancels some: repeats a request under its key until it is answered. */
import type { Acknowledged } from './invariants.ts'
import { type Network, NoAnswer, type Reply, type Server } from './network.ts'
import type { Random } from './random.ts'
import { short, type Trace } from './trace.ts'
import { Owner, type VirtualTime } from './virtual_time.ts'

const ASK_MS = 10_000

export interface PeopleSurroundings {
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly network: Network
  readonly edges: readonly Server[]
  readonly acknowledged: Acknowledged
  readonly token: string
}

export class People {
  readonly #owner = new Owner('people')
  readonly #around: PeopleSurroundings
  #keys = 0

  constructor(around: PeopleSurroundings) {
    this.#around = around
  }

  /** Asks for a run at that moment, and maybe cancels it a while later. */
  wantRun(pipeline: string, of: { readonly inMs: number; readonly cancelAfterMs: number | null }): void {
    const { time } = this.#around
    time.after(of.inMs, () => {
      this.#run(pipeline, of.cancelAfterMs).catch((error) => time.fail(error))
    }, this.#owner)
  }

  async #run(pipeline: string, cancelAfterMs: number | null): Promise<void> {
    const { time, trace, acknowledged } = this.#around
    const { id } = await this.#until('/v1/runs', { pipeline_id: pipeline })
    acknowledged.created(id)
    trace.say(`people have run ${short(id)}`)
    if (cancelAfterMs === null) return
    await time.sleep(cancelAfterMs, this.#owner)
    await this.#until(`/v1/runs/${id}/cancel`, null)
    acknowledged.cancelled(id)
    trace.say(`people have cancelled ${short(id)}`)
  }

  /** The body of the answer. Throws on one that repeating does not mend. */
  async #until(path: string, body: unknown): Promise<Reply['body']> {
    const { time, random, network, edges, token } = this.#around
    const headers = {
      authorization: `Bearer ${token}`,
      'idempotency-key': `k${this.#keys++}`,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    }
    const message = { method: 'POST', path, headers, body: body === null ? null : JSON.stringify(body) }
    for (let failures = 1;; failures++) {
      try {
        const reply = await network.send(this.#owner, random.pick(edges), message, ASK_MS)
        if (reply.status < 300) return reply.body
        const mends = reply.status >= 500 || ['conflict', 'too_many_requests'].includes(reply.body.code)
        if (!mends) throw new Error(`POST ${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
      }
      await time.sleep(random.between(0, Math.min(10_000, 250 * 2 ** failures)), this.#owner)
    }
  }
}
