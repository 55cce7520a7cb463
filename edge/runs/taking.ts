/** Who may be handed a run, asked once more in the claim itself: a look takes its time, and what was said meanwhile holds. */
import { sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

interface Taking {
  readonly tenant: string
  readonly agent: string
  readonly pipeline: string
  /** What the agent says it has. */
  readonly labels: readonly string[]
}

/**
 * `conflict` where the agent was drained or revoked, its tenant suspended, or the pipeline labelled otherwise since the
 * poll looked.
 */
export function mayTake({ tenant, agent, pipeline, labels }: Taking): Step {
  const missing = sql<boolean>`exists (select 1 from pipeline_label as w where w.tenant = ${tenant}
    and w.pipeline = ${pipeline} and w.label not in (select value from json_each(${JSON.stringify(labels)})))`
  const query = writes.insertInto('expectation').columns(['met']).expression((from) =>
    from.selectFrom('agent as a').innerJoin('tenant as t', 't.id', 'a.tenant').select(
      sql<number>`NULL`.as('met'),
    ).where('a.tenant', '=', tenant).where('a.id', '=', agent).where(({ eb, or }) =>
      or([
        eb('a.draining', 'is not', null),
        eb('a.state', '!=', 'approved'),
        eb('t.suspended', 'is not', null),
        missing,
      ])
    )
  )
  return step(query, { rows: 0, otherwise: 'conflict' })
}
