/** An edge with a tenant, people of several roles in it, and something of everything that a page shows. */
import { person, session } from '../auth/devices/people_fixture.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { type Caller, nobody, type TestEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { sealed, signedPipeline } from '../trust/examples.ts'
import { further, ids, poolSeed, withConnection, type World, world } from '../world_fixture.ts'

export interface Console {
  readonly edge: World
  readonly callers: Readonly<
    Record<'nobody' | 'apart' | 'viewer' | 'operator' | 'owner' | 'installer', Caller>
  >
  /** Each page's address, by the page's id; those that stand in a path are of this tenant. */
  readonly address: (path: string) => string
  readonly agent: Caller
  /** One that failed, and one that waits. */
  readonly runs: { readonly failed: string; readonly queued: string }
}

const AGENT = '0193509f-6e00-7000-8000-0000000000f1'

/** By the beginning of a page's path, the id that stands in it. */
const placed = (by: Readonly<Record<string, string>>) => (path: string) => {
  const room = path.split('/')[2] ?? ''
  return path.replace('{id}', by[room] ?? '')
}

/** An agent of the examples' pool, approved, under an id that is known. */
async function addAgent(edge: World): Promise<Caller> {
  const columns = 'id, tenant, pool, name, public_key, fingerprint, version, state, created, approved'
  const key = native.ed25519.publicKey(poolSeed)
  const { now } = edge.clock
  const values = [
    AGENT,
    ids.tenant,
    'default',
    'vm-1',
    key,
    keyId(native, key),
    '0.1.0',
    'approved',
    now,
    now,
  ]
  const marks = values.map(() => '?').join(', ')
  const steps = [{
    sql: `INSERT INTO agent (${columns}) VALUES (${marks})`,
    parameters: values,
    reads: false,
  }]
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
  return edge.agent(AGENT)
}

type Made = (target: string, body?: unknown) => Promise<{ readonly id: string }>

/** A published pipeline with a webhook and a limit, an agent, a run that failed and one that waits. */
async function addWork(edge: World, made: Made) {
  await withConnection(edge)
  await made('POST /v1/connections', { document: further.destination, sealed })
  await made('POST /v1/pipelines', { document: signedPipeline.dsse, sealed })
  await made(`POST /v1/projects/${ids.project}/index`, { document: further.index })
  await made(`POST /v1/pipelines/${ids.pipeline}/webhook`)
  await made(`PUT /v1/limits/connection:${ids.source}`, { runs: 2 })
  await edge.edge.tick()
  const agent = await addAgent(edge)
  const failed = (await made('POST /v1/runs', { pipeline_id: ids.pipeline })).id
  const poll = { slots: 1, wait_seconds: 0, log_size: 0 }
  await edge.call(agent, 'POST /v1/agent/poll', { body: poll })
  const streams = [{ index: 0, route: 'direct', status: 'failed', code: 'login_failed' }]
    .map((stream) => ({ ...stream, rows_read: 1200, rows: 0, bytes: 0, rejected: 0, seconds: 1.5 }))
  const end = { fence: 1, status: 'failed', code: 'login_failed', retry: false, streams }
  await edge.call(agent, `POST /v1/agent/runs/${failed}/complete`, { body: end })
  const queued = (await made('POST /v1/runs', { pipeline_id: ids.pipeline })).id
  return { agent, runs: { failed, queued } }
}

export async function openConsole(): Promise<Console> {
  const edge = await world()
  const owner = await person(edge, ids.tenant, { role: 'owner' })
  const viewer = await person(edge, ids.tenant, { role: 'viewer' })
  const operator = await person(edge, ids.tenant, { role: 'agent_operator' })
  const installer = await person(edge, ids.tenant, { role: 'owner' })
  const steps = [{
    sql: 'UPDATE member SET operator = 1 WHERE id = ?',
    parameters: [installer.member],
    reads: false,
  }]
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
  const made = async (target: string, body: unknown) => {
    const answer = await edge.call(owner.caller, target, { body })
    if (answer.status >= 300) throw new Error(`${target}: ${JSON.stringify(answer.json)}`)
    return answer.json
  }
  const group = await made('POST /v1/groups', { name: 'Marketing' })
  await made('POST /v1/roles', { name: 'Runner', permissions: ['runs.read', 'runs.write'] })
  await made('POST /v1/bindings', { group: group.id, role: 'editor', level: 'project', place: ids.project })
  await made(`PUT /v1/groups/${group.id}/members/${viewer.member}`, undefined)
  await made('POST /v1/tokens', { name: 'nightly', scopes: ['runs.read'] })
  await made('POST /v1/members', { name: 'Grace Hopper', role: 'editor' })
  const { agent, runs } = await addWork(edge, made)
  // What changed for the viewer above has ended the session of before.
  const { account } = viewer
  const apart = await session(edge, { account, tenant: null })
  const seen = await session(edge, { account, tenant: ids.tenant })
  return {
    edge,
    callers: {
      nobody,
      apart,
      viewer: seen,
      operator: operator.caller,
      owner: owner.caller,
      installer: installer.caller,
    },
    address: placed({
      members: viewer.member,
      groups: group.id,
      runs: runs.failed,
      agents: AGENT,
      pipelines: ids.pipeline,
      installation: edge.otherTenant,
    }),
    agent,
    runs,
  }
}

/** A page as a browser asks for it. */
export function open(edge: TestEdge, caller: Caller, address: string) {
  return edge.call(caller, `GET ${address}`, {
    headers: { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0' },
  })
}
