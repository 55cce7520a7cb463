/** Members: who they are, and what they were given at the tenant. */
import type { Member } from '../../shared/schemas/member.ts'
import {
  anotherOwner,
  deleteAllOf,
  deleteTenantBindings,
  insertBinding,
  notOwner,
  tenantBinding,
} from '../access/store.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

export interface MemberRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly kind: 'person' | 'service'
  /** Whose account it is; null for services, and for people who have nothing but tokens. */
  readonly account: string | null
  readonly state: 'invited' | 'active' | 'removed'
  readonly operator: number
  readonly created: number
  readonly erased: number | null
}

const time = (ms: number) => new Date(ms).toISOString()

/** `role` is the one at the tenant. */
export function toMember(row: MemberRow & { readonly role: string | null }): Member {
  const { id, name, kind, account, role, state, created, erased } = row
  return {
    id,
    name,
    kind,
    ...(role === null ? {} : { role }),
    state,
    ...(account === null ? {} : { linked: true }),
    created: time(created),
    ...(erased === null ? {} : { erased: time(erased) }),
  }
}

/** A member with the role at the tenant that they have had longest. */
export interface MemberWithRole extends MemberRow {
  readonly role: string | null
}

/** For the member of the query around it. */
const tenantRole = sql<string | null>`(select own.role from binding as own where own.tenant = member.tenant
  and own.member = member.id and own.level = 'tenant' order by own.id limit 1)`.as('role')

export async function members(
  db: Reader,
  tenant: string,
  { after, take }: { readonly after: string | null; readonly take: number },
): Promise<MemberWithRole[]> {
  let query = db.selectFrom('member').selectAll().select(tenantRole).where('tenant', '=', tenant)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Null also when the member was removed. */
export async function member(db: Reader, tenant: string, id: string): Promise<MemberWithRole | null> {
  const query = db.selectFrom('member').selectAll().select(tenantRole).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '<>', 'removed')
  return await query.executeTakeFirst() ?? null
}

/** A new member has a role at the tenant, or none yet. */
export function insertMember(
  row: MemberRow,
  given: { readonly binding: string; readonly role: string } | null,
): Step[] {
  const member = step(writes.insertInto('member').values(row), { otherwise: 'already_exists' })
  if (given === null) return [member]
  const { tenant, created } = row
  const { binding: id, role } = given
  return [member, insertBinding(tenantBinding({ id, tenant, member: row.id, role, created }))]
}

/** Refused with `last_owner` when no active person would be left who is owner. */
export function setRole(
  tenant: string,
  member: string,
  { role, binding, now }: { readonly role: string; readonly binding: string; readonly now: number },
): Step[] {
  const guard = writes.updateTable('member').set(({ ref }) => ({ kind: ref('kind') })).where(
    'tenant',
    '=',
    tenant,
  )
    .where('id', '=', member).where('state', '<>', 'removed')
    .where(role === 'owner' ? sql<boolean>`true` : keepsOwner(tenant, member))
  return [
    step(guard, { otherwise: 'last_owner' }),
    deleteTenantBindings(tenant, member),
    insertBinding(tenantBinding({ id: binding, tenant, member, role, created: now })),
  ]
}

/** Refused with `last_owner` likewise. */
export function removeMember(tenant: string, id: string): Step[] {
  const query = writes.updateTable('member').set({ state: 'removed' }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '<>', 'removed').where(keepsOwner(tenant, id))
  return [step(query, { otherwise: 'last_owner' }), ...deleteAllOf(tenant, id)]
}

/** Also one that was removed. */
export async function anyMember(db: Reader, tenant: string, id: string): Promise<MemberRow | null> {
  const query = db.selectFrom('member').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

/** How many names of a member stand beside audit entries. */
export async function namesOf(db: Reader, tenant: string, member: string): Promise<number> {
  const { count } = await db.selectFrom('audit_name').select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant).where('member', '=', member).executeTakeFirstOrThrow()
  return count
}

/**
 * Everything personal about a member goes: names and salts beside audit entries, and the name, account, roles and
 * tokens' names of the member itself. Refused with `last_owner` as `removeMember`, and with `conflict` where names have come or gone
 * since they were counted.
 */
export function eraseMember(
  tenant: string,
  id: string,
  { names, now }: { readonly names: number; readonly now: number },
): Step[] {
  const gone = { name: '', account: null, state: 'removed', operator: 0, erased: now } as const
  const row = writes.updateTable('member').set(gone).where('tenant', '=', tenant).where('id', '=', id)
    .where('erased', 'is', null).where(keepsOwner(tenant, id))
  const beside = writes.deleteFrom('audit_name').where('tenant', '=', tenant).where('member', '=', id)
  const tokens = writes.updateTable('token').set({ name: 'erased', last_network: null, networks: '[]' })
    .where('tenant', '=', tenant).where('member', '=', id)
  const theirs = sql<string>`(select id from token where tenant = ${tenant} and member = ${id})`
  const networks = writes.deleteFrom('token_network').where('token', 'in', theirs)
  const devices = writes.deleteFrom('device_request').where('tenant', '=', tenant).where('member', '=', id)
  const invitations = writes.deleteFrom('invitation').where('tenant', '=', tenant).where('member', '=', id)
  return [
    step(row, { otherwise: 'last_owner' }),
    ...deleteAllOf(tenant, id),
    step(beside, { rows: names, otherwise: 'conflict' }),
    step(tokens),
    step(networks),
    step(devices),
    step(invitations),
  ]
}

/** True where a member may lose what they have: they are no owner, or not the only one. */
function keepsOwner(tenant: string, member: string) {
  return sql<boolean>`(${notOwner(tenant, member)} or ${anotherOwner(tenant, member)})`
}

/** The member as they are then, for a reply. */
export function selectMember(tenant: string, id: string): Step {
  return step(
    writes.selectFrom('member').selectAll().select(tenantRole).where('tenant', '=', tenant).where(
      'id',
      '=',
      id,
    ),
  )
}

/** Refused with `conflict` where the member is no active person any more. */
export function activePerson(tenant: string, id: string): Step {
  const query = writes.updateTable('member').set(({ ref }) => ({ kind: ref('kind') }))
    .where('tenant', '=', tenant).where('id', '=', id).where('state', '=', 'active').where(
      'kind',
      '=',
      'person',
    )
  return step(query, { otherwise: 'conflict' })
}

/** Refused with `conflict` where they are not owner by a role of their own. */
export function takeOwner(tenant: string, member: string): Step {
  const query = writes.deleteFrom('binding').where('tenant', '=', tenant).where('member', '=', member)
    .where('role', '=', 'owner').where('level', '=', 'tenant')
  return step(query, { otherwise: 'conflict' })
}

/** Their own roles at the tenant go, for others that follow. */
export function takeRoles(tenant: string, members: readonly string[]): Step {
  return step(
    writes.deleteFrom('binding').where('tenant', '=', tenant).where('member', 'in', members)
      .where('level', '=', 'tenant'),
  )
}
