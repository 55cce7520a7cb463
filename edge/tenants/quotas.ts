/** How many of something a tenant may have at this installation, as its operator says. */
import { Fault } from '../../shared/faults.ts'
import { type QuotaName, quotaNames, type Quotas } from '../../shared/schemas/operated_tenant.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { checkNotSuspended } from './suspended.ts'

type Counted = 'members' | 'agents' | 'connections' | 'pipelines'
type OfDay = 'runs_per_day' | 'log_bytes_per_day'

/** What counts: whoever is invited takes a place, whoever was revoked or removed takes none. */
const counted: Readonly<Record<Counted, { readonly table: string; readonly where: string }>> = {
  members: { table: 'member', where: "counted.state in ('active', 'invited')" },
  agents: { table: 'agent', where: "counted.state in ('pending', 'approved')" },
  connections: { table: 'connection', where: 'counted.deleted is null' },
  pipelines: { table: 'pipeline', where: 'counted.deleted is null' },
}

const words: Readonly<Record<QuotaName, string>> = {
  members: 'members',
  agents: 'agents',
  connections: 'connections',
  pipelines: 'pipelines',
  runs_per_day: 'runs a day',
  runs_waiting: 'runs that wait',
  log_bytes_per_day: 'bytes of logs a day',
}

const detailOf = (what: QuotaName, most: number) =>
  `This installation lets the tenant have ${most} ${words[what]}, and it has them: ask whoever runs it.`

/** Changes nothing; refused with `quota_reached` where this does not hold. */
function holds(
  tenant: string,
  { what, most, fits }: {
    readonly what: QuotaName
    readonly most: number
    readonly fits: ReturnType<typeof sql<boolean>>
  },
): Step {
  const query = writes.updateTable('tenant').set(({ ref }) => ({ name: ref('name') }))
    .where('id', '=', tenant).where(fits)
  return step(query, { otherwise: 'quota_reached', detail: detailOf(what, most) })
}

/**
 * Stands behind what a plan adds: refused with `quota_reached`, and the number, where there are too many then. No step
 * where the tenant may have as many as it likes.
 */
export async function withinQuota(db: Reader, tenant: string, what: Counted): Promise<Step[]> {
  const quota = await db.selectFrom('quota').select('most').where('tenant', '=', tenant)
    .where('what', '=', what).executeTakeFirst()
  if (quota === undefined) return []
  const { table, where } = counted[what]
  const fits = sql<boolean>`(select count(*) from ${sql.table(table)} as counted
    where counted.tenant = ${tenant} and ${sql.raw(where)}) <= ${quota.most}`
  return [holds(tenant, { what, most: quota.most, fits })]
}

/** For a member who comes by themselves. Throws `quota_reached` where there is no place, `tenant_suspended`. */
export async function placeForMember(db: Reader, tenant: string): Promise<Step[]> {
  await checkNotSuspended(db, tenant)
  const { where } = counted.members
  const full = await db.selectFrom('quota').select('most').where('tenant', '=', tenant).where(
    'what',
    '=',
    'members',
  )
    .where(
      'most',
      '<=',
      sql<number>`(select count(*) from member as counted
      where counted.tenant = ${tenant} and ${sql.raw(where)})`,
    ).executeTakeFirst()
  if (full !== undefined) throw new Fault('quota_reached', detailOf('members', full.most))
  return await withinQuota(db, tenant, 'members')
}

/** Whether so many runs of the tenant wait, or more: as many are looked at, whatever waits besides. */
const waiting = (tenant: string, many: number) =>
  sql<boolean>`exists (select 1 from (select 1 from run as w where w.tenant = ${tenant}
    and w.state = 'queued' limit 1 offset ${many - 1}))`

/**
 * Stands behind the step that makes a run. Throws `quota_reached` where there is no room for one, so that who starts it
 * by the clock may let the time pass. Nothing is counted where the operator has said nothing.
 */
export async function withinRunQuotas(db: Reader, tenant: string, now: number): Promise<Step[]> {
  const quotas = await db.selectFrom('quota').selectAll().where('tenant', '=', tenant)
    .where('what', 'in', ['runs_per_day', 'runs_waiting']).execute()
  const steps: Step[] = []
  for (const { what, most, ...quota } of quotas) {
    if (what === 'runs_per_day') {
      const day = dayOf(now)
      if ((quota.day >= day ? quota.used : 0) >= most) throw new Fault('quota_reached', detailOf(what, most))
      steps.push(use(tenant, { what, most, count: 1, day }))
      continue
    }
    const { full } = await db.selectFrom('tenant').select(
      sql<number>`${most === 0} or ${waiting(tenant, Math.max(most, 1))}`.as('full'),
    ).where('id', '=', tenant).executeTakeFirstOrThrow()
    if (full === 1) throw new Fault('quota_reached', detailOf('runs_waiting', most))
    steps.push(holds(tenant, { what, most, fits: sql<boolean>`not ${waiting(tenant, most + 1)}` }))
  }
  return steps
}

/** A log of so many bytes more today; refused with `quota_reached` where there is no room for it. */
export async function withinLogQuota(
  db: Reader,
  tenant: string,
  { bytes, now }: { readonly bytes: number; readonly now: number },
): Promise<Step[]> {
  const what = 'log_bytes_per_day'
  const quota = await db.selectFrom('quota').select('most').where('tenant', '=', tenant)
    .where('what', '=', what).executeTakeFirst()
  return quota === undefined ? [] : [use(tenant, { what, most: quota.most, count: bytes, day: dayOf(now) })]
}

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10)

/** A number that is kept, so that nothing is counted. A clock that was set back begins no day anew. */
function use(
  tenant: string,
  { what, most, count, day }: {
    readonly what: OfDay
    readonly most: number
    readonly count: number
    readonly day: string
  },
): Step {
  const before = sql<number>`(case when quota.day >= ${day} then quota.used else 0 end)`
  const query = writes.updateTable('quota').set({
    used: sql<number>`${before} + ${count}`,
    day: sql<string>`max(quota.day, ${day})`,
  }).where('tenant', '=', tenant).where('what', '=', what).where(sql<boolean>`${before} + ${count} <= most`)
  return step(query, { otherwise: 'quota_reached', detail: detailOf(what, most) })
}

/** All of them anew: what is not named has no limit. What a day has had of one that stays is not forgotten. */
export function setQuotas(tenant: string, quotas: Quotas): Step[] {
  return quotaNames.map((what) => {
    const most = quotas[what]
    if (most === undefined) {
      return step(writes.deleteFrom('quota').where('tenant', '=', tenant).where('what', '=', what))
    }
    const row = { tenant, what, most, day: '', used: 0 }
    const query = writes.insertInto('quota').values(row)
      .onConflict((conflict) => conflict.columns(['tenant', 'what']).doUpdateSet({ most }))
    return step(query)
  })
}

/** `quotas` of the query's tenant, as a JSON object. */
export const quotasOfTenant = sql<string>`(select json_group_object(q.what, q.most) from quota as q
  where q.tenant = tenant.id)`.as('quotas')
