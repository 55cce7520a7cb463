/** From a member's bindings, as one SQL statement answers them, to what they may and where. */
import {
  countsAtPlace,
  everybodyHolds,
  isBuiltInRole,
  type Permission,
  rolePermissions,
} from '../../shared/permissions.ts'
import type { Grants, Place, Reach } from '../http/grants.ts'

/** Combinations of bindings and scopes that are kept computed. */
const MAX_KEPT = 1000
/** Of the text that they are kept by: a tenant makes as many projects as it likes, and memory is everybody's. */
const MAX_KEY = 65_536

/** `[role, level, place, permissions of a custom role as JSON text, projects of a workspace]`. */
type Bound = readonly [
  string,
  'tenant' | 'workspace' | 'project',
  string | null,
  string | null,
  readonly string[] | null,
]

/**
 * An SQL expression that answers all bindings of an active member as one text, their groups' included: what
 * `Grantor.of` takes. `tenant` and `member` are SQL: columns of the statement around it, in which no table may be
 * called `b`, `c`, `g` or `p`.
 */
export function bindingsOf(tenant: string, member: string): string {
  const memberships = `FROM group_member g WHERE g.tenant = ${tenant} AND g.member = ${member}`
  const own = `SELECT ${each} FROM binding b WHERE b.tenant = ${tenant} AND b.member = ${member}`
  const theirs = `SELECT ${each} FROM group_member g JOIN binding b ON b.tenant = g.tenant AND ` +
    `b.member_group = g.member_group WHERE g.tenant = ${tenant} AND g.member = ${member}`
  return `('[' || rtrim(coalesce((${own}), '') || ` +
    `CASE WHEN EXISTS (SELECT 1 ${memberships}) THEN coalesce((${theirs}), '') ELSE '' END, ',') || ']')`
}

/**
 * This is asked with every request: one OR over members and groups costs three times as much, and so does looking for
 * a custom role where the name of a built-in one stands, which is never as long as an id.
 */
const each = 'group_concat(json_array(b.role, b.level, b.place, CASE WHEN length(b.role) = 36 THEN ' +
  '(SELECT c.permissions FROM custom_role c WHERE c.tenant = b.tenant AND c.id = b.role) END, ' +
  "CASE b.level WHEN 'workspace' THEN json((SELECT json_group_array(p.id) FROM project p " +
  "WHERE p.tenant = b.tenant AND p.workspace = b.place)) END) || ',', '')"

/** What `Grantor.of` computes from: texts as the database has them. */
export interface Granted {
  /** What `bindingsOf` answered. */
  readonly bindings: string
  /** Whether the member is the operator of the installation. */
  readonly operator: boolean
  /** JSON array of permissions that a token is cut down to, or null. */
  readonly scopes: string | null
}

/** Computes grants once for each distinct text. */
export class Grantor {
  readonly #kept = new Map<string, Grants>()

  of(granted: Granted): Grants {
    const key = `${granted.operator} ${granted.scopes} ${granted.bindings}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept
    const made = grantsOf(granted)
    if (key.length > MAX_KEY) return made
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear()
    this.#kept.set(key, made)
    return made
  }
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

export function grantsOf({ bindings, operator, scopes }: Granted): Grants {
  const wanted = scopes === null ? null : new Set(JSON.parse(scopes) as Permission[])
  const cut = (held: readonly Permission[]) =>
    wanted === null ? held : held.filter((permission) => wanted.has(permission))
  const tenant = new Set<Permission>(cut(everybodyHolds))
  if (operator) { for (const permission of cut(['tenants.create'])) tenant.add(permission) }
  const workspaces = new Places()
  const projects = new Places()
  for (const [role, level, place, custom, inside] of JSON.parse(bindings) as Bound[]) {
    const held = cut(holds(role, custom))
    if (level === 'tenant') { for (const permission of held) tenant.add(permission) }
    if (level === 'project' && place !== null) projects.add(place, held)
    if (level !== 'workspace' || place === null) continue
    workspaces.add(place, held)
    for (const project of inside ?? []) projects.add(project, held)
  }
  return new Held(tenant, workspaces, projects)
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
  readonly #reach = new Map<Permission, Reach>()

  constructor(tenant: ReadonlySet<Permission>, workspaces: Places, projects: Places) {
    this.tenant = tenant
    this.#workspaces = workspaces
    this.#projects = projects
    this.anywhere = new Set([...tenant, ...workspaces.all(), ...projects.all()])
  }

  reach(permission: Permission): Reach {
    if (this.tenant.has(permission)) return everywhere
    let reach = this.#reach.get(permission)
    if (reach === undefined) {
      const workspaces = this.#workspaces.where(permission)
      reach = { all: false, workspaces, projects: this.#projects.where(permission) }
      this.#reach.set(permission, reach)
    }
    return reach
  }

  allows(permission: Permission, place: Place): boolean {
    if (this.tenant.has(permission)) return true
    if (place.level === 'workspace') return this.#workspaces.has(place.id, permission)
    return place.level === 'project' && this.#projects.has(place.id, permission)
  }
}
