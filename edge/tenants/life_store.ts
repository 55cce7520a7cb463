/** The end of a tenant, the way back from it, and what is left. */
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { TenantTables } from '../db/people/tenant_tables.ts'

export type ErasedTenantRow = TenantTables['erased_tenant']

/** The tenant by which the installation was set up: its operator's. */
export async function runsInstallation(db: Reader, tenant: string): Promise<boolean> {
  const row = await db.selectFrom('installation').select('tenant').where('tenant', '=', tenant)
    .executeTakeFirst()
  return row !== undefined
}

export async function erasedTenant(db: Reader, id: string): Promise<ErasedTenantRow | null> {
  return await db.selectFrom('erased_tenant').selectAll().where('id', '=', id).executeTakeFirst() ?? null
}

/** Ids are used once: refused with `already_exists` where a tenant of that id was erased. */
export function neverErased(id: string): Step {
  const query = writes.insertInto('expectation').columns(['met']).expression((from) =>
    from.selectFrom('erased_tenant').select(sql<number>`NULL`.as('met')).where('id', '=', id)
  )
  return step(query, { rows: 0, otherwise: 'already_exists' })
}

/** Refused with `conflict` where it was renamed meanwhile. */
export function renameTenant(id: string, { from, to }: { readonly from: string; readonly to: string }): Step {
  const query = writes.updateTable('tenant').set({ name: to }).where('id', '=', id).where('name', '=', from)
  return step(query, { otherwise: 'conflict' })
}

// States as literals: they are conditions of partial indexes, and the engine crashes on one that is bound.
/**
 * The tenant stands still: what runs is told to stop, what waits is called off, no schedule fires, nobody enrols.
 * Refused with `conflict` where it is closing already.
 */
export function closeTenant(
  id: string,
  { now, eraseAt }: { readonly now: number; readonly eraseAt: number },
): Step[] {
  const closed = writes.updateTable('tenant').set({ closing: now, erase_at: eraseAt }).where('id', '=', id)
    .where('closing', 'is', null)
  const waiting = writes.updateTable('run')
    .set({ state: 'cancelled', cancel: 1, finished: now, fence: sql<number>`fence + 1` })
    .where('tenant', '=', id).where(sql<boolean>`state = 'queued'`)
  const held = writes.updateTable('run').set({ cancel: 1 }).where('tenant', '=', id)
    .where(sql<boolean>`state IN ('leased', 'running')`)
  const inspections = writes.updateTable('inspection')
    .set({ state: 'failed', code: 'cancelled', finished: now, fence: sql<number>`fence + 1` })
    .where('tenant', '=', id).where(sql<boolean>`state IN ('queued', 'leased')`)
  const rewraps = writes.updateTable('rewrap').set({ state: 'paused' }).where('tenant', '=', id)
    .where(sql<boolean>`state = 'running'`)
  return [
    step(closed, { otherwise: 'conflict' }),
    step(waiting),
    step(held),
    step(inspections),
    step(rewraps),
    step(writes.deleteFrom('schedule').where('tenant', '=', id)),
    step(writes.deleteFrom('follower').where('tenant', '=', id)),
    step(writes.deleteFrom('run_end').where('tenant', '=', id)),
    step(writes.deleteFrom('index_news').where('tenant', '=', id)),
    step(writes.deleteFrom('enrolment_token').where('tenant', '=', id).where('agent', 'is', null)),
  ]
}

/**
 * Back to life: schedules are learned anew from the indexes, and count from now on. Refused with `conflict` where it
 * is not closing, or its erasure has begun.
 */
export function restoreTenant(id: string, plan: string): Step[] {
  const open = writes.updateTable('tenant').set({ closing: null, erase_at: null }).where('id', '=', id)
    .where('closing', 'is not', null).where('erasing', 'is', null)
  const news = writes.insertInto('index_news').columns(['tenant', 'project', 'plan']).expression((from) =>
    from.selectFrom('project_index').select(['tenant', 'project', sql<string>`${plan}`.as('plan')])
      .distinct().where('tenant', '=', id)
  ).onConflict((conflict) => conflict.doNothing())
  return [step(open, { otherwise: 'conflict' }), step(news)]
}
