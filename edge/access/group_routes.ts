/** Groups: what is bound to one, everybody in it has. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Group, GroupMember, NewGroup } from '../../shared/schemas/access.ts'
import { Id } from '../../shared/schemas/fields.ts'
import type { Reader } from '../db/database.ts'
import { change } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { command, query, type Route } from '../http/route.ts'
import { withinLimit } from './limits.ts'
import type { AccessOptions } from './options.ts'
import { checkCovers } from './rights.ts'
import {
  bindings,
  deleteGroup,
  deleteGroupMember,
  group,
  groupMembers,
  groups,
  holdersOf,
  insertGroup,
  insertGroupMember,
  memberState,
  toGroup,
} from './role_store.ts'

const tag = 'Groups'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-000000000008'
const member = '019a9f3e-7c00-7000-8000-000000000006'
const at = '2026-11-22T08:00:00.000Z'
const example = { id, name: 'Marketing', members: 1, created: at }
/** A group has no more bindings than this counts. */
const ALL = 10_000

const list = query({
  id: 'listGroups',
  path: '/v1/groups',
  tag,
  permission: 'roles.read',
  summary: 'Groups of members, oldest first',
  query: Page,
  reply: pageOf(Group),
  example: { reply: { data: [example] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await groups(db, principal.tenant, { after, take })
    return paged(rows, { limit, key: (row) => row.id, item: (row) => toGroup(row, row.members) })
  },
})

const create = command({
  id: 'createGroup',
  method: 'post',
  path: '/v1/groups',
  status: 201,
  tag,
  permission: 'roles.write',
  fresh: true,
  audit: 'group.created',
  summary: 'Make a group; it gives nothing until a role is bound to it',
  description: 'A tenant has at most 1,000 groups.',
  body: NewGroup,
  reply: Group,
  faults: ['already_exists', 'limit_reached'],
  example: { body: { name: 'Marketing' }, reply: { ...example, members: 0 } },
  handle({ principal, body, now, newId }) {
    const row = { id: newId(), tenant: principal.tenant, name: body.name, created: now }
    return Promise.resolve(change({
      writes: [insertGroup(row), withinLimit(row.tenant, 'member_group')],
      target: row.id,
      reply: () => toGroup(row, 0),
    }))
  },
})

function remove(options: AccessOptions): Route {
  return command({
    id: 'deleteGroup',
    method: 'delete',
    path: '/v1/groups/{id}',
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'group.deleted',
    summary: 'Delete a group, and with it what it gave its members',
    params,
    reply: z.object({ id: Id }),
    faults: ['not_found'],
    example: { params: { id }, reply: { id } },
    async handle({ db, principal, params, now }) {
      const row = await mayChange(db, principal, params.id)
      const members = await holdersOf(db, principal.tenant, { group: row.id })
      return change({
        writes: [
          ...deleteGroup(principal.tenant, row.id),
          ...options.rightsChanged(principal, { members, now }),
        ],
        target: row.id,
        facts: { members: members.length },
        reply: () => ({ id: row.id }),
      })
    },
  })
}

/** The group, of which everything that it gives is held by who changes it. Throws `not_found`, `forbidden`. */
async function mayChange(db: Reader, { tenant, grants }: MemberPrincipal, id: string) {
  const row = await group(db, tenant, id)
  if (row === null) throw new Fault('not_found')
  const all = { member: null, group: id, role: null, place: null, after: null, take: ALL }
  await checkCovers(db, tenant, { grants, bound: await bindings(db, tenant, all) })
  return row
}

const listMembers = query({
  id: 'listGroupMembers',
  path: '/v1/groups/{id}/members',
  tag,
  permission: 'roles.read',
  summary: 'Who is in a group',
  params,
  query: Page,
  reply: pageOf(GroupMember),
  faults: ['not_found'],
  example: { params: { id }, reply: { data: [{ member, since: at }] } },
  async handle({ db, principal, params, query }) {
    const { tenant } = principal
    if (await group(db, tenant, params.id) === null) throw new Fault('not_found')
    const { after, take, limit } = window(query)
    const rows = await groupMembers(db, tenant, { group: params.id, after, take })
    const item = ({ member, created }: (typeof rows)[number]) => ({
      member,
      since: new Date(created).toISOString(),
    })
    return paged(rows, { limit, key: (row) => row.member, item })
  },
})

const placeParams = z.strictObject({ id: Id, member: Id })
const exampleParams = { id, member }

function add(options: AccessOptions): Route {
  return command({
    id: 'addGroupMember',
    method: 'put',
    path: '/v1/groups/{id}/members/{member}',
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'role.changed',
    summary: 'Take a member into a group, whose roles they have from now on',
    description: 'For who holds themselves what the group gives.',
    params: placeParams,
    reply: GroupMember,
    faults: ['not_found', 'already_exists'],
    example: { params: exampleParams, reply: { member, since: at } },
    async handle({ db, principal, params, now }) {
      const { tenant } = principal
      const row = await mayChange(db, principal, params.id)
      const found = await memberState(db, tenant, params.member)
      if (found === null || found.state === 'removed') throw new Fault('not_found')
      const { member } = params
      return change({
        writes: [
          insertGroupMember({ tenant, member_group: row.id, member, created: now }),
          ...options.rightsChanged(principal, { members: [member], now }),
        ],
        target: member,
        facts: { group: row.id, given: true },
        reply: () => ({ member, since: new Date(now).toISOString() }),
      })
    },
  })
}

function take(options: AccessOptions): Route {
  return command({
    id: 'removeGroupMember',
    method: 'delete',
    path: '/v1/groups/{id}/members/{member}',
    tag,
    permission: 'roles.write',
    fresh: true,
    audit: 'role.changed',
    summary: 'Take a member out of a group',
    params: placeParams,
    reply: z.object({ member: Id }),
    faults: ['not_found'],
    example: { params: exampleParams, reply: { member } },
    async handle({ db, principal, params, now }) {
      const row = await mayChange(db, principal, params.id)
      const { member } = params
      return change({
        writes: [
          deleteGroupMember(principal.tenant, { group: row.id, member }),
          ...options.rightsChanged(principal, { members: [member], now }),
        ],
        target: member,
        facts: { group: row.id, given: false },
        reply: () => ({ member }),
      })
    },
  })
}

export function groupRoutes(options: AccessOptions): readonly Route[] {
  return [list, create, remove(options), listMembers, add(options), take(options)]
}
