/**
 * The load of the bench of job cycles, as a process of its own: `bun cycles_load.ts FILE` reads a `CyclesOrder`, prints a
 * `CyclesReport`. Each agent has one keep-alive connection and goes round: a run is created by the owner, an agent
 * claims one, starts it, completes it; the agent's three requests are signed. Plain sockets: an HTTP client would cost
 * more than the server that is measured.
 */
import * as crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'bun'
import { fromBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import type { BareAgent, Estate } from '../instances/estate.ts'

export interface CyclesOrder extends Estate {
  readonly warmUpMs: number
  readonly measureMs: number
}

export interface CyclesReport {
  /** Runs that were created, claimed, started and completed inside the measured time. */
  readonly cycles: number
  readonly seconds: number
  /** Polls that went away without a job. */
  readonly empty: number
  /** Milliseconds of one request. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const p = nativeOn(crypto)
const POLL = JSON.stringify({ slots: 1, wait_seconds: 5, log_size: 0 })

/** One request in flight at a time over one connection. */
class Line {
  #socket: Socket<unknown> | null = null
  #received = ''
  #answered: (text: string) => void = () => {}

  async open(port: number): Promise<void> {
    this.#socket = await connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        data: (_, bytes) => this.#take(bytes.toString('latin1')),
        error: (_, error) => {
          throw error
        },
      },
    })
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0)
    if (this.#received.length < end + 4 + length) return
    const whole = this.#received
    this.#received = ''
    if (!whole.startsWith('HTTP/1.1 20')) throw new Error(whole)
    this.#answered(whole.slice(end + 4))
  }

  ask(head: string, body: string): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#socket?.write(`${head}content-length: ${body.length}\r\n\r\n${body}`)
    })
  }
}

class Load {
  readonly #order: CyclesOrder
  readonly #timesMs: number[] = []
  #measuring = false
  #over = false
  #cycles = 0
  #empty = 0

  constructor(order: CyclesOrder) {
    this.#order = order
  }

  async #timed(line: Line, head: string, body: string): Promise<string> {
    const since = performance.now()
    const reply = await line.ask(head, body)
    if (this.#measuring) this.#timesMs.push(performance.now() - since)
    return reply
  }

  #signed(agent: { readonly id: string; readonly seed: Uint8Array }, path: string, body: string): string {
    const url = new URL(path, this.#order.url)
    const parameters = {
      created: Math.floor(Date.now() / 1000),
      nonce: toHex(p.randomBytes(16)),
      keyid: agent.id,
    }
    const fields = signRequest(p, { method: 'POST', url, body: utf8(body), seed: agent.seed, parameters })
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join('')
    return `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n${lines}`
  }

  async agent({ id, seed }: BareAgent, index: number): Promise<void> {
    const { url, token, pipelines } = this.#order
    const agent = { id, seed: fromBase64(seed) }
    const line = new Line()
    await line.open(Number(new URL(url).port))
    const create =
      `POST /v1/runs HTTP/1.1\r\nhost: ${new URL(url).host}\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\n'
    const body = JSON.stringify({ pipeline_id: pipelines[index % pipelines.length] })
    while (!this.#over) {
      await this.#timed(line, create, body)
      const { job } = JSON.parse(await this.#timed(line, this.#signed(agent, '/v1/agent/poll', POLL), POLL))
      if (job === null) {
        this.#empty += 1
        continue
      }
      const path = `/v1/agent/runs/${job.run.id}`
      const held = JSON.stringify({ fence: job.lease.fence })
      await this.#timed(line, this.#signed(agent, `${path}/started`, held), held)
      const end = JSON.stringify({ fence: job.lease.fence, status: 'succeeded', retry: false, streams: [] })
      await this.#timed(line, this.#signed(agent, `${path}/complete`, end), end)
      if (this.#measuring) this.#cycles += 1
    }
  }

  async measure(): Promise<CyclesReport> {
    const agents = Promise.all(this.#order.agents.map((agent, index) => this.agent(agent, index)))
    await Promise.race([agents, Bun.sleep(this.#order.warmUpMs)])
    const start = performance.now()
    this.#measuring = true
    await Promise.race([agents, Bun.sleep(this.#order.measureMs)])
    this.#measuring = false
    const seconds = (performance.now() - start) / 1000
    this.#over = true
    const report = { cycles: this.#cycles, seconds, empty: this.#empty }
    await agents
    const sorted = this.#timesMs.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
    return { ...report, p50Ms: at(0.5), p99Ms: at(0.99) }
  }
}

if (import.meta.main) {
  const order = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as CyclesOrder
  console.log(JSON.stringify(await new Load(order).measure()))
  process.exit(0)
}
