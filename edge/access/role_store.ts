/** Custom roles, groups, and the bindings of both: rows, and steps for plans. Every one takes the tenant. */
import type { Binding, Group, RoleRecord } from '../../shared/schemas/access.ts'
import type { Permission } from '../../shared/permissions.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { anotherOwner, type BindingRow, notOwner } from './store.ts'

/** What a page of a list asks for. */
interface Window {
  readonly after: string | null
  readonly take: number
}

const time = (ms: number) => new Date(ms).toISOString()

export interface RoleRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly permissions: string
  readonly created: number
  readonly updated: number
}

export function toRole(row: RoleRow): RoleRecord {
  const permissions = JSON.parse(row.permissions) as Permission[]
  return { id: row.id, name: row.name, built_in: false, permissions, created: time(row.created) }
}

export async function customRoles(db: Reader, tenant: string): Promise<RoleRow[]> {
  return await db.selectFrom('custom_role').selectAll().where('tenant', '=', tenant).orderBy('id').execute()
}

export async function customRole(db: Reader, tenant: string, id: string): Promise<RoleRow | null> {
  const query = db.selectFrom('custom_role').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

/** A name that is taken is `already_exists`. */
export function insertRole(row: RoleRow): Step {
  return step(writes.insertInto('custom_role').values(row), { otherwise: 'already_exists' })
}

/** A name that is taken is `conflict`, and so is a role that changed since it was read. */
export function updateRole(
  { tenant, id, updated }: RoleRow,
  set: Pick<RoleRow, 'name' | 'permissions' | 'updated'>,
): Step {
  const query = writes.updateTable('custom_role').set(set).where('tenant', '=', tenant).where('id', '=', id)
    .where('updated', '=', updated)
  return step(query, { otherwise: 'conflict' })
}

/** Refused with `conflict` while somebody has it. */
export function deleteRole(tenant: string, id: string): Step {
  const query = writes.deleteFrom('custom_role').where('tenant', '=', tenant).where('id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom('binding').select('binding.id').where('binding.tenant', '=', tenant)
          .where('binding.role', '=', id),
      ))
    )
  return step(query, { otherwise: 'conflict' })
}

export interface GroupRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly created: number
}

export function toGroup(row: GroupRow, members: number): Group {
  return { id: row.id, name: row.name, members, created: time(row.created) }
}

const size = sql<
  number
>`(select count(*) from group_member as inside where inside.tenant = member_group.tenant
  and inside.member_group = member_group.id)`.as('members')

