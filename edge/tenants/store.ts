import { toBase64 } from '../../shared/bytes.ts'
import type { Member } from '../../shared/schemas/member.ts'
import type { Project } from '../../shared/schemas/project.ts'
import type { Tenant } from '../../shared/schemas/tenant.ts'
import type { Workspace } from '../../shared/schemas/workspace.ts'
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

export interface TenantRow {
  readonly id: string
  readonly name: string
  readonly log_key: Uint8Array
  readonly log_key_sealed: string
  readonly created: number
}

export interface WorkspaceRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly created: number
}

export interface ProjectRow extends WorkspaceRow {
  readonly workspace: string
}

export interface MemberRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly kind: 'person' | 'service'
  readonly state: 'invited' | 'active' | 'removed'
  readonly operator: number
  readonly created: number
  readonly erased: number | null
}

/** What a page of a list that keeps to some of them asks for; `among` null: all. */
interface Among extends Window {
  readonly among: readonly string[] | null
}

/** What a page of a list asks for. */
interface Window {
  readonly after: string | null
  readonly take: number
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

export function toTenant(row: TenantRow): Tenant {
  return { id: row.id, name: row.name, log_key: toBase64(row.log_key), created: time(row.created) }
}

export function toWorkspace(row: WorkspaceRow): Workspace {
  return { id: row.id, name: row.name, created: time(row.created) }
}

export function toProject(row: ProjectRow): Project {
  return { id: row.id, workspace: row.workspace, name: row.name, created: time(row.created) }
}

/** `role` is the one at the tenant. */
export function toMember(row: MemberRow & { readonly role: string | null }): Member {
  const { id, name, kind, role, state, created, erased } = row
  return {
    id,
    name,
    kind,
    ...(role === null ? {} : { role }),
    state,
    created: time(created),
    ...(erased === null ? {} : { erased: time(erased) }),
  }
}

export async function tenant(db: Reader, id: string): Promise<TenantRow | null> {
  return await db.selectFrom('tenant').selectAll().where('id', '=', id).executeTakeFirst() ?? null
}

export async function workspaces(
  db: Reader,
  tenant: string,
  { after, take, among }: Among,
): Promise<WorkspaceRow[]> {
  let query = db.selectFrom('workspace').selectAll().where('tenant', '=', tenant)
  if (among !== null) query = query.where('id', 'in', among)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

export async function workspace(db: Reader, tenant: string, id: string): Promise<WorkspaceRow | null> {
  const query = db.selectFrom('workspace').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

export async function projects(
  db: Reader,
  tenant: string,
  { after, take, workspace, among }: Among & { readonly workspace: string | null },
): Promise<ProjectRow[]> {
  let query = db.selectFrom('project').selectAll().where('tenant', '=', tenant)
  if (among !== null) query = query.where('id', 'in', among)
  if (workspace !== null) query = query.where('workspace', '=', workspace)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Null also when it belongs to another tenant. */
export async function project(db: Reader, tenant: string, id: string): Promise<ProjectRow | null> {
  const query = db.selectFrom('project').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
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
  { after, take }: Window,
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

export function insertInstallation(tenant: string, created: number): Step {
  return step(writes.insertInto('installation').values({ id: 1, tenant, created }), {
    otherwise: 'already_exists',
  })
}

export function insertTenant(row: TenantRow): Step {
  return step(writes.insertInto('tenant').values(row), { otherwise: 'already_exists' })
}

/** The row as it was kept, for a reply. */
export function selectTenant(id: string): Step {
  return step(writes.selectFrom('tenant').selectAll().where('id', '=', id))
}

export function insertWorkspace(row: WorkspaceRow): Step {
  return step(writes.insertInto('workspace').values(row), { otherwise: 'already_exists' })
}

export function insertProject(row: ProjectRow): Step {
  return step(writes.insertInto('project').values(row), { otherwise: 'already_exists' })
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
 * Everything personal about a member goes: names and salts beside audit entries, and the name, role and tokens' names
 * of the member itself. Refused with `last_owner` as `removeMember`, and with `conflict` where names have come or gone
 * since they were counted.
 */
export function eraseMember(
  tenant: string,
  id: string,
  { names, now }: { readonly names: number; readonly now: number },
): Step[] {
  const gone = { name: '', state: 'removed', operator: 0, erased: now } as const
  const row = writes.updateTable('member').set(gone).where('tenant', '=', tenant).where('id', '=', id)
    .where('erased', 'is', null).where(keepsOwner(tenant, id))
  const beside = writes.deleteFrom('audit_name').where('tenant', '=', tenant).where('member', '=', id)
  const tokens = writes.updateTable('token').set({ name: 'erased' }).where('tenant', '=', tenant)
    .where('member', '=', id)
  const invitations = writes.deleteFrom('invitation').where('tenant', '=', tenant).where('member', '=', id)
  return [
    step(row, { otherwise: 'last_owner' }),
    ...deleteAllOf(tenant, id),
    step(beside, { rows: names, otherwise: 'conflict' }),
    step(tokens),
    step(invitations),
  ]
}

/** True where a member may lose what they have: they are no owner, or not the only one. */
function keepsOwner(tenant: string, member: string) {
  return sql<boolean>`(${notOwner(tenant, member)} or ${anotherOwner(tenant, member)})`
}

export interface InvitationRow {
  readonly hash: string
  readonly tenant: string
  readonly member: string
  readonly expires: number
}

export function insertInvitation(row: InvitationRow): Step {
  return step(writes.insertInto('invitation').values({ ...row, accepted: null }), {
    otherwise: 'already_exists',
  })
}

/** The member that an invitation is for; null when it is unknown, used or expired. */
export async function invited(
  db: Reader,
  { hash, now }: { hash: string; now: number },
): Promise<MemberWithRole | null> {
  const query = db.selectFrom('invitation').innerJoin(
    'member',
    (join) =>
      join.onRef('member.id', '=', 'invitation.member').onRef('member.tenant', '=', 'invitation.tenant'),
  )
    .selectAll('member').select(tenantRole).where('hash', '=', hash).where('accepted', 'is', null).where(
      'expires',
      '>',
      now,
    )
    .where('member.state', '=', 'invited')
  return await query.executeTakeFirst() ?? null
}

export function acceptInvitation(hash: string, now: number): Step {
  const query = writes.updateTable('invitation').set({ accepted: now }).where('hash', '=', hash)
    .where('accepted', 'is', null)
  return step(query, { otherwise: 'conflict' })
}

export function activateMember(tenant: string, id: string): Step {
  const query = writes.updateTable('member').set({ state: 'active' }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '=', 'invited')
  return step(query, { otherwise: 'conflict' })
}
