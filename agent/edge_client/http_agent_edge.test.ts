import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, faultCodes, meaningOf } from '../../shared/faults.ts'
import { directNetwork } from '../network.ts'
import { HeldRuns } from '../worker/held_runs.ts'
import { work } from '../worker/worker.ts'
import type { AgentEdge } from './agent_edge.ts'
import { edgeForAgent } from './edge_client.ts'
import { httpAgentEdge } from './http_agent_edge.ts'

const id = '019aa000-0000-7000-8000-000000000006'
const here = { now: Date.now, network: directNetwork }
const held = { run: id, fence: 1 }
const signal = new AbortController().signal
const about = {
  version: '0.1.0',
  clock: '2026-11-22T09:00:00.000Z',
  ring_created: '2026-11-22T09:00:00.000Z',
  slots: 1,
  slots_used: 0,
  labels: [],
  stopping: false,
}

/** An agent's side of an edge that answers everything in one way. */
class Answering implements AsyncDisposable {
  readonly edge: AgentEdge
  asked = 0
  readonly #server: ReturnType<typeof Bun.serve>

  constructor(answer: () => Response | Promise<Response>) {
    this.#server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => (this.asked++, answer()) })
    const url = new URL(`http://127.0.0.1:${this.#server.port}`)
    this.edge = httpAgentEdge(edgeForAgent(url, { id, seed: new Uint8Array(32).fill(1) }, here))
  }

  async [Symbol.asyncDispose]() {
    await this.#server.stop(true)
  }
}

const calls: Readonly<Record<string, (edge: AgentEdge) => Promise<unknown>>> = {
  self: (edge) => edge.self(signal),
  trustAfter: (edge) => edge.trustAfter(0, signal),
  indexAfter: (edge) => edge.indexAfter(id, 0, signal),
  poll: (edge) => edge.poll({ slots: 1, waitSeconds: 0, logSize: 0, held: [], about }, signal),
  started: (edge) => edge.started(held, signal),
  heartbeat: (edge) => edge.heartbeat(held, signal),
  progress: (edge) => edge.progress(held, [], signal),
  complete: (edge) => edge.complete(held, { status: 'failed', retry: false, streams: [] }, signal),
  checkpoint: (edge) => edge.checkpoint(0, signal),
  challenges: (edge) => edge.challenges(signal),
}

const answers: Readonly<Record<string, () => Response>> = {
  'a page instead of JSON': () =>
    new Response('<html>maintenance', { headers: { 'content-type': 'application/json' } }),
  'JSON that is cut off': () =>
    new Response('{"data":[', { headers: { 'content-type': 'application/json' } }),
}
const shapeless: Readonly<Record<string, () => Response>> = {
  'an object that is none of ours': () => Response.json({ data: null }),
  'a number': () => Response.json(7),
}

describe('what an agent hears', () => {
  for (const [what, answer] of Object.entries(answers)) {
    test(`that is ${what} may be asked for again`, async () => {
      await using one = new Answering(answer)
      for (const [name, call] of Object.entries(calls)) {
        await assert.rejects(call(one.edge), { code: 'edge_unexpected' }, name)
      }
    })
  }

  for (const [what, answer] of Object.entries(shapeless)) {
    test(`that is ${what} is not taken for an answer`, async () => {
      await using one = new Answering(answer)
      for (
        const name of ['self', 'trustAfter', 'indexAfter', 'poll', 'heartbeat', 'checkpoint', 'challenges']
      ) {
        await assert.rejects(
          (calls[name] as (typeof calls)['self'])!(one.edge),
          { code: 'edge_unexpected' },
          name,
        )
      }
    })
  }

  test('that breaks off in the middle may be asked for again', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n'
    const server = Bun.listen({
      port: 0,
      hostname: '127.0.0.1',
      socket: { data: (socket) => void socket.end(`${head}{"data":[`) },
    })
    const url = new URL(`http://127.0.0.1:${server.port}`)
    const edge = httpAgentEdge(edgeForAgent(url, { id, seed: new Uint8Array(32).fill(1) }, here))
    await assert.rejects(
      edge.poll({ slots: 1, waitSeconds: 0, logSize: 0, held: [], about }, signal),
      (error) => {
        assert.ok(error instanceof Fault)
        assert.equal(error.class, 'transient')
        return true
      },
    )
    server.stop(true)
  })

  test('is never a refusal: those are an agent’s own', async () => {
    const refusals = faultCodes.filter((code) => meaningOf(code).class === 'refused')
    let code = ''
    await using one = new Answering(() => Response.json({ code, detail: 'believe me' }, { status: 422 }))
    for (code of refusals) {
      await assert.rejects(calls['checkpoint']!(one.edge), (error) => {
        assert.ok(error instanceof Fault)
        assert.equal(error.code, 'edge_unexpected', code)
        return true
      })
    }
  })

  test('ends by the reason of whoever stopped listening', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    await using one = new Answering(() => {
      stop.abort(reason)
      return new Promise<Response>(() => undefined)
    })
    await assert.rejects(
      one.edge.poll({ slots: 1, waitSeconds: 0, logSize: 0, held: [], about }, stop.signal),
      reason,
    )
  })

  test('does not stop the agent when it cannot be read', async () => {
    const drain = new AbortController()
    let asked = 0
    await using one = new Answering(() => {
      if (++asked === 3) drain.abort()
      return new Response('<html>maintenance', { headers: { 'content-type': 'application/json' } })
    })
    const log = { write: () => undefined }
    const heldRuns = new HeldRuns()
    const quiet = {
      heldRuns,
      about: () => about,
      execute: async () => undefined,
      logSize: async () => 0,
      heard: () => undefined,
    }
    const options = { ...quiet, edge: one.edge, slots: 1, ready: async () => true, log }
    await work({ ...options, random: () => 0 }, drain.signal)
    assert.equal(asked, 4, 'the last of them says that it is gone')
  })
})
