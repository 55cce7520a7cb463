/** Every reply of the edge that an agent or a person's command reads, over HTTP. */
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { documents, ids, json, keys, logKey, p, signed } from '../../shared/fuzz/world_fixture.ts'
import { signCheckpoint } from '../../shared/log/checkpoint.ts'
import { consistencyProof } from '../../shared/log/proof.ts'
import { Tree } from '../../shared/log/tree.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { answer, edgeFor, edgeForAgent } from '../edge_client/edge_client.ts'
import { httpAgentEdge } from '../edge_client/http_agent_edge.ts'
import { directNetwork } from '../network.ts'

let next: { readonly status: number; readonly type: string; readonly body: Uint8Array<ArrayBuffer> }
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => new Response(next.body, { status: next.status, headers: { 'content-type': next.type } }),
})
server.unref()
const url = new URL(`http://127.0.0.1:${server.port}`)
const agent = httpAgentEdge(
  edgeForAgent(url, { id: ids.agent, seed: keys.agent.seed }, { now: Date.now, network: directNetwork }),
)
const person = edgeFor(url, 'token')
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

const time = '2026-11-22T12:00:00.000Z'
const hash = 'a'.repeat(64)
const sealed = 'AAAA'
const lease = { fence: 3, until: time }
const tree = new Tree(p)
for (const leaf of ['a', 'b', 'c']) tree.append(utf8(leaf))
const head = { size: 3, root: tree.root() }
const checkpoint = {
  checkpoint: signCheckpoint(p, { origin: logKey.name, head, seed: keys.log.seed }),
  size: 3,
  consistency: consistencyProof(p, tree, { from: 2, to: 3 }).map(toBase64),
}
const dsse = (type: 'connection' | 'pipeline' | 'index' | 'trust') => signed(type, documents[type]).dsse
const request = signed('request', documents.request).dsse
const runOf = (trigger: unknown) => ({
  kind: 'run',
  run: { id: ids.run, project: ids.project, pipeline_id: ids.pipeline, index: 1, trigger, attempt: 1 },
  lease,
  pipeline: { document: dsse('pipeline'), sealed },
  connections: [{ document: dsse('connection'), sealed }],
})
const connection = { type: 'connection', project: ids.project, id: ids.source, version: 3, sealed }
const rewrap = {
  kind: 'rewrap',
  batch: ids.run,
  lease,
  records: [
    { ...connection, document: dsse('connection') },
    { type: 'policy', project: null, id: ids.tenant, version: 1, document: null, sealed },
  ],
}
const inspect = {
  kind: 'inspect',
  inspection: ids.run,
  project: ids.project,
  lease,
  order: { document: signed('inspection', documents.inspection).dsse, sealed },
  connection: { document: dsse('connection'), sealed },
}
const newest = { trust: 1, indexes: { [ids.project]: 1 } }
const polled = (job: unknown) => json({ job, newest, log: checkpoint })
const self = {
  id: ids.agent,
  name: 'a',
  pool: 'default',
  state: 'approved',
  public_key: keys.agent.key,
  fingerprint: keys.classic.entry.kid,
  version: '1.0.0',
  created: time,
  ephemeral: false,
  tenant: ids.tenant,
}

/** What an agent makes of that answer to a poll. */
export async function pollAnswered(body: Uint8Array) {
  next = { status: 200, type: 'application/json', body: body.slice() }
  return await agent.poll({ slots: 1, waitSeconds: 0, logSize: 0, held: [], about }, signal)
}

/** A reply with status 200 to one call of the agent. */
function reply(
  name: string,
  seeds: readonly Uint8Array[],
  call: (edge: AgentEdge) => Promise<unknown>,
): Target {
  return {
    name: `reply-${name}`,
    structure: 'json',
    seeds,
    async take(input) {
      next = { status: 200, type: 'application/json', body: input.slice() }
      return await call(agent)
    },
  }
}

const held = { run: ids.run, fence: 3 }
const trusted = { version: 1, hash, document: dsse('trust'), policy: sealed, created: time }
const polls = [
  polled(null),
  polled(runOf({ kind: 'request', request })),
  polled(runOf({ kind: 'api', day: '2026-11-22', slot: 1, parameters: { region: 'eu' } })),
  polled(runOf({ kind: 'schedule', fire: time })),
  polled(rewrap),
  polled(inspect),
]
const challenge = { kid: keys.classic.entry.kid, sealed }
const replies: Target[] = [
  reply(
    'poll',
    polls,
    (edge) => edge.poll({ slots: 1, waitSeconds: 0, logSize: 2, held: [], about }, signal),
  ),
  reply('self', [json(self)], (edge) => edge.self(signal)),
  reply('trust', [json({ data: [trusted] })], (edge) => edge.trustAfter(0, signal)),
  reply(
    'index',
    [json({ data: [{ document: dsse('index') }] })],
    (edge) => edge.indexAfter(ids.project, 0, signal),
  ),
  reply('heartbeat', [json({ until: time, cancel: false })], (edge) => edge.heartbeat(held, signal)),
  reply('possession', [json({ challenges: [challenge] })], (edge) => edge.challenges(signal)),
  reply('checkpoint', [json(checkpoint)], (edge) => edge.checkpoint(2, signal)),
]

const problem = {
  type: 'about:blank',
  title: 'Not so',
  code: 'invalid_request',
  detail: 'pipeline.name: too long',
  errors: [{ at: 'pipeline.name', message: 'too long' }],
}

/** A problem as it reaches an agent and a terminal: a Fault, in signs that steer no terminal. */
function complaint(name: string, status: number, call: () => Promise<unknown>): Target {
  return {
    name: `problem-${name}`,
    structure: 'json',
    seeds: [json({ ...problem, status }), json({ ...problem, code: 'signature_invalid', status })],
    async take(input) {
      next = { status, type: 'application/problem+json', body: input.slice() }
      try {
        return { answered: await call() }
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        return { message: error.message }
      }
    },
    authentic(said) {
      const { message } = said as { message?: string }
      // deno-lint-ignore no-control-regex -- they are what is looked for
      const steering = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
      return message !== undefined && !steering.test(message)
    },
  }
}

const problems: Target[] = [
  complaint('agent', 409, () => agent.heartbeat(held, signal)),
  complaint('person', 422, () => answer(person.GET('/v1/tenant', {}))),
]

export const edgeTargets: readonly Target[] = [...replies, ...problems]