export async function groups(
  db: Reader,
  tenant: string,
  { after, take }: Window,
): Promise<(GroupRow & { readonly members: number })[]> {
  let query = db.selectFrom('member_group').selectAll().select(size).where('tenant', '=', tenant)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

export async function group(
  db: Reader,
  tenant: string,
  id: string,
): Promise<(GroupRow & { readonly members: number }) | null> {
  const query = db.selectFrom('member_group').selectAll().select(size).where('tenant', '=', tenant)
    .where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

export function insertGroup(row: GroupRow): Step {
  return step(writes.insertInto('member_group').values(row), { otherwise: 'already_exists' })
}

/** With everything that it gave. */
export function deleteGroup(tenant: string, id: string): Step[] {
  return [
    step(writes.deleteFrom('member_group').where('tenant', '=', tenant).where('id', '=', id), {
      otherwise: 'not_found',
    }),
    step(writes.deleteFrom('group_member').where('tenant', '=', tenant).where('member_group', '=', id)),
    step(writes.deleteFrom('binding').where('tenant', '=', tenant).where('member_group', '=', id)),
  ]
}

export async function groupMembers(
  db: Reader,
  tenant: string,
  { group, after, take }: Window & { readonly group: string },
): Promise<{ readonly member: string; readonly created: number }[]> {
  let query = db.selectFrom('group_member').select(['member', 'created']).where('tenant', '=', tenant)
    .where('member_group', '=', group)
  if (after !== null) query = query.where('member', '>', after)
  return await query.orderBy('member').limit(take).execute()
}

export function insertGroupMember(
  row: {
    readonly tenant: string
    readonly member_group: string
    readonly member: string
    readonly created: number
  },
): Step {
  return step(writes.insertInto('group_member').values(row), { otherwise: 'already_exists' })
}

export function deleteGroupMember(
  tenant: string,
  at: { readonly group: string; readonly member: string },
): Step {
  const query = writes.deleteFrom('group_member').where('tenant', '=', tenant)
    .where('member_group', '=', at.group).where('member', '=', at.member)
  return step(query, { otherwise: 'not_found' })
}

/** Everybody whose rights a group or a role gives. */
export async function holdersOf(
  db: Reader,
  tenant: string,
  of: { readonly group: string } | { readonly role: string },
): Promise<string[]> {
  const inGroups = db.selectFrom('group_member').select('member').where('tenant', '=', tenant)
  if ('group' in of) {
    return (await inGroups.where('member_group', '=', of.group).execute()).map(({ member }) => member)
  }
  const bound = await db.selectFrom('binding').select(['member', 'member_group']).where('tenant', '=', tenant)
    .where('role', '=', of.role).execute()
  const groups = bound.flatMap(({ member_group }) => member_group ?? [])
  const members = groups.length === 0 ? [] : await inGroups.where('member_group', 'in', groups).execute()
  return [
    ...new Set([...bound.flatMap(({ member }) => member ?? []), ...members.map(({ member }) => member)]),
  ]
}

export function toBinding(row: BindingRow): Binding {
  return {
    id: row.id,
    ...(row.member === null ? {} : { member: row.member }),
    ...(row.member_group === null ? {} : { group: row.member_group }),
    role: row.role,
    level: row.level,
    ...(row.place === null ? {} : { place: row.place }),
    created: time(row.created),
  }
}

export async function bindings(
  db: Reader,
  tenant: string,
  filter: Window & {
    readonly member: string | null
    readonly group: string | null
    readonly role: string | null
    readonly place: string | null
  },
): Promise<BindingRow[]> {
  let query = db.selectFrom('binding').selectAll().where('tenant', '=', tenant)
  if (filter.member !== null) query = query.where('member', '=', filter.member)
  if (filter.group !== null) query = query.where('member_group', '=', filter.group)
  if (filter.role !== null) query = query.where('role', '=', filter.role)
  if (filter.place !== null) query = query.where('place', '=', filter.place)
  if (filter.after !== null) query = query.where('id', '>', filter.after)
  return await query.orderBy('id').limit(filter.take).execute()
}

export async function binding(db: Reader, tenant: string, id: string): Promise<BindingRow | null> {
  const query = db.selectFrom('binding').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

/** Refused with `last_owner` when no active person would be left who is owner. */
export function deleteBinding({ tenant, id, member, role, level }: BindingRow): Step {
  const query = writes.deleteFrom('binding').where('tenant', '=', tenant).where('id', '=', id)
  if (member === null || role !== 'owner' || level !== 'tenant') {
    return step(query, { otherwise: 'not_found' })
  }
  const kept = sql<boolean>`(${notOwner(tenant, member)} or ${anotherOwner(tenant, member)})`
  return step(query.where(kept), { otherwise: 'last_owner' })
}

/** The state of a member, or null. */
export async function memberState(
  db: Reader,
  tenant: string,
  id: string,
): Promise<{ readonly state: 'invited' | 'active' | 'removed'; readonly operator: number } | null> {
  const query = db.selectFrom('member').select(['state', 'operator']).where('tenant', '=', tenant).where(
    'id',
    '=',
    id,
  )
  return await query.executeTakeFirst() ?? null
}

/** The workspace of a project, or the workspace itself; null where the tenant has no such place. */
export async function workspaceOf(
  db: Reader,
  tenant: string,
  { level, id }: { readonly level: 'workspace' | 'project'; readonly id: string },
): Promise<string | null> {
  if (level === 'workspace') {
    const row = await db.selectFrom('workspace').select('id').where('tenant', '=', tenant).where(
      'id',
      '=',
      id,
    )
      .executeTakeFirst()
    return row?.id ?? null
  }
  const row = await db.selectFrom('project').select('workspace').where('tenant', '=', tenant).where(
    'id',
    '=',
    id,
  )
    .executeTakeFirst()
  return row?.workspace ?? null
}
