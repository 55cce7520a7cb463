/**
 * Everybody who could ask: each built-in role bound at a tenant, at workspaces and at projects, in two tenants. What
 * each may is worked out here from the table of permissions and from where the role is bound, and by nothing that the
 * edge itself works it out by.
 */
import { type BuiltInRole, builtInRoles, rolePermissions } from '../../shared/permissions.ts'
import type { Caller } from '../edge_fixture.ts'
import type { Route } from '../http/route.ts'
import { ids, member, type World } from '../world_fixture.ts'

/** Somebody with one role at one place. */
export interface Asker {
  readonly name: string
  readonly caller: Caller
  readonly role: BuiltInRole
  readonly tenant: string
  /** The workspace or project that the role is bound at, or the tenant. */
  readonly bound: string
}

/** Where a thing is: ids from the thing itself to the tenant. */
export type Path = readonly string[]

/** `reached`: the handler was asked; `forbidden`: 403; `hidden`: 404. */
export type Verdict = 'reached' | 'forbidden' | 'hidden'

export interface Places {
  /** Workspace by project. */
  readonly workspaceOf: ReadonlyMap<string, string>
  readonly far: { readonly workspace: string; readonly project: string }
  readonly near: { readonly workspace: string; readonly project: string }
}

export async function placesOf(world: World): Promise<Places> {
  const { admin } = world
  const workspace = (await world.call(admin, 'POST /v1/workspaces', { body: { name: 'far' } })).json.id
  const project = (await world.call(admin, 'POST /v1/projects', { body: { workspace, name: 'far' } })).json.id
  const near = (await world.call(admin, `GET /v1/projects/${ids.project}`)).json.workspace
  return {
    workspaceOf: new Map([[project, workspace], [ids.project, near]]),
    far: { workspace, project },
    near: { workspace: near, project: ids.project },
  }
}

export async function askers(world: World, { near, far }: Places): Promise<Asker[]> {
  const [theirs] = (await world.call(world.stranger, 'GET /v1/projects')).json.data
  const own = { tenant: ids.tenant, admin: world.admin }
  const other = { tenant: world.otherTenant, admin: world.stranger }
  const spots = [
    { ...own, level: 'tenant', place: null },
    { ...own, level: 'workspace', place: near.workspace },
    { ...own, level: 'project', place: near.project },
    { ...own, level: 'workspace', place: far.workspace },
    { ...own, level: 'project', place: far.project },
    { ...other, level: 'tenant', place: null },
    { ...other, level: 'workspace', place: theirs.workspace as string },
    { ...other, level: 'project', place: theirs.id as string },
  ]
  const found: Asker[] = []
  for (const { tenant, admin, level, place } of spots) {
    for (const role of builtInRoles) {
      const caller = await member(world, admin, 'viewer')
      const { json } = await world.call(caller, 'GET /v1/whoami')
      const sql = 'UPDATE binding SET role = ?, level = ?, place = ? WHERE tenant = ? AND member = ?'
      const steps = [{ sql, parameters: [role, level, place, tenant, json.member], reads: false }]
      await world.storage.write({ id: '', steps, leaf: null, repeatable: false })
      const its = tenant === ids.tenant && place !== far.workspace && place !== far.project
      const name = `${role} of ${its ? 'its' : tenant === ids.tenant ? 'another' : 'a foreign'} ${level}`
      found.push({ name, caller, role, tenant, bound: place ?? tenant })
    }
  }
  return found
}

/** What every member holds. */
const everybody = ['tenant.read', 'trust.read', 'tokens.read']
/** What is held at a place too: about what is in it, and making tokens of one's own. */
const placed = /^((workspaces|projects|connections|pipelines|runs|index)\.|tokens\.write$)/

/** Whether somebody holds a permission at a thing, by the table. */
export function holds({ role, tenant, bound }: Asker, permission: string, path: Path): boolean {
  if (!path.includes(tenant)) return false
  if (everybody.includes(permission)) return true
  if (!(rolePermissions[role] as readonly string[]).includes(permission)) return false
  return path.includes(bound) && (bound === tenant || placed.test(permission))
}

/** Whether somebody holds a permission anywhere. */
function holdsSomewhere(asker: Asker, permission: string): boolean {
  return holds(asker, permission, [asker.bound, asker.tenant])
}

/**
 * What is to be expected. `path` is where the thing is that is asked for; null where the request is for none, like a
 * list's. Two answers where a request may name things of its tenant in body or query, which are no others' things.
 */
export function expected(route: Route, asker: Asker, path: Path | null): readonly Verdict[] {
  const { permission } = route
  if (permission === 'member:any') return ['reached']
  if (permission === null || permission === 'account:any' || permission.startsWith('agent:')) {
    return ['forbidden']
  }
  if (!holdsSomewhere(asker, permission)) return ['forbidden']
  if (path === null) {
    const named = asker.tenant !== ids.tenant && route.within !== 'list'
    return named ? ['reached', 'hidden'] : ['reached']
  }
  if (asker.tenant !== ids.tenant && placed.test(permission) && path.length === 1) {
    if (asker.bound !== asker.tenant) return ['forbidden']
    return route.params === undefined ? ['reached'] : ['reached', 'hidden']
  }
  if (asker.tenant !== ids.tenant) {
    return route.params === undefined && asker.bound === asker.tenant ? ['reached', 'hidden'] : ['hidden']
  }
  if (holds(asker, permission, path)) return ['reached']
  const seen = path.length === 1 || holds(asker, permission.replace(/\.\w+$/, '.read'), path)
  return [seen ? 'forbidden' : 'hidden']
}
