import { toBase64 } from '../../shared/bytes.ts'
import type { Role } from '../../shared/permissions.ts'
import type { Member } from '../../shared/schemas/member.ts'
import type { Project } from '../../shared/schemas/project.ts'
import type { Tenant } from '../../shared/schemas/tenant.ts'
import type { Workspace } from '../../shared/schemas/workspace.ts'
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
  readonly role: Role
  readonly state: 'invited' | 'active' | 'removed'
  readonly operator: number
  readonly created: number
  readonly erased: number | null
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

export function toMember(row: MemberRow): Member {
  const { id, name, role, state, created, erased } = row
  return {
    id,
    name,
    role,
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
  { after, take }: Window,
): Promise<WorkspaceRow[]> {
  let query = db.selectFrom('workspace').selectAll().where('tenant', '=', tenant)
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
  { after, take, workspace }: Window & { readonly workspace: string | null },
): Promise<ProjectRow[]> {
  let query = db.selectFrom('project').selectAll().where('tenant', '=', tenant)
  if (workspace !== null) query = query.where('workspace', '=', workspace)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Null also when it belongs to another tenant. */
export async function project(db: Reader, tenant: string, id: string): Promise<ProjectRow | null> {
  const query = db.selectFrom('project').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

export async function members(db: Reader, tenant: string, { after, take }: Window): Promise<MemberRow[]> {
  let query = db.selectFrom('member').selectAll().where('tenant', '=', tenant)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Null also when the member was removed. */
export async function member(db: Reader, tenant: string, id: string): Promise<MemberRow | null> {
  const query = db.selectFrom('member').selectAll().where('tenant', '=', tenant).where('id', '=', id)
    .where('state', '<>', 'removed')
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

export function insertMember(row: MemberRow): Step {
  return step(writes.insertInto('member').values(row), { otherwise: 'already_exists' })
}

/** Refused with `last_admin` when nobody active would be left who may change members. */
export function setRole(tenant: string, id: string, role: Role): Step {
  const query = writes.updateTable('member').set({ role }).where('tenant', '=', tenant).where('id', '=', id)
    .where('state', '<>', 'removed').where(keepsAdmin(tenant, id, role))
  return step(query, { otherwise: 'last_admin' })
}

/** Refused with `last_admin` likewise. */
export function removeMember(tenant: string, id: string): Step {
  const query = writes.updateTable('member').set({ state: 'removed' }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '<>', 'removed').where(keepsAdmin(tenant, id, null))
  return step(query, { otherwise: 'last_admin' })
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
 * of the member itself. Refused with `last_admin` as `removeMember`, and with `conflict` where names have come or gone
 * since they were counted.
 */
export function eraseMember(
  tenant: string,
  id: string,
  { names, now }: { readonly names: number; readonly now: number },
): Step[] {
  const gone = { name: '', role: 'viewer', state: 'removed', operator: 0, erased: now } as const
  const row = writes.updateTable('member').set(gone).where('tenant', '=', tenant).where('id', '=', id)
    .where('erased', 'is', null).where(keepsAdmin(tenant, id, null))
  const beside = writes.deleteFrom('audit_name').where('tenant', '=', tenant).where('member', '=', id)
  const tokens = writes.updateTable('token').set({ name: 'erased' }).where('tenant', '=', tenant)
    .where('member', '=', id)
  const invitations = writes.deleteFrom('invitation').where('tenant', '=', tenant).where('member', '=', id)
  return [
    step(row, { otherwise: 'last_admin' }),
    step(beside, { rows: names, otherwise: 'conflict' }),
    step(tokens),
    step(invitations),
  ]
}

/** True of a row whose change to `role` (null: to nothing) leaves somebody active who is admin. */
function keepsAdmin(tenant: string, id: string, role: Role | null) {
  return sql<boolean>`(${role} = 'admin' or role <> 'admin' or state <> 'active' or exists (
    select 1 from member as other where other.tenant = ${tenant} and other.id <> ${id}
    and other.role = 'admin' and other.state = 'active'))`
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
): Promise<MemberRow | null> {
  const query = db.selectFrom('invitation').innerJoin(
    'member',
    (join) =>
      join.onRef('member.id', '=', 'invitation.member').onRef('member.tenant', '=', 'invitation.tenant'),
  )
    .selectAll('member').where('hash', '=', hash).where('accepted', 'is', null).where('expires', '>', now)
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
