/** From a member's bindings, as one SQL statement answers them, to what they may and where. */
import {
  countsAtPlace,
  everybodyHolds,
  isBuiltInRole,
  operatorHolds,
  type Permission,
  rolePermissions,
} from '../../shared/permissions.ts'
import type { Grants, Place, Reach } from '../http/grants.ts'

/** `[role, level, place, permissions of a custom role as JSON text]`. */
type Bound = readonly [string, 'tenant' | 'workspace' | 'project', string | null, string | null]

/** `[workspace, its projects]`. */
export type Inside = readonly [string, readonly string[]]

/**
 * An SQL expression that answers all bindings of an active member as one text, their groups' included: what `grantsOf`
 * takes. `tenant` and `member` are SQL: columns of the statement around it, in which no table may be called `b`, `c` or
 * `g`.
 */
export function bindingsOf(tenant: string, member: string): string {
  const own = `SELECT ${each} FROM binding b WHERE b.tenant = ${tenant} AND b.member = ${member}`
  const theirs = `SELECT ${each} FROM group_member g JOIN binding b ON b.tenant = g.tenant AND ` +
    `b.member_group = g.member_group WHERE g.tenant = ${tenant} AND g.member = ${member}`
  return `('[' || rtrim(coalesce((${own}), '') || coalesce((${theirs}), ''), ',') || ']')`
}

/** Nobody looks for a custom role where the name of a built-in one stands, which is never as long as an id. */
const each = 'group_concat(json_array(b.role, b.level, b.place, CASE WHEN length(b.role) = 36 THEN ' +
  "(SELECT c.permissions FROM custom_role c WHERE c.tenant = b.tenant AND c.id = b.role) END) || ',', '')"

/** What `grantsOf` computes from: texts as the database has them. */
export interface Granted {
  /** What `bindingsOf` answered. */
  readonly bindings: string
  /** Of the workspaces that are bound; left out: they have no projects. */
  readonly inside?: readonly Inside[]
  /** Whether the member is the operator of the installation. */
  readonly operator: boolean
  /** JSON array of permissions that a token is cut down to, or null. */
  readonly scopes: string | null
}

/** One set a place; permissions that no place can have are dropped there. */
class Places {
  readonly #sets = new Map<string, Set<Permission>>()

  add(id: string, held: readonly Permission[]): void {
    const set = this.#sets.get(id) ?? new Set()
    for (const permission of held) if (countsAtPlace(permission)) set.add(permission)
    this.#sets.set(id, set)
  }

  has(id: string, permission: Permission): boolean {
    return this.#sets.get(id)?.has(permission) === true
  }

  where(permission: Permission): string[] {
    return [...this.#sets].filter(([, set]) => set.has(permission)).map(([id]) => id).sort()
  }

  all(): Permission[] {
    return [...this.#sets.values()].flatMap((set) => [...set])
  }
}

export function grantsOf({ bindings, inside = [], operator, scopes }: Granted): Grants {
  const wanted = scopes === null ? null : new Set(JSON.parse(scopes) as Permission[])
  const cut = (held: readonly Permission[]) =>
    wanted === null ? held : held.filter((permission) => wanted.has(permission))
  const tenant = new Set<Permission>(cut(everybodyHolds))
  if (operator) { for (const permission of cut(operatorHolds)) tenant.add(permission) }
  const workspaces = new Places()
  const projects = new Places()
  for (const [role, level, place, custom] of JSON.parse(bindings) as Bound[]) {
    const held = cut(holds(role, custom))
    if (level === 'tenant') { for (const permission of held) tenant.add(permission) }
    if (level === 'project' && place !== null) projects.add(place, held)
    if (level === 'workspace' && place !== null) workspaces.add(place, held)
  }
  return new Held(tenant, { workspaces, projects, inside: new Map(inside) })
}

/** What a role holds: nothing, where it is a custom one that is gone. */
export function holds(role: string, custom: string | null): readonly Permission[] {
  return isBuiltInRole(role) ? rolePermissions[role] : JSON.parse(custom ?? '[]') as Permission[]
}

const everywhere: Reach = { all: true }

class Held implements Grants {
  readonly anywhere: ReadonlySet<Permission>
  readonly tenant: ReadonlySet<Permission>
  readonly #workspaces: Places
  readonly #projects: Places
  /** Projects by workspace, and the other way round. */
  readonly #inside: ReadonlyMap<string, readonly string[]>
  readonly #home: ReadonlyMap<string, string>
  readonly #reach = new Map<Permission, Reach>()
  readonly #made = new Map<string, Reach>()

  constructor(tenant: ReadonlySet<Permission>, { workspaces, projects, inside }: {
    readonly workspaces: Places
    readonly projects: Places
    readonly inside: ReadonlyMap<string, readonly string[]>
  }) {
    this.tenant = tenant
    this.#workspaces = workspaces
    this.#projects = projects
    this.#inside = inside
    const home = new Map<string, string>()
    for (const [workspace, its] of inside) for (const project of its) home.set(project, workspace)
    this.#home = home
    this.anywhere = new Set([...tenant, ...workspaces.all(), ...projects.all()])
  }

  reach(permission: Permission): Reach {
    if (this.tenant.has(permission)) return everywhere
    let reach = this.#reach.get(permission)
    if (reach === undefined) this.#reach.set(permission, reach = this.#reachOf(permission))
    return reach
  }

  allows(permission: Permission, place: Place): boolean {
    if (this.tenant.has(permission)) return true
    if (place.level === 'workspace') return this.#workspaces.has(place.id, permission)
    if (place.level === 'tenant') return false
    const workspace = this.#home.get(place.id)
    return this.#projects.has(place.id, permission) ||
      (workspace !== undefined && this.#workspaces.has(workspace, permission))
  }

  #reachOf(permission: Permission): Reach {
    const workspaces = this.#workspaces.where(permission)
    const own = this.#projects.where(permission)
    // Most permissions are held at the same places: one list of thousands does for all of them.
    const places = JSON.stringify([workspaces, own])
    let reach = this.#made.get(places)
    if (reach === undefined) {
      const projects = new Set([...own, ...workspaces.flatMap((id) => this.#inside.get(id) ?? [])])
      reach = { all: false, workspaces, projects: [...projects].sort() }
      this.#made.set(places, reach)
    }
    return reach
  }
}
