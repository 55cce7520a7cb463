/** What signing in is made of, put together once: routes of this room take it, and `wiring.ts` keeps it going. */
import type { Primitives } from '../../shared/seal/primitives.ts'
import type { Grantor } from '../access/grantor.ts'
import type { Reader } from '../db/database.ts'
import type { MasterKeys } from '../db/master_keys.ts'
import type { Storage } from '../db/storage.ts'
import type { Log } from '../http/log.ts'
import type { Metrics } from '../http/metrics.ts'
import type { HideNetwork } from '../http/network_fact.ts'
import type { SessionAuthenticator } from '../http/principal.ts'
import { PasswordHasher, usualCost } from './accounts/hasher.ts'
import { sweepSecrets } from './accounts/mailed_secrets.ts'
import { sweepDevices } from './accounts/password_store.ts'
import { sweepThrottles } from './accounts/throttle.ts'
import { SecurityEvents } from './events/events.ts'
import { RequestRefusals } from './events/refusals.ts'
import { LastUse } from './last_use.ts'
import type { Sender } from './mail/mail.ts'
import { Outbox } from './mail/outbox.ts'
import { demandsFrom } from './rules/demands.ts'
import { sessionAuthenticator } from './sessions/authenticate.ts'
import type { DemandsOf } from './sessions/demands.ts'
import { touchSession } from './sessions/sessions.ts'
import { sweepSessions } from './sessions/store.ts'

/** How long the rows of sessions stay that are over. */
const KEPT_MS = 7 * 86_400_000

export interface PeopleOptions {
  readonly storage: Storage
  readonly db: Reader
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly grantor: Grantor
  readonly metrics: Metrics
  readonly log: Log
  readonly hideNetwork: HideNetwork
  /** Aborts when the edge is about to stop. */
  readonly closing: AbortSignal
  /** One that somebody else closes; left out: one of its own, at the usual cost. */
  readonly hasher?: PasswordHasher
  readonly primitives: Primitives
  readonly master: MasterKeys
  /** Null: this installation sends no mail. */
  readonly mail: Sender | null
}

export class People {
  readonly session: SessionAuthenticator
  readonly demandsOf: DemandsOf
  readonly events: SecurityEvents
  readonly refusals: RequestRefusals
  readonly hasher: PasswordHasher
  readonly outbox: Outbox
  readonly #options: PeopleOptions
  readonly #lastSeen = new LastUse(touchSession)

  constructor(options: PeopleOptions) {
    const { storage, db, clock, randomBytes, grantor, closing } = options
    this.#options = options
    this.demandsOf = demandsFrom(db)
    this.events = new SecurityEvents(options)
    this.refusals = new RequestRefusals({ ...options, events: this.events })
    this.hasher = options.hasher ?? new PasswordHasher({ cost: usualCost, randomBytes })
    this.outbox = new Outbox({ ...options, send: options.mail })
    if (options.hasher === undefined) {
      closing.addEventListener('abort', () => this.hasher.close(), { once: true })
    }
    const { demandsOf } = this
    this.session = sessionAuthenticator(storage, { clock, lastSeen: this.#lastSeen, grantor, demandsOf })
  }

  /** Writes down when sessions were last seen, and what was refused: every minute, and once at the end. */
  async flush(): Promise<void> {
    await this.#lastSeen.flush(this.#options.storage)
    await this.refusals.flush()
    await this.events.settled()
  }

  /** Sends the mail that is due: every minute. */
  async deliver(): Promise<void> {
    await this.outbox.deliver()
  }

  /** Forgets what has run out: every minute, safe from any number of instances. */
  async sweep(): Promise<void> {
    const now = this.#options.clock()
    const steps = [sweepSessions(now - KEPT_MS), sweepSecrets(now), sweepThrottles(now), sweepDevices(now)]
    await this.#options.storage.write({ id: '', steps, leaf: null, repeatable: false })
  }
}
