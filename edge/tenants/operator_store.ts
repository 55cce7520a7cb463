/** What the operator of the installation sees of tenants, and may do to them. */
import type { OperatedTenant, Quotas } from '../../shared/schemas/operated_tenant.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { quotasOfTenant } from './quotas.ts'

const DAY_MS = 86_400_000

/** So many of each, found by indexes: of a tenant with a million runs those of today are counted. */
const usage = (now: number) =>
  [
    sql<number>`(select count(*) from member as m where m.tenant = tenant.id
      and m.state in ('active', 'invited'))`.as('members'),
    sql<number>`(select count(*) from agent as a where a.tenant = tenant.id
      and a.state in ('pending', 'approved'))`.as('agents'),
    sql<number>`(select count(*) from connection as c where c.tenant = tenant.id
      and c.deleted is null)`.as('connections'),
    sql<number>`(select count(*) from pipeline as p where p.tenant = tenant.id
      and p.deleted is null)`.as('pipelines'),
    sql<number>`(select count(*) from run as r where r.tenant = tenant.id
      and r.created >= ${now - now % DAY_MS})`.as('runs_today'),
    sql<number>`(select count(*) from run as w where w.tenant = tenant.id
      and w.state = 'queued')`.as('runs_waiting'),
  ] as const

function operated(db: Reader, now: number) {
  return db.selectFrom('tenant').select(['id', 'name', 'created', 'closing', 'suspended']).select(usage(now))
    .select(quotasOfTenant)
    .where('erased', 'is', null)
}

type Row = Awaited<ReturnType<ReturnType<typeof operated>['execute']>>[number]

function toOperated({ id, name, created, closing, suspended, quotas, ...usage }: Row): OperatedTenant {
  return {
    ...{ id, name, created: time(created), usage, quotas: JSON.parse(quotas) as Quotas },
    ...(closing === null ? {} : { closing: time(closing) }),
    ...(suspended === null ? {} : { suspended: time(suspended) }),
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

/** By id. */
export async function operatedTenants(
  db: Reader,
  { after, take, now, tenant }: {
    readonly after: string | null
    readonly take: number
    readonly now: number
    /** This one alone; null: all. */
    readonly tenant: string | null
  },
): Promise<OperatedTenant[]> {
  let query = operated(db, now)
  if (tenant !== null) query = query.where('id', '=', tenant)
  if (after !== null) query = query.where('id', '>', after)
  return (await query.orderBy('id').limit(take).execute()).map(toOperated)
}

export async function operatedTenant(db: Reader, id: string, now: number): Promise<OperatedTenant | null> {
  const [found] = await operatedTenants(db, { after: null, take: 1, now, tenant: id })
  return found ?? null
}

/** `conflict` where it is suspended already, or runs the installation. */
export function suspendTenant(id: string, now: number): Step {
  const query = writes.updateTable('tenant').set({ suspended: now }).where('id', '=', id)
    .where('suspended', 'is', null).where('erased', 'is', null)
    .where(sql<boolean>`not exists (select 1 from installation as i where i.tenant = tenant.id)`)
  return step(query, { otherwise: 'conflict' })
}

/** `conflict` where it is not suspended. */
export function resumeTenant(id: string): Step {
  const query = writes.updateTable('tenant').set({ suspended: null }).where('id', '=', id)
    .where('suspended', 'is not', null)
  return step(query, { otherwise: 'conflict' })
}

export async function agentsOf(db: Reader, tenant: string): Promise<string[]> {
  const rows = await db.selectFrom('agent').select('id').where('tenant', '=', tenant)
    .where('state', '=', 'approved').execute()
  return rows.map(({ id }) => id)
}
