/** What a principal may do, and where. Computed by the room access; asked by routes. */
import type { Permission } from '../../shared/permissions.ts'

/** Where something is. */
export type Place =
  | { readonly level: 'tenant' }
  | { readonly level: 'workspace'; readonly id: string }
  | { readonly level: 'project'; readonly id: string }

/** Where a permission is held: everywhere in the tenant, or in these. `projects` has those of `workspaces` already. */
export type Reach =
  | { readonly all: true }
  | {
    readonly all: false
    readonly workspaces: readonly string[]
    readonly projects: readonly string[]
  }

export interface Grants {
  /** What is held at the tenant or at any place of it. */
  readonly anywhere: ReadonlySet<Permission>
  /** What is held at the tenant, and so everywhere in it. */
  readonly tenant: ReadonlySet<Permission>
  reach(permission: Permission): Reach
  /** Whether it is held there: at the tenant, at the place itself, or at the workspace of a project. */
  allows(permission: Permission, place: Place): boolean
}

/** Where a thing of a project is; null where there is no such thing. */
export function inProject(found: { readonly project: string } | null): Place | null {
  return found === null ? null : { level: 'project', id: found.project }
}

/** The projects that a list keeps to; null: all of them. */
export function projectsOf(reach: Reach): readonly string[] | null {
  return reach.all ? null : reach.projects
}
