/** An edge with a tenant, people of several roles in it, and something of everything that a page shows. */
import { person, session } from '../auth/devices/people_fixture.ts'
import { type Caller, nobody, type TestEdge } from '../edge_fixture.ts'
import { ids, type World, world } from '../world_fixture.ts'

export interface Console {
  readonly edge: World
  readonly callers: Readonly<Record<'nobody' | 'apart' | 'viewer' | 'operator' | 'owner', Caller>>
  /** Each page's address, by the page's id; those that stand in a path are of this tenant. */
  readonly address: (path: string) => string
}

export async function openConsole(): Promise<Console> {
  const edge = await world()
  const owner = await person(edge, ids.tenant, { role: 'owner' })
  const viewer = await person(edge, ids.tenant, { role: 'viewer' })
  const operator = await person(edge, ids.tenant, { role: 'agent_operator' })
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
  // What changed for the viewer above has ended the session of before.
  const { account } = viewer
  const apart = await session(edge, { account, tenant: null })
  const seen = await session(edge, { account, tenant: ids.tenant })
  return {
    edge,
    callers: { nobody, apart, viewer: seen, operator: operator.caller, owner: owner.caller },
    address: (path) => path.replace('{id}', path.includes('groups') ? group.id : viewer.member),
  }
}

/** A page as a browser asks for it. */
export function open(edge: TestEdge, caller: Caller, address: string) {
  return edge.call(caller, `GET ${address}`, {
    headers: { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0' },
  })
}
