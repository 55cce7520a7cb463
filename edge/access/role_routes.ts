/** Roles: the built-in ones, and what a tenant makes itself of the closed list of permissions. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import {
  builtInRoles,
  operatorHolds,
  type Permission,
  permissions,
  rolePermissions,
} from '../../shared/permissions.ts'
import { NewRole, RoleChange, RoleRecord } from '../../shared/schemas/access.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { change } from '../http/change.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import type { AccessOptions } from './options.ts'
import {
  customRole,
  customRoles,
  deleteRole,
  holdersOf,
  insertRole,
  type RoleRow,
  toRole,
  updateRole,
} from './role_store.ts'

const MAX_ROLES = 100

const tag = 'Roles'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-000000000007'
const example = {
  id,
  name: 'Runner',
  built_in: false,
  permissions: ['runs.read', 'runs.write'],
  created: '2026-11-22T08:00:00.000Z',
} as const

const list = query({
  id: 'listRoles',
  path: '/v1/roles',
  tag,
  permission: 'roles.read',
  summary: 'Roles and what each holds: the built-in ones, then those of the tenant',
  description:
    'A role counts where it is bound, at the tenant, a workspace or a project; at a place only permissions for ' +
    'workspaces, projects, connections, pipelines, runs and indexes do. Every active member holds `tenant.read` and ' +
    '`trust.read` besides.',
  reply: z.object({ data: z.array(RoleRecord) }),
  example: { reply: { data: [example] } },
  async handle({ db, principal }) {
    const own = await customRoles(db, principal.tenant)
    return { data: [...builtIn, ...own.map(toRole)] }
  },
})

const builtIn = builtInRoles.map((name) => ({
  id: name,
  name,
  built_in: true,
  permissions: [...rolePermissions[name]],
}))

const create = command({
  id: 'createRole',
  method: 'post',
  path: '/v1/roles',
  status: 201,
  tag,
  permission: 'roles.write',
  fresh: true,
  audit: 'role.created',
  summary: 'Make a role of your own choice of permissions',
  body: NewRole,
  reply: RoleRecord,
  faults: ['already_exists', 'limit_reached'],
  example: { body: { name: 'Runner', permissions: ['runs.read', 'runs.write'] }, reply: example },
  async handle({ db, principal, body, now, newId }) {
    const { tenant } = principal
    const own = await customRoles(db, tenant)
    if (own.length >= MAX_ROLES) throw new Fault('limit_reached')
    const held = grantable(principal, body.permissions)
    const row: RoleRow = {
      id: newId(),
      tenant,
      name: body.name,
      permissions: JSON.stringify(held),
      created: now,
      updated: now,
    }
    return change({
      writes: [insertRole(row)],
      target: row.id,
      facts: { permissions: held.join(' ') },
      reply: () => toRole(row),
    })
  },
})

/** In the order of the list. Throws InvalidRequest at the first one that the maker does not hold. */
function grantable({ grants }: MemberPrincipal, wanted: readonly Permission[]): Permission[] {
  const beyond = wanted.findIndex((one) => operatorHolds.includes(one) || !grants.tenant.has(one))
  if (beyond >= 0) {
    throw new InvalidRequest([{ at: `permissions/${beyond}`, message: 'more than you hold at the tenant' }])
  }
  return permissions.filter((one) => wanted.includes(one))
}

function edit(options: AccessOptions): Route {
  return command({
    id: 'changeRole',
    method: 'patch',
    path: '/v1/roles/{id}',
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'role.changed',
    summary: 'Rename a role of the tenant, or change what it holds, for everybody who has it',
    description: 'Nobody takes or gives what they do not hold. Sessions of those who have it end.',
    params,
    body: RoleChange,
    reply: RoleRecord,
    faults: ['not_found', 'conflict'],
    example: {
      params: { id },
      body: { permissions: ['runs.read'] },
      reply: { ...example, permissions: ['runs.read'] },
    },
    async handle({ db, principal, params, body, now }) {
      const { tenant } = principal
      const row = existing(await customRole(db, tenant, params.id))
      const before = JSON.parse(row.permissions) as Permission[]
      const held = body.permissions === undefined ? before : grantable(principal, body.permissions)
      if (!before.every((one) => principal.grants.tenant.has(one))) {
        throw new Fault('forbidden', 'The role holds more than you do.')
      }
      const updated = now > row.updated ? now : row.updated + 1
      const next = { ...row, name: body.name ?? row.name, permissions: JSON.stringify(held), updated }
      const { name, permissions } = next
      const changed = permissions !== row.permissions
      const holders = changed ? await holdersOf(db, tenant, { role: row.id }) : []
      return change({
        writes: [
          updateRole(row, { name, permissions, updated }),
          ...options.rightsChanged(principal, { members: holders, now }),
        ],
        target: row.id,
        facts: { permissions: held.join(' ') },
        reply: () => toRole(next),
        again: true,
      })
    },
  })
}

const remove = command({
  id: 'deleteRole',
  method: 'delete',
  path: '/v1/roles/{id}',
  tag,
  permission: 'roles.write',
  fresh: true,
  audit: 'role.deleted',
  summary: 'Delete a role of the tenant that nobody has',
  params,
  reply: z.object({ id: Id }),
  faults: ['not_found', 'conflict'],
  example: { params: { id }, reply: { id } },
  async handle({ db, principal, params }) {
    const row = existing(await customRole(db, principal.tenant, params.id))
    return change({
      writes: [deleteRole(principal.tenant, row.id)],
      target: row.id,
      reply: () => ({ id: row.id }),
    })
  },
})

function existing<T>(row: T | null): T {
  if (row === null) throw new Fault('not_found')
  return row
}

export function roleRoutes(options: AccessOptions): readonly Route[] {
  return [list, create, edit(options), remove]
}
