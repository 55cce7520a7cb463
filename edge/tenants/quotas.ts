/** How many of something a tenant may have at this installation, as its operator says. */
import { type QuotaName, quotaNames, type Quotas } from '../../shared/schemas/operated_tenant.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

/** What counts: whoever is invited takes a place, whoever was revoked or removed takes none. */
const counted: Readonly<Record<QuotaName, { readonly table: string; readonly where: string }>> = {
  members: { table: 'member', where: "counted.state in ('active', 'invited')" },
  agents: { table: 'agent', where: "counted.state in ('pending', 'approved')" },
  connections: { table: 'connection', where: 'counted.deleted is null' },
  pipelines: { table: 'pipeline', where: 'counted.deleted is null' },
}

/**
 * Stands behind what a plan adds: refused with `quota_reached`, and the number, where there are too many then. No step
 * where the tenant may have as many as it likes.
 */
export async function withinQuota(db: Reader, tenant: string, what: QuotaName): Promise<Step[]> {
  const quota = await db.selectFrom('quota').select('most').where('tenant', '=', tenant)
    .where('what', '=', what).executeTakeFirst()
  if (quota === undefined) return []
  const { table, where } = counted[what]
  const fits = sql<boolean>`(select count(*) from ${sql.table(table)} as counted
    where counted.tenant = ${tenant} and ${sql.raw(where)}) <= ${quota.most}`
  const query = writes.updateTable('tenant').set(({ ref }) => ({ name: ref('name') }))
    .where('id', '=', tenant).where(fits)
  const detail =
    `This installation lets the tenant have ${quota.most} ${what}, and it has them: ask whoever runs it.`
  return [step(query, { otherwise: 'quota_reached', detail })]
}

/** All of them anew: what is not named has no limit. */
export function setQuotas(tenant: string, quotas: Quotas): Step[] {
  const rows = quotaNames.flatMap((what) => {
    const most = quotas[what]
    return most === undefined ? [] : [{ tenant, what, most }]
  })
  const gone = step(writes.deleteFrom('quota').where('tenant', '=', tenant))
  return [gone, ...rows.map((row) => step(writes.insertInto('quota').values(row)))]
}

/** `quotas` of the query's tenant, as a JSON object. */
export const quotasOfTenant = sql<string>`(select json_group_object(q.what, q.most) from quota as q
  where q.tenant = tenant.id)`.as('quotas')
