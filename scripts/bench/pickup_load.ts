/**
 * The other side of the pickup bench, in a process of its own: agents that wait with open polls, and somebody who starts
 * runs. Reads what it needs from the file that its argument names, prints one JSON line when it has measured.
 */
import * as crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fromBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'

export interface LoadOrder {
  readonly url: string
  readonly token: string
  readonly pipeline: string
  readonly agents: readonly { readonly id: string; readonly seed: string }[]
  readonly runs: number
}

/** Milliseconds from the start of a POST until its job is in an agent's hand; from its answer until then. */
export interface Pickup {
  readonly sent: number
  readonly accepted: number
}

const p = nativeOn(crypto)
const AT_ONCE = 100
const POLL = utf8(JSON.stringify({ slots: 1, wait_seconds: 25, log_size: 0 }))

class Load {
  readonly #order: LoadOrder
  #arrived: (at: number) => void = () => {}
  #over = false

  constructor(order: LoadOrder) {
    this.#order = order
  }

  async signed(agent: { readonly id: string; readonly seed: Uint8Array }, path: string, body: Uint8Array) {
    const url = new URL(path, this.#order.url)
    const created = Math.floor(Date.now() / 1000)
    const parameters = { created, nonce: toHex(p.randomBytes(16)), keyid: agent.id }
    const headers = signRequest(p, { method: 'POST', url, body, seed: agent.seed, parameters })
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: body.slice(),
    })
    const reply = await response.json()
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(reply)}`)
    return reply
  }

  /** Polls until the load is over; a job is completed at once. */
  async wait(agent: { readonly id: string; readonly seed: Uint8Array }): Promise<void> {
    while (!this.#over) {
      const { job } = await this.signed(agent, '/v1/agent/poll', POLL)
      if (job === null) continue
      this.#arrived(performance.now())
      const end = { fence: job.lease.fence, status: 'succeeded', retry: false, streams: [] }
      await this.signed(agent, `/v1/agent/runs/${job.run.id}/complete`, utf8(JSON.stringify(end)))
    }
  }

  async start(): Promise<Pickup> {
    const before = performance.now()
    // Runs are one at a time, so the next job is this run's, also when it is there before the answer to the POST.
    const arrival = new Promise<number>((resolve) => {
      this.#arrived = resolve
    })
    const response = await fetch(`${this.#order.url}/v1/runs`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${this.#order.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ pipeline_id: this.#order.pipeline }),
    })
    await response.json()
    if (response.status !== 201) throw new Error(`POST /v1/runs: ${response.status}`)
    const accepted = performance.now()
    const at = await arrival
    return { sent: at - before, accepted: Math.max(0, at - accepted) }
  }

  async waiting(): Promise<number> {
    const text = await (await fetch(`${this.#order.url}/metrics`)).text()
    return Number(/^sallyport_polls_waiting (\d+)$/m.exec(text)?.[1])
  }

  end(): void {
    this.#over = true
  }
}

async function measure(order: LoadOrder): Promise<void> {
  const load = new Load(order)
  const agents = order.agents.map(({ id, seed }) => ({ id, seed: fromBase64(seed) }))
  const fail = (error: unknown) => {
    console.error(error)
    process.exit(1)
  }
  // A few at a time, as agents come: all at once would overrun the backlog of the listening socket.
  for (let started = 0; started < agents.length; started += AT_ONCE) {
    const some = agents.slice(started, started + AT_ONCE)
    for (const agent of some) load.wait(agent).catch(fail)
    while (await load.waiting() < started + some.length) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  console.log(JSON.stringify({ waiting: agents.length }))
  const pickups: Pickup[] = []
  for (let i = 0; i < order.runs; i++) pickups.push(await load.start())
  load.end()
  console.log(JSON.stringify({ pickups }))
  process.exit(0)
}

if (import.meta.main) {
  await measure(JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as LoadOrder)
}
