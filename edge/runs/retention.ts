/** For how long a tenant keeps its runs. Older ones go with their counts and logs; the audit log keeps what was done. */
import { Fault } from '../../shared/faults.ts'
import { Retention } from '../../shared/schemas/run.ts'
import { oneOf, type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { change } from '../http/change.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import { command, query, type Route } from '../http/route.ts'
import { isoTime } from '../trust/store.ts'

const tag = 'Runs'
const DAY_MS = 86_400_000
/** In one plan, and in one look: what is left has its turn with the next one. */
const AT_ONCE = 500
const MOST_AT_ONCE = 20

async function daysOf(db: Reader, tenant: string): Promise<number | null> {
  const row = await db.selectFrom('retention').select('run_days').where('tenant', '=', tenant)
    .executeTakeFirst()
  return row?.run_days ?? null
}

export const retentionRoutes: readonly Route[] = [
  query({
    id: 'getRetention',
    path: '/v1/retention',
    tag,
    summary: 'For how many days runs are kept after their end',
    permission: 'tenant.read',
    reply: Retention,
    example: { reply: { run_days: 90 } },
    handle: async ({ db, principal }) => ({ run_days: await daysOf(db, principal.tenant) }),
  }),
  command({
    id: 'putRetention',
    method: 'put',
    path: '/v1/retention',
    tag,
    summary: 'Keep runs for so many days after their end, or for good',
    description:
      'Older runs go within minutes, with their counts and sealed logs. The audit log keeps its entries, and agents ' +
      'keep in their anchor which triggers have had their run.',
    permission: 'tenant.write',
    audit: 'retention.changed',
    body: Retention,
    reply: Retention,
    example: { body: { run_days: 90 }, reply: { run_days: 90 } },
    handle({ principal, body, now }) {
      const { tenant } = principal
      const { run_days } = body
      return Promise.resolve(change({
        writes: [run_days === null ? keepForGood(tenant) : keepFor(tenant, { run_days, updated: now })],
        target: tenant,
        facts: { run_days },
        reply: () => body,
      }))
    },
  }),
]

const keepForGood = (tenant: string) => step(writes.deleteFrom('retention').where('tenant', '=', tenant))

function keepFor(tenant: string, row: { readonly run_days: number; readonly updated: number }): Step {
  return step(
    writes.insertInto('retention').values({ tenant, ...row })
      .onConflict((conflict) => conflict.column('tenant').doUpdateSet(row)),
  )
}

/** Deletes what is older than its tenant wants; returns how many runs. Safe from any number of instances. */
export async function forgetRuns(options: OwnActOptions & { readonly db: Reader }): Promise<number> {
  let count = 0
  const all = await options.db.selectFrom('retention').select(['tenant', 'run_days']).execute()
  for (const { tenant, run_days } of all) {
    const before = options.clock() - run_days * DAY_MS
    for (let looks = 0; looks < MOST_AT_ONCE; looks++) {
      const ids = await endedBefore(options.db, tenant, before)
      if (ids.length === 0) break
      const gone = await forgotten(options, { tenant, ids, before })
      if (gone) count += ids.length
      // Another instance is at it.
      if (!gone || ids.length < AT_ONCE) break
    }
  }
  return count
}

async function forgotten(
  options: OwnActOptions,
  { tenant, ids, before }: {
    readonly tenant: string
    readonly ids: readonly string[]
    readonly before: number
  },
): Promise<boolean> {
  try {
    await actAsEdge(options, {
      tenant,
      action: 'run.forgotten',
      target: tenant,
      facts: { runs: ids.length, before: isoTime(before) },
      writes: forget(tenant, ids),
    })
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'conflict') return false
    throw error
  }
}

/** The oldest first, as the index of the list has them. */
async function endedBefore(db: Reader, tenant: string, before: number): Promise<string[]> {
  const rows = await db.selectFrom('run').select('id').where('tenant', '=', tenant)
    .where('created', '<', before).where('finished', '<', before)
    .orderBy('created').orderBy('id').limit(AT_ONCE).execute()
  return rows.map(({ id }) => id)
}

function forget(tenant: string, ids: readonly string[]): Step[] {
  const runs = oneOf(ids)
  return [
    step(writes.deleteFrom('run_stream').where('tenant', '=', tenant).where('run', 'in', runs)),
    step(writes.deleteFrom('run_attempt').where('tenant', '=', tenant).where('run', 'in', runs)),
    step(writes.deleteFrom('run_log').where('tenant', '=', tenant).where('run', 'in', runs)),
    step(
      writes.deleteFrom('sealed_record').where('tenant', '=', tenant).where('type', '=', 'log')
        .where('id', 'in', runs),
    ),
    // Not what has been redriven meanwhile.
    step(
      writes.deleteFrom('run').where('tenant', '=', tenant).where('id', 'in', runs)
        .where('finished', 'is not', null),
      { rows: ids.length, otherwise: 'conflict' },
    ),
  ]
}
