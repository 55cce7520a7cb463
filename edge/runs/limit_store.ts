/** How many runs agents may have in hand at once: of a tenant, a pool, a pipeline or a connection. */
import { Fault } from '../../shared/faults.ts'
import type { Limit, LimitOf } from '../../shared/schemas/limit.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { isoTime } from '../trust/store.ts'
import { connectionScope, pipelineScope, poolScope, tenantScope } from './lanes.ts'

type LimitRow = RoomTables['run_limit']

export function scopeOf(of: LimitOf): string {
  switch (of.kind) {
    case 'tenant':
      return tenantScope
    case 'pool':
      return poolScope(of.pool)
    case 'pipeline':
      return pipelineScope(of.pipeline_id)
    case 'connection':
      return connectionScope(of.connection_id)
  }
}

function limitOf(scope: string): LimitOf {
  const [kind, name = ''] = scope.split(':')
  switch (kind) {
    case 'pool':
      return { kind, pool: name }
    case 'pipeline':
      return { kind, pipeline_id: name }
    case 'connection':
      return { kind, connection_id: name }
    default:
      return { kind: 'tenant' }
  }
}

export function toLimit({ scope, most, held, updated }: LimitRow): Limit {
  return { of: limitOf(scope), runs: most, held, updated: isoTime(updated) }
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

/** Throws `not_found`. */
export async function limitRow(db: Reader, tenant: string, scope: string): Promise<LimitRow> {
  const row = await db.selectFrom('run_limit').selectAll().where('tenant', '=', tenant)
    .where('scope', '=', scope).executeTakeFirst()
  if (row === undefined) throw new Fault('not_found')
  return row
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

export function dropLimit(tenant: string, scope: string): Step {
  return step(writes.deleteFrom('run_limit').where('tenant', '=', tenant).where('scope', '=', scope))
}
