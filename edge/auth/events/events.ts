/**
 * Security events: each is an entry of the audit log and counts in `sallyport_security_events_total{kind}`. What
 * happens with a change goes into its plan (`securityEvent` in `further`); what happens where nothing is written – a
 * refusal, a look at many things – is the edge's own act, written after the answer so that its work tells nobody
 * anything.
 */
import type { Reader } from '../../db/database.ts'
import { type Change, change, type FurtherEntry } from '../../http/change.ts'
import { freshIdentity, planOf } from '../../http/entry.ts'
import { explain, type Log } from '../../http/log.ts'
import type { Metrics } from '../../http/metrics.ts'
import type { HideNetwork } from '../../http/network_fact.ts'
import type { OwnActOptions } from '../../http/own_act.ts'
import type { SecurityEventKind } from '../../http/security_kinds.ts'
import { accountLog } from '../sessions/account_log.ts'

type Facts = NonNullable<Change<unknown>['facts']>

/** What the event is about: an id. */
export type Subject =
  | { readonly account: string | null }
  | { readonly member: string; readonly tenant: string }
  | { readonly tenant: string }

/** What an event in a change is about, by its id: the narrowest of these is the entry's target. */
type About =
  | { readonly account: string }
  | { readonly member: string }
  | { readonly tenant: string }

/** An entry for `further` of the change that is the event; the edge counts it when the plan is durable. */
export function securityEvent(
  kind: SecurityEventKind,
  { facts, ...about }: About & { readonly facts?: Facts },
): FurtherEntry {
  const [target] = Object.values(about) as [string]
  return { action: kind, target, facts: facts ?? {} }
}

/** At most so many wait to be written: more are counted and not written, so that a flood fills no log. */
const MAX_WAITING = 100

export class SecurityEvents {
  readonly #options: OwnActOptions & {
    readonly db: Reader
    readonly metrics: Metrics
    readonly log: Log
    readonly hideNetwork: HideNetwork
  }
  readonly #waiting = new Set<Promise<void>>()

  constructor(
    options: OwnActOptions & {
      readonly db: Reader
      readonly metrics: Metrics
      readonly log: Log
      readonly hideNetwork: HideNetwork
    },
  ) {
    this.#options = options
  }

  /** Written soon, and never by who is answered meanwhile. */
  record(kind: SecurityEventKind, subject: Subject, facts: Facts): void {
    this.#options.metrics.acted(kind)
    if (this.#waiting.size >= MAX_WAITING) return
    const work = this.written(kind, subject, facts).finally(() => this.#waiting.delete(work))
    this.#waiting.add(work)
  }

  /** Writes one that is counted already. Resolves when it is durable, or the edge's own log says that it is not. */
  async written(kind: SecurityEventKind, subject: Subject, facts: Facts): Promise<void> {
    try {
      await this.#write(kind, subject, facts)
    } catch (error) {
      this.#options.log('warn', 'a security event was not written', { kind, error: explain(error) })
    }
  }

  /** Resolves when all that was recorded is durable: before the edge stops. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  async #write(kind: SecurityEventKind, subject: Subject, facts: Facts): Promise<void> {
    const { storage, clock, randomBytes, db, hideNetwork } = this.#options
    const now = clock()
    const { tenant, alsoIn } = 'tenant' in subject
      ? { tenant: subject.tenant, alsoIn: [] }
      : await accountLog(db, subject.account)
    const target = targetOf(subject, tenant)
    const entry = { tenant, actor: { kind: 'edge' }, action: kind, now } as const
    const decided = change({ writes: [], target, facts, alsoIn, reply: () => null })
    const identity = freshIdentity(now, randomBytes)
    await storage.write(planOf(decided, { identity, entry, randomBytes, hideNetwork }))
  }
}

function targetOf(subject: Subject, tenant: string): string {
  if ('member' in subject) return subject.member
  return 'account' in subject ? subject.account ?? tenant : tenant
}
