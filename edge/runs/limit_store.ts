/** How many runs agents may have in hand at once: of a tenant, a pool, a pipeline or a connection. */
import type { Limit } from '../../shared/schemas/queue.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { isoTime } from '../trust/store.ts'

export type LimitRow = RoomTables['run_limit']

export function toLimit({ scope, most, held, updated }: LimitRow): Limit {
  return { scope, runs: most, held, updated: isoTime(updated) }
}

/** By scope. */
export async function limits(
  db: Reader,
  tenant: string,
  page: { readonly after: string | null; readonly take: number },
): Promise<LimitRow[]> {
  let query = db.selectFrom('run_limit').selectAll().where('tenant', '=', tenant)
  if (page.after !== null) query = query.where('scope', '>', page.after)
  return await query.orderBy('scope').limit(page.take).execute()
}

/** Counts from then on; a trigger counts what agents have in hand already, which may be more. */
export function putLimit(
  of: { readonly tenant: string; readonly scope: string; readonly most: number; readonly now: number },
): Step {
  const { tenant, scope, most, now } = of
  const query = writes.insertInto('run_limit').values({ tenant, scope, most, held: 0, updated: now })
    .onConflict((conflict) => conflict.columns(['tenant', 'scope']).doUpdateSet({ most, updated: now }))
  return step(query)
}

/** How it is once the steps before it have run. */
export function readLimit(tenant: string, scope: string): Step {
  return step(
    writes.selectFrom('run_limit').selectAll().where('tenant', '=', tenant).where('scope', '=', scope),
  )
}

/** `not_found` where there is none. */
export function dropLimit(tenant: string, scope: string): Step {
  const query = writes.deleteFrom('run_limit').where('tenant', '=', tenant).where('scope', '=', scope)
  return step(query, { otherwise: 'not_found' })
}
