/** How workspaces and projects change and go: each write says itself that nothing is in the way. */
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { WorkspaceRow } from './store.ts'

export async function workspaceNamed(db: Reader, tenant: string, name: string): Promise<boolean> {
  const row = await db.selectFrom('workspace').select('id').where('tenant', '=', tenant)
    .where('name', '=', name).executeTakeFirst()
  return row !== undefined
}

/** Refused with `conflict` where it has changed meanwhile, or the name was taken. */
export function moveWorkspace(row: WorkspaceRow, to: Pick<WorkspaceRow, 'name' | 'environment'>): Step {
  const query = writes.updateTable('workspace').set(to).where('tenant', '=', row.tenant)
    .where('id', '=', row.id).where('name', '=', row.name).where('environment', '=', row.environment)
  return step(query, { otherwise: 'conflict' })
}

/** For a plan that puts something into it: refused with `not_found` where it has gone meanwhile. */
export function workspaceStands(tenant: string, id: string): Step {
  const query = writes.updateTable('workspace').set(({ ref }) => ({ name: ref('name') }))
    .where('tenant', '=', tenant).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

/** Likewise for a project. */
export function projectStands(tenant: string, id: string): Step {
  const query = writes.updateTable('project').set(({ ref }) => ({ name: ref('name') }))
    .where('tenant', '=', tenant).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

/** Refused with `conflict` where a project is in it. */
export function removeWorkspace(tenant: string, id: string): Step[] {
  const query = writes.deleteFrom('workspace').where('tenant', '=', tenant).where('id', '=', id)
    .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM project WHERE project.tenant = ${tenant}
      AND project.workspace = ${id})`)
  return [step(query, { otherwise: 'conflict' }), unbind(tenant, id)]
}

/** Refused with `conflict` where a connection or pipeline is in it, or a run is under way. */
export function removeProject(tenant: string, id: string): Step[] {
  const holds = (table: string, rest: string) =>
    sql<boolean>`NOT EXISTS (SELECT 1 FROM ${sql.table(table)} AS held WHERE held.tenant = ${tenant}
      AND held.project = ${id} AND ${sql.raw(rest)})`
  const query = writes.deleteFrom('project').where('tenant', '=', tenant).where('id', '=', id)
    .where(holds('connection', 'held.deleted IS NULL')).where(holds('pipeline', 'held.deleted IS NULL'))
    .where(holds('run', "held.state IN ('queued', 'leased', 'running')"))
  return [step(query, { otherwise: 'conflict' }), unbind(tenant, id)]
}

/** Roles at a place that is no more. */
function unbind(tenant: string, place: string): Step {
  return step(writes.deleteFrom('binding').where('tenant', '=', tenant).where('place', '=', place))
}
