/** Why somebody may, or may not. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import {
  type BuiltInRole,
  builtInRoles,
  countsAtPlace,
  everybodyHolds,
  operatorHolds,
  type Permission,
  rolePermissions,
} from '../../shared/permissions.ts'
import { type Because, Explanation, signingOf } from '../../shared/schemas/access.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { type HeldRole, PermissionName } from '../../shared/schemas/principal.ts'
import type { Reader } from '../db/database.ts'
import type { Grants, Place } from '../http/grants.ts'
import { InvalidRequest } from '../http/problem.ts'
import { query, type Route } from '../http/route.ts'
import { holds } from './grants.ts'
import { customRoles, memberState, workspaceOf } from './role_store.ts'
import { rolesOf } from './store.ts'

const example = {
  member: '019a9f3e-7c00-7000-8000-000000000006',
  permission: 'runs.write',
  project: '019a9f3e-7c00-7000-8000-000000000004',
} as const

export const explainRoute: Route = query({
  id: 'explainAccess',
  path: '/v1/access/explain',
  tag: 'Roles',
  permission: 'roles.read',
  summary: 'Why may this person, or why may they not',
  description:
    'Of a member, a permission, and a project, a workspace or else the tenant. It answers for the member: a token of ' +
    'theirs may be cut down further by its scopes.',
  query: z.strictObject({
    member: Id,
    permission: PermissionName,
    project: Id.optional(),
    workspace: Id.optional(),
  }),
  reply: Explanation,
  faults: ['not_found'],
  example: {
    query: example,
    reply: {
      member: example.member,
      permission: example.permission,
      level: 'project',
      place: example.project,
      allowed: true,
      because: [{ by: 'role', role: 'editor', level: 'tenant' }],
      signing: signingOf('runs.write') ?? '',
    },
  },
  async handle({ db, principal, query }) {
    const { tenant } = principal
    const { member, permission } = query
    const { place, workspace } = await placeAsked(db, tenant, query)
    const who = await memberState(db, tenant, member)
    if (who === null) throw new Fault('not_found')
    const custom = new Map((await customRoles(db, tenant)).map((row) => [row.id, row.permissions]))
    const active = who.state === 'active'
    const roles = active ? await rolesOf(db, tenant, member) : []
    const because: Because[] = [
      ...(active && everybodyHolds.includes(permission)
        ? [{ by: 'membership', level: 'tenant' } as const]
        : []),
      ...(active && who.operator === 1 && operatorHolds.includes(permission)
        ? [{ by: 'operator', level: 'tenant' } as const]
        : []),
      ...roles.filter((held) => reaches(held, { permission, place, workspace, custom })).map((held) => ({
        by: 'role' as const,
        ...withoutHidden(held, principal.grants),
      })),
    ]
    const signing = signingOf(permission)
    const missing = {
      active: !active,
      levels: levelsOf(permission, place),
      roles: rolesWith(permission, custom),
    }
    return {
      member,
      permission,
      level: place.level,
      ...(place.level === 'tenant' ? {} : { place: place.id }),
      allowed: because.length > 0,
      because,
      ...(because.length > 0 ? {} : { missing }),
      ...(signing === null ? {} : { signing }),
    }
  },
})

/** Who may read roles may not see every place by that: such a one stays an id. */
function withoutHidden(held: HeldRole, grants: Grants): HeldRole {
  const { level, place, place_name, ...rest } = held
  if (level === 'tenant' || place === undefined) return held
  const seen = grants.allows(`${level}s.read`, { level, id: place }) && place_name !== undefined
  return { ...rest, level, place, ...(seen ? { place_name } : {}) }
}

async function placeAsked(
  db: Reader,
  tenant: string,
  { project, workspace }: { readonly project?: string | undefined; readonly workspace?: string | undefined },
): Promise<{ readonly place: Place; readonly workspace: string | null }> {
  if (project !== undefined && workspace !== undefined) {
    throw new InvalidRequest([{ at: 'query/workspace', message: 'a project or a workspace' }])
  }
  const id = project ?? workspace
  if (id === undefined) return { place: { level: 'tenant' }, workspace: null }
  const place = { level: project === undefined ? 'workspace' : 'project', id } as const
  const found = await workspaceOf(db, tenant, place)
  if (found === null) throw new Fault('not_found')
  return { place, workspace: found }
}

/** Whether a role that somebody has gives the permission at the place. */
function reaches(
  { role, level, place: bound }: HeldRole,
  { permission, place, workspace, custom }: {
    readonly permission: Permission
    readonly place: Place
    readonly workspace: string | null
    readonly custom: ReadonlyMap<string, string>
  },
): boolean {
  if (!holds(role, custom.get(role) ?? null).includes(permission)) return false
  if (level === 'tenant') return true
  if (!countsAtPlace(permission)) return false
  if (level === 'workspace') return place.level !== 'tenant' && bound === workspace
  return place.level === 'project' && bound === place.id
}

/** Where it would have to be held, from wide to narrow. */
function levelsOf(permission: Permission, { level }: Place): ('tenant' | 'workspace' | 'project')[] {
  if (!countsAtPlace(permission) || level === 'tenant') return ['tenant']
  return level === 'workspace' ? ['tenant', 'workspace'] : ['tenant', 'workspace', 'project']
}

function rolesWith(permission: Permission, custom: ReadonlyMap<string, string>): string[] {
  const built: BuiltInRole[] = builtInRoles.filter((role) => rolePermissions[role].includes(permission))
  const own = [...custom].filter(([role, held]) => holds(role, held).includes(permission)).map(([role]) =>
    role
  )
  return [...built, ...own]
}
