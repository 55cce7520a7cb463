/** Bindings: a role for a member or a group, at the tenant, a workspace or a project. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Binding, NewBinding } from '../../shared/schemas/access.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { RoleName } from '../../shared/schemas/principal.ts'
import type { Reader } from '../db/database.ts'
import { change } from '../http/change.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import { withinLimit } from './limits.ts'
import type { AccessOptions } from './options.ts'
import { checkCovers, permissionsOfRole } from './rights.ts'
import {
  binding,
  bindings,
  deleteBinding,
  group,
  holdersOf,
  memberState,
  toBinding,
  workspaceOf,
} from './role_store.ts'
import { type BindingRow, insertBinding } from './store.ts'

const tag = 'Roles'
const id = '019a9f3e-7c00-7000-8000-000000000009'
const example = {
  id,
  member: '019a9f3e-7c00-7000-8000-000000000006',
  role: 'editor',
  level: 'project',
  place: '019a9f3e-7c00-7000-8000-000000000004',
  created: '2026-11-22T08:00:00.000Z',
} as const
const { id: _, created: __, ...exampleBody } = example

const list = query({
  id: 'listBindings',
  path: '/v1/bindings',
  tag,
  permission: 'roles.read',
  summary: 'Who has which role where, oldest first',
  query: z.strictObject({
    ...pageShape,
    member: Id.optional(),
    group: Id.optional(),
    role: RoleName.optional(),
    place: Id.optional(),
  }),
  reply: pageOf(Binding),
  example: { query: { member: example.member }, reply: { data: [example] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const { member = null, group = null, role = null, place = null } = query
    const rows = await bindings(db, principal.tenant, { member, group, role, place, after, take })
    return paged(rows, { limit, key: (row) => row.id, item: toBinding })
  },
})

function create(options: AccessOptions): Route {
  return command({
    id: 'createBinding',
    method: 'post',
    path: '/v1/bindings',
    status: 201,
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'role.changed',
    summary: 'Give a member or a group a role, at the tenant, a workspace or a project',
    description:
      'Of what the role gives there you have to hold everything yourself. It counts from the next request on, also for ' +
      'tokens that exist; sessions of those whom it is given to end. What is signed needs a signer’s scope in the ' +
      'trust document as well: a role at the edge does not give that. A tenant has at most 10,000 bindings.',
    body: NewBinding,
    reply: Binding,
    faults: ['not_found', 'already_exists', 'limit_reached'],
    example: { body: exampleBody, reply: example },
    async handle({ db, principal, body, now, newId }) {
      const { tenant, grants } = principal
      const row: BindingRow = {
        id: newId(),
        tenant,
        member: body.member ?? null,
        member_group: body.group ?? null,
        role: body.role,
        level: body.level,
        place: body.place ?? null,
        created: now,
      }
      await checkThere(db, row)
      await checkCovers(db, tenant, { grants, bound: [row] })
      const members = await holders(db, row)
      return change({
        writes: [
          insertBinding(row),
          withinLimit(tenant, 'binding'),
          ...options.rightsChanged(principal, { members, now }),
        ],
        target: row.member ?? row.member_group ?? '',
        facts: factsOf(row, true),
        reply: () => toBinding(row),
      })
    },
  })
}

function factsOf({ id, role, level, place }: BindingRow, given: boolean) {
  return { binding: id, role, level, place, given }
}

async function holders(db: Reader, { tenant, member, member_group }: BindingRow): Promise<string[]> {
  if (member !== null) return [member]
  return member_group === null ? [] : await holdersOf(db, tenant, { group: member_group })
}

/** Throws Fault `not_found` where who, role or place are not of the tenant. */
async function checkThere(db: Reader, row: BindingRow): Promise<void> {
  const { tenant, member, member_group, role, level, place } = row
  const who = member === null ? null : await memberState(db, tenant, member)
  if (member !== null && (who === null || who.state === 'removed')) throw new Fault('not_found')
  if (member_group !== null && await group(db, tenant, member_group) === null) throw new Fault('not_found')
  if (await permissionsOfRole(db, tenant, role) === null) throw new Fault('not_found')
  if (level !== 'tenant' && place !== null && await workspaceOf(db, tenant, { level, id: place }) === null) {
    throw new Fault('not_found')
  }
  // A tenant always keeps a person who is owner: that is counted by people, and so by people it is given.
  if (member_group !== null && role === 'owner' && level === 'tenant') {
    throw new InvalidRequest([{
      at: 'role',
      message: 'owner of the tenant is a role of people, not of groups',
    }])
  }
}

function remove(options: AccessOptions): Route {
  return command({
    id: 'deleteBinding',
    method: 'delete',
    path: '/v1/bindings/{id}',
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'role.changed',
    summary: 'Take a role away',
    description: 'Of what it gives you have to hold everything yourself. The last owner stays.',
    params: z.strictObject({ id: Id }),
    reply: Binding,
    faults: ['not_found', 'last_owner'],
    example: { params: { id }, reply: example },
    async handle({ db, principal, params, now }) {
      const { tenant, grants } = principal
      const row = await binding(db, tenant, params.id)
      if (row === null) throw new Fault('not_found')
      await checkCovers(db, tenant, { grants, bound: [row] })
      const members = await holders(db, row)
      return change({
        writes: [deleteBinding(row), ...options.rightsChanged(principal, { members, now })],
        target: row.member ?? row.member_group ?? '',
        facts: factsOf(row, false),
        reply: () => toBinding(row),
      })
    },
  })
}

export function bindingRoutes(options: AccessOptions): readonly Route[] {
  return [list, create(options), remove(options)]
}
