/** Answers that are too large, have no end, or are no answers. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended } from '../e2e/binary.ts'
import { until } from '../e2e/until.ts'
import type { Attack } from './attack.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Scene } from './scene.ts'
import { peakMb, refusalAtStart, refusalIn, refusalOf, unsigned } from './watch.ts'

const toldOf = (scene: Scene) => /error=(edge_[a-z]+)/.exec(scene.said())?.[1] ?? null

const replyMb = 600

const endlessReply: Attack = {
  name: 'reply without end',
  tried: "a poll is answered with more than a machine's memory holds",
  codes: ['edge_unexpected'],
  without: [{
    check: 'a reply is read up to a size',
    file: 'agent/edge_client/reply.ts',
    find: 'if (bytes > mostBytes) throw',
    put: 'if (false) throw',
  }],
  async attempt(scene) {
    const piece = new Uint8Array(1 << 20).fill(32)
    let sent = 0
    scene.proxy.answer((request) => {
      if (!request.url.endsWith('/v1/agent/poll')) return null
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ < replyMb) controller.enqueue(piece)
          else controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    })
    const { pid } = await scene.agent()
    const before = peakMb(pid)
    await until(() => toldOf(scene), 'the end of the reply', 30)
    const grown = Math.round(peakMb(pid) - before)
    const gained = grown > replyMb / 2 ? `${grown} MB of the agent's memory` : null
    return { code: toldOf(scene), seen: ['agent log'], gained }
  },
}

const malformed: Attack = {
  name: 'malformed job',
  tried: 'a job without a run, to bring the agent down',
  codes: ['edge_unexpected'],
  without: [{
    check: 'a reply is what its description says',
    file: 'agent/edge_client/http_agent_edge.ts',
    find: 'const parsed = judge(schema, value)',
    put: 'const parsed = { success: true, data: value as any } as any',
  }],
  async attempt(scene) {
    scene.proxy.answer((request) =>
      request.url.endsWith('/v1/agent/poll')
        ? Response.json({ job: { kind: 'run', run: null }, newest: { trust: 1, indexes: {} }, log: null })
        : null
    )
    const { child } = await scene.agent()
    // What it never expects is what it ends by; a process may outlive its loop.
    const ended = () => child.exitCode !== null || scene.said().includes('TypeError')
    await until(() => ended() || toldOf(scene), 'what the agent makes of it', 30)
    const gained = ended() ? 'the agent, brought down by an answer' : null
    return { code: toldOf(scene), seen: ['agent log'], gained }
  },
}

/** More of what is asked for, in pages as large as these, for ever. Returns how many were given. */
function endless({ proxy }: Scene, path: string, page: (last: Json, query: number) => Json[]) {
  let last: Json = null
  const given = { count: 0 }
  proxy.alter((answer) => {
    if (!answer.path.startsWith(path)) return false
    const query = Number(new URL(answer.path, 'http://edge').searchParams.get('after') ?? 0)
    last = answer.body.data?.at(-1) ?? last
    if (last === null || answer.body.data.length > 0) return false
    answer.body.data = page(last, query)
    given.count += answer.body.data.length
    return true
  })
  return given
}

const endlessChain: Attack = {
  name: 'trust documents without end',
  tried: 'a chain that goes on for ever, so that the agent never begins',
  codes: ['trust_invalid'],
  without: [{
    check: 'a chain has an end',
    file: 'agent/trust/trust_chain.ts',
    find: 'if (all.length > mostVersions) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    const page = (last: Json, after: number) =>
      Array.from({ length: 500 }, (_, at) => ({ ...last, version: after + 1 + at }))
    const given = endless(scene, '/v1/agent/trust', page)
    const agent = scene.world.machine.start(['agent'])
    let ended = false
    void agent.ended.then(() => (ended = true))
    await until(() => ended || given.count > 15_000, 'the end of the chain', 40)
    if (ended) return refusalAtStart(scene, await agent.ended)
    agent.child.kill('SIGKILL')
    await agent.ended
    return { code: null, seen: [], gained: `an agent that has read ${given.count} documents and reads on` }
  },
}

const endlessIndex: Attack = {
  name: 'indexes without end',
  tried: 'indexes that go on for ever, so that the run never begins',
  codes: ['index_invalid'],
  without: [{
    check: 'the indexes have an end',
    file: 'agent/trust/index_walk.ts',
    find: 'if (documents.length > mostIndexes) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    const given = endless(scene, '/v1/agent/projects/', (last) => Array.from({ length: 5000 }, () => last))
    const run = refusalOf(scene, 'tick', unsigned(scene, 'tick'))
    const many = until(() => given.count > 300_000, 'the end of the indexes', 40).then(() => null, () => null)
    const refusal = await Promise.race([run, many])
    if (refusal !== null) return { ...refusal, gained: null }
    run.catch(() => undefined)
    return { code: null, seen: [], gained: `an agent that has read ${given.count} indexes and reads on` }
  },
}

const lineMb = 400

const endlessLine: Attack = {
  name: 'log entry without end',
  tried: "an export whose one line is more than a machine's memory holds",
  codes: ['export_invalid'],
  without: [{
    check: 'a line of an export has a length',
    file: 'shared/log/export.ts',
    find: 'if (held > MAX_LINE_BYTES) throw',
    put: 'if (false) throw',
  }],
  async attempt({ world }) {
    const file = join(world.person.home, 'endless.jsonl')
    const piece = Buffer.alloc(1 << 20, 'a')
    const out = openSync(file, 'w', 0o600)
    for (let mb = 0; mb < lineMb; mb++) writeSync(out, piece)
    closeSync(out)
    const verifying = world.person.start(['audit', 'verify', file, '--json'])
    let ended: Ended | null = null
    void verifying.ended.then((end) => (ended = end))
    let peak = 0
    const end = await until(
      () => {
        if (ended === null) peak = Math.max(peak, peakMb(verifying.pid))
        return ended
      },
      'the end of the line',
      60,
    )
    const gained = peak > lineMb / 2 ? `${Math.round(peak)} MB of a person's memory` : null
    return { ...refusalIn(end), gained }
  },
}

export const sizes: readonly Attack[] = [endlessReply, malformed, endlessChain, endlessIndex, endlessLine]
