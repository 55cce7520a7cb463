/**
 * Calls whose signature does not hold. Each counts in `sallyport_security_events_total`. What instances count is summed
 * in the database, with one write a minute for each webhook that is called so, and one at once when an instance by
 * itself has counted enough: the audit log gets the first of five to ten minutes and the tenth, so that a flood fills no
 * log, and with the tenth the owners get a mail, once an hour, whichever instances the calls went to.
 */
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import type { SecurityEvents } from '../auth/events/events.ts'
import type { Outbox } from '../auth/mail/outbox.ts'
import { letter } from '../auth/mail/templates.ts'
import type { Reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { explain, type Log } from '../http/log.ts'
import type { Metrics } from '../http/metrics.ts'
import { addFailures, FAILURES_MS, keepAlarm, ownersOf, type WebhookRow } from './store.ts'

const kind = 'webhook.signature_failed'
export const FAILURES_IN_A_ROW = 10
const ALARM_MS = 60 * 60_000
/** Webhooks that are kept in mind until the next minute; beyond that, those of longest ago are forgotten. */
const MAX_KEPT = 10_000

export interface FailureOptions {
  readonly db: Reader
  readonly storage: Storage
  readonly metrics: Metrics
  readonly events: SecurityEvents
  readonly outbox: Outbox
  readonly log: Log
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

interface Kept {
  readonly row: WebhookRow
  /** Not in the database yet. */
  count: number
}

export class Failures {
  readonly #options: FailureOptions
  readonly #works = new Set<Promise<void>>()
  #kept = new Map<string, Kept>()
  /** Webhooks that were told at once, and the five minutes in which: a flood is not told again before they are over. */
  readonly #told = new Map<string, number>()

  constructor(options: FailureOptions) {
    this.#options = options
  }

  /** Never throws, and waits for nothing that the caller could measure. */
  failed(row: WebhookRow): void {
    this.#options.metrics.acted(kind)
    const kept = this.#kept.get(row.id) ?? { row, count: 0 }
    kept.count++
    if (kept.count === 1) makeRoom(this.#kept)
    this.#kept.set(row.id, kept)
    const period = Math.floor(this.#options.clock() / FAILURES_MS)
    if (kept.count < FAILURES_IN_A_ROW || this.#told.get(row.id) === period) return
    makeRoom(this.#told)
    this.#told.set(row.id, period)
    this.#kept.delete(row.id)
    const work = this.#tell(kept).finally(() => this.#works.delete(work))
    this.#works.add(work)
  }

  /** Resolves when what was counted is in the database, and alarms that follow from it are durable. Never throws. */
  async flush(): Promise<void> {
    const kept = [...this.#kept.values()]
    this.#kept = new Map()
    await Promise.all([...this.#works, ...kept.map((one) => this.#tell(one))])
  }

  async #tell({ row, count }: Kept): Promise<void> {
    const { storage, events, clock, log } = this.#options
    const { tenant, id: webhook, pipeline } = row
    try {
      const { rows: [[sum] = []] } = await storage.write({
        id: '',
        steps: [addFailures(row, { count, now: clock() })],
        leaf: null,
        repeatable: false,
        lane: tenant,
      })
      // Deleted meanwhile.
      if (sum === undefined) return
      const failures = sum['failures'] as number
      const before = failures - count
      const enough = before < FAILURES_IN_A_ROW && failures >= FAILURES_IN_A_ROW
      if (before > 0 && !enough) return
      await events.written(kind, { tenant }, { webhook, pipeline, failures })
      if (enough) await this.#alarm(row)
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return
      log('warn', 'nobody could be told of calls that are refused', { tenant, count, error: explain(error) })
    }
  }

  async #alarm(row: WebhookRow): Promise<void> {
    const { db, storage, outbox, clock, randomBytes } = this.#options
    if (!outbox.on) return
    const now = clock()
    const mails = (await ownersOf(db, row.tenant)).flatMap((to) =>
      outbox.post(alarmMail(to, row), { id: newId(now, randomBytes), now })
    )
    if (mails.length === 0) return
    const steps = [keepAlarm(row, { now, before: now - ALARM_MS }), ...mails]
    await storage.write({ id: '', steps, leaf: null, repeatable: false })
    outbox.wake()
  }
}

function makeRoom(kept: Map<string, unknown>): void {
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string)
}

function alarmMail(to: string, { id, pipeline }: WebhookRow) {
  return letter({
    to,
    subject: 'Calls of a webhook are refused',
    paragraphs: [
      `Somebody calls the webhook ${id} of the pipeline ${pipeline}, and the signature does not hold: ` +
      `${FAILURES_IN_A_ROW} times within ten minutes.`,
      'Either a caller has an old secret, or has a clock that is wrong, or somebody tries. No run was started by it.',
      'A new secret: sallyport webhooks rotate. The audit log has it as webhook.signature_failed.',
    ],
  })
}
