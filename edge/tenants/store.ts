import { toBase64 } from '../../shared/bytes.ts'
import type { Project } from '../../shared/schemas/project.ts'
import type { Tenant } from '../../shared/schemas/tenant.ts'
import type { Workspace } from '../../shared/schemas/workspace.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { TenantTables } from '../db/people/tenant_tables.ts'
import type { Step } from '../db/plan.ts'

export type TenantRow = Omit<TenantTables['tenant'], 'rights'>

export type WorkspaceRow = TenantTables['workspace']

export interface ProjectRow {
  readonly id: string
  readonly tenant: string
  readonly workspace: string
  readonly name: string
  readonly created: number
}

/** With the environment of its workspace. */
export interface PlacedProject extends ProjectRow {
  readonly environment: WorkspaceRow['environment']
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
  const { id, name, log_key, created, closing, suspended, erase_at } = row
  return {
    id,
    name,
    log_key: toBase64(log_key),
    created: time(created),
    ...(closing === null ? {} : { closing: time(closing) }),
    ...(suspended === null ? {} : { suspended: time(suspended) }),
    ...(erase_at === null ? {} : { erase_at: time(erase_at) }),
  }
}

export function toWorkspace(row: WorkspaceRow): Workspace {
  const { id, name, environment, created } = row
  return { id, name, environment, production: environment === 'production', created: time(created) }
}

export function toProject(row: PlacedProject): Project {
  const { id, workspace, name, environment, created } = row
  const production = environment === 'production'
  return { id, workspace, name, environment, production, created: time(created) }
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
  if (among !== null) query = query.where('id', 'in', oneOf(among))
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

export async function workspace(db: Reader, tenant: string, id: string): Promise<WorkspaceRow | null> {
  const query = db.selectFrom('workspace').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

/** Of the workspace, for the project of the query around it. */
const environment = sql<WorkspaceRow['environment']>`(select w.environment from workspace as w
  where w.tenant = project.tenant and w.id = project.workspace)`.as('environment')

export async function projects(
  db: Reader,
  tenant: string,
  { after, take, workspace, among }: Among & { readonly workspace: string | null },
): Promise<PlacedProject[]> {
  let query = db.selectFrom('project').selectAll().select(environment).where('tenant', '=', tenant)
  if (among !== null) query = query.where('id', 'in', oneOf(among))
  if (workspace !== null) query = query.where('workspace', '=', workspace)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Null also when it belongs to another tenant. */
export async function project(db: Reader, tenant: string, id: string): Promise<PlacedProject | null> {
  const query = db.selectFrom('project').selectAll().select(environment).where('tenant', '=', tenant)
    .where('id', '=', id)
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
