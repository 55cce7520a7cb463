/** What the audit log has of a pipeline's triggers lately: fires that were skipped or missed, and calls refused. */
import { z } from 'zod'
import type { Ask } from '../../http/page_route.ts'

const Checkpoint = z.object({ size: z.number() })
const Entries = z.object({ data: z.array(z.object({ leaf: z.string() })) })
const Leaf = z.object({
  action: z.string(),
  time: z.string(),
  facts: z.record(z.string(), z.unknown()).optional(),
})

/** Entries from the end of the log that are looked through. */
export const LOOKED_THROUGH = 2_000

export interface TriggerEvents {
  /** Newest first: when, and for which fire time. */
  readonly skipped: readonly { readonly time: string; readonly fire: string; readonly missed: boolean }[]
  /** Newest first: when the first, or the tenth within ten minutes, was refused. */
  readonly refused: readonly { readonly time: string; readonly failures: number }[]
}

/** For who may read the audit log. */
export async function eventsOf(
  ask: Ask,
  { id, webhook }: { readonly id: string; readonly webhook: { readonly id: string } | null },
): Promise<TriggerEvents> {
  const { size } = await ask('GET /v1/audit/checkpoint', Checkpoint)
  const after = size > LOOKED_THROUGH ? `&after=${size - LOOKED_THROUGH - 1}` : ''
  const [schedule, calls] = await Promise.all([
    found(ask, `action=schedule.&target=${id}${after}`),
    webhook === null ? [] : found(ask, `action=webhook.signature_failed${after}`),
  ])
  return {
    skipped: schedule.filter(({ action }) => action === 'schedule.skipped' || action === 'schedule.missed')
      .map(({ action, time, facts }) => ({
        time,
        fire: String(facts?.['fire'] ?? time),
        missed: action === 'schedule.missed',
      })),
    refused: calls.filter(({ facts }) => facts?.['webhook'] === webhook?.id)
      .map(({ time, facts }) => ({ time, failures: Number(facts?.['failures'] ?? 1) })),
  }
}

async function found(ask: Ask, search: string): Promise<z.infer<typeof Leaf>[]> {
  const { data } = await ask(`GET /v1/audit?${search}&limit=200`, Entries)
  return data.map(({ leaf }) => Leaf.parse(JSON.parse(leaf))).reverse()
}
