/** How many runs of a day a pipeline has had by its webhook, or after another one. */
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { TriggerTables } from '../db/trigger_tables.ts'
import { DayUsedUp } from '../http/problem.ts'

export type Use = Omit<TriggerTables['trigger_use'], 'used'>

/** The number of the next one, from 1, at `now`. Throws `limit_reached` where the signed number is used up. */
export async function nextUse(
  db: Reader,
  { tenant, pipeline, kind, day }: Use,
  { perDay, now }: { readonly perDay: number; readonly now: number },
): Promise<number> {
  const row = await db.selectFrom('trigger_use').select(['day', 'used']).where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).where('kind', '=', kind).executeTakeFirst()
  // A clock that was set back begins no day anew.
  if (row !== undefined && row.day > day) throw new DayUsedUp(row.day, now)
  const used = row?.day === day ? row.used : 0
  if (used >= perDay) throw new DayUsedUp(day, now)
  return used + 1
}

/** `conflict` where somebody else has used it meanwhile. */
export function takeUse(use: Use, number: number): Step {
  const query = writes.insertInto('trigger_use').values({ ...use, used: number }).onConflict((conflict) =>
    conflict.columns(['tenant', 'pipeline', 'kind']).doUpdateSet({ day: use.day, used: number })
      .where(({ eb, and, or }) =>
        or([
          eb('trigger_use.day', '<', use.day),
          and([eb('trigger_use.day', '=', use.day), eb('trigger_use.used', '=', number - 1)]),
        ])
      )
  )
  return step(query, { otherwise: 'conflict' })
}
