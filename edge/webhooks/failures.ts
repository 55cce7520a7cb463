/**
 * Calls whose signature does not hold. Each counts in `sallyport_security_events_total`; the audit log gets the first of
 * ten minutes and the tenth, so that a flood fills no log, and with the tenth the owners get a mail, once an hour.
 * Counted in memory, on each instance by itself.
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
import { keepAlarm, ownersOf, type WebhookRow } from './store.ts'

const kind = 'webhook.signature_failed'
export const FAILURES_IN_A_ROW = 10
export const COUNTED_MS = 10 * 60_000
const ALARM_MS = 60 * 60_000
/** Webhooks that are kept in mind; beyond that, those of longest ago are forgotten. */
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

export class Failures {
  readonly #options: FailureOptions
  readonly #alarms = new Set<Promise<void>>()
  readonly #counts = new Map<string, { readonly since: number; count: number }>()

  constructor(options: FailureOptions) {
    this.#options = options
  }

  /** Never throws, and waits for nothing that the caller could measure. */
  failed(row: WebhookRow): void {
    const { events, metrics, log } = this.#options
    const count = this.#count(row.id)
    if (count !== 1 && count !== FAILURES_IN_A_ROW) return metrics.acted(kind)
    const { tenant, id: webhook, pipeline } = row
    events.record(kind, { tenant }, { webhook, pipeline, failures: count })
    if (count === 1) return
    const alarm = this.#alarm(row).catch((error) => {
      if (error instanceof Fault && error.code === 'conflict') return
      log('warn', 'nobody could be told of calls that are refused', { tenant, error: explain(error) })
    }).finally(() => this.#alarms.delete(alarm))
    this.#alarms.add(alarm)
  }

  /** Resolves when the alarms that were given are durable: before the edge stops. */
  async settled(): Promise<void> {
    await Promise.all(this.#alarms)
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

  #count(webhook: string): number {
    const now = this.#options.clock()
    let kept = this.#counts.get(webhook)
    if (kept === undefined || now - kept.since > COUNTED_MS) {
      this.#counts.delete(webhook)
      if (this.#counts.size >= MAX_KEPT) this.#counts.delete(this.#counts.keys().next().value as string)
      kept = { since: now, count: 0 }
      this.#counts.set(webhook, kept)
    }
    return ++kept.count
  }
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
