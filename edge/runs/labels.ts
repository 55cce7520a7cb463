/**
 * Labels: words that a pipeline's agents have to have. They say where a run goes and nothing about what it may do: an
 * agent checks what is signed, whoever hands it the run.
 */
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

/** One spelling for one set of labels. */
export function labelsKey(labels: readonly string[] = []): string {
  return [...new Set(labels)].sort().join(',')
}

export async function labelsOf(db: Reader, tenant: string, pipeline: string): Promise<string[]> {
  const rows = await db.selectFrom('pipeline_label').select('label').where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).orderBy('label').execute()
  return rows.map(({ label }) => label)
}

/** In place of those that it has. */
export function putLabels(tenant: string, pipeline: string, labels: readonly string[]): Step[] {
  const none = writes.deleteFrom('pipeline_label').where('tenant', '=', tenant).where(
    'pipeline',
    '=',
    pipeline,
  )
  if (labels.length === 0) return [step(none)]
  const rows = [...new Set(labels)].sort().map((label) => ({ tenant, pipeline, label }))
  return [step(none), step(writes.insertInto('pipeline_label').values(rows))]
}

/** Whether an agent with these labels, as JSON, has all that the pipeline of the line `h` wants. */
export function fits(labels: string) {
  return sql<boolean>`not exists (select 1 from pipeline_label as w where w.tenant = h.tenant
    and w.pipeline = h.pipeline and w.label not in (select value from json_each(${labels})))`
}
