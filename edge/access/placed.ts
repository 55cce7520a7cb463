/** What is left of somebody's grants in a token that counts in one workspace or project alone. */
import { besidePlaces, isPlacePermission, type Permission, permissions } from '../../shared/permissions.ts'
import type { TokenPlace } from '../../shared/schemas/token.ts'
import type { Grants, Place, Reach } from '../http/grants.ts'

/** `projects`: those of the place, where it is a workspace. */
export function within(
  grants: Grants,
  place: TokenPlace,
  projects: readonly string[],
): Grants {
  return new Placed(grants, place, projects)
}

/**
 * Permissions about places count there; of the others only what checking what is signed takes.
 */
class Placed implements Grants {
  readonly anywhere: ReadonlySet<Permission>
  readonly tenant: ReadonlySet<Permission>
  readonly #grants: Grants
  readonly #place: TokenPlace
  readonly #projects: ReadonlySet<string>

  constructor(grants: Grants, place: TokenPlace, projects: readonly string[]) {
    this.#grants = grants
    this.#place = place
    this.#projects = new Set(place.level === 'project' ? [place.id] : projects)
    this.tenant = new Set(besidePlaces.filter((permission) => grants.tenant.has(permission)))
    const here = permissions.filter((permission) => this.#isReached(permission))
    this.anywhere = new Set([...this.tenant, ...here])
  }

  reach(permission: Permission): Reach {
    if (this.tenant.has(permission)) return { all: true }
    const { level, id } = this.#place
    const workspaces = level === 'workspace' && this.allows(permission, this.#place) ? [id] : []
    const projects = [...this.#projects].filter((project) =>
      this.allows(permission, { level: 'project', id: project })
    )
    return { all: false, workspaces, projects: projects.sort() }
  }

  allows(permission: Permission, place: Place): boolean {
    if (this.tenant.has(permission)) return true
    return isPlacePermission(permission) && this.#holds(place) && this.#grants.allows(permission, place)
  }

  #isReached(permission: Permission): boolean {
    const reach = this.reach(permission)
    return reach.all || reach.workspaces.length > 0 || reach.projects.length > 0
  }

  #holds(place: Place): boolean {
    if (place.level === 'tenant') return false
    if (place.level === 'workspace') return this.#place.level === 'workspace' && this.#place.id === place.id
    return this.#projects.has(place.id)
  }
}
