/** How many a tenant may have of what rights are computed from: whoever may make them could make everybody wait. */
import { sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

/** Roles are counted apart, and workspaces not at all: of those only the bound ones are ever looked at together. */
const most = { project: 10_000, binding: 10_000, member_group: 1000 } as const

/** Stands behind what a plan adds. Refused with `limit_reached` where there are too many then. */
export function withinLimit(tenant: string, table: keyof typeof most): Step {
  const count = sql<boolean>`(select count(*) from ${sql.table(table)} as counted
    where counted.tenant = ${tenant}) <= ${most[table]}`
  const query = writes.updateTable('tenant').set(({ ref }) => ({ name: ref('name') })).where(
    'id',
    '=',
    tenant,
  )
    .where(count)
  return step(query, { otherwise: 'limit_reached' })
}
