/** Puts the edge together from a storage and what it is told; starts nothing and touches nothing. */
import type { Primitives } from '../shared/seal/primitives.ts'
import { type App, createApi, createApp } from './app.ts'
import { TenantLogs } from './audit/tenant_log.ts'
import { agentAuthenticator } from './agents/authenticate.ts'
import { seenAgent } from './agents/store.ts'
import { memberAuthenticator } from './auth/authenticate.ts'
import { LastUse } from './auth/last_use.ts'
import { usedToken } from './auth/store.ts'
import { reader } from './db/database.ts'
import type { MasterKeys } from './db/master_keys.ts'
import type { Storage } from './db/storage.ts'
import type { Json } from './http/describe.ts'
import { referencePages } from './http/docs.ts'
import type { Log } from './http/log.ts'
import { Metrics } from './http/metrics.ts'
import { pooled } from './http/random.ts'
import type { Route } from './http/route.ts'
import type { Services } from './http/services.ts'
import { reference } from './reference.ts'
import { routes } from './routes.ts'
import { Queue } from './runs/queue.ts'

export interface EdgeOptions {
  readonly storage: Storage
  readonly publicUrl: string
  /** `hashSecret` of the setup token. */
  readonly setupTokenHash: string
  readonly master: MasterKeys
  readonly primitives: Primitives
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly log: Log
  /** Aborts when the edge is about to stop: whoever waits is answered at once. */
  readonly closing: AbortSignal
  /** Milliseconds for a request's body to arrive; 10 s unless said. */
  readonly bodyTimeoutMs?: number
}

export interface Edge {
  readonly app: App
  readonly routes: readonly Route[]
  /** The OpenAPI document of what it serves. */
  readonly document: () => Json
  /** Work that is due now and then: call it every minute and once at the end. */
  readonly flush: () => Promise<void>
  /** Takes runs back from agents that fell silent: call it every few seconds. */
  readonly reap: () => Promise<number>
}

export function wire(options: EdgeOptions): Edge {
  const { storage, primitives, master, clock, log, closing } = options
  const db = reader(storage)
  const lastUse = new LastUse(usedToken)
  const lastSeen = new LastUse(seenAgent)
  const logs = new TenantLogs({ db, primitives, master })
  const queue = new Queue({ db, storage, clock, randomBytes: primitives.randomBytes, log })
  const metrics = new Metrics([
    gauge('commits', 'Commits that became durable.', () => storage.counts().commits),
    gauge('plans', 'Plans inside those commits.', () => storage.counts().plans),
    gauge('refused', 'Plans that an expectation kept out.', () => storage.counts().refused),
    {
      name: 'sallyport_polls_waiting',
      type: 'gauge',
      help: 'Polls that wait for a run.',
      value: () => queue.waiting,
    },
  ])
  const all = routes({ ...options, db, logs, metrics, queue })
  const services: Services = {
    storage,
    db,
    clock,
    randomBytes: pooled(primitives.randomBytes),
    authenticate: {
      member: memberAuthenticator(storage, { clock, lastUse }),
      agent: agentAuthenticator({ db, clock, publicUrl: options.publicUrl, lastSeen }),
    },
    log,
    metrics,
    closing,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 10_000,
  }
  const api = createApi(all, services)
  const document = () => reference(api, all)
  return {
    app: createApp(api, referencePages(document)),
    routes: all,
    document,
    flush: async () => {
      await lastUse.flush(storage)
      await lastSeen.flush(storage)
    },
    reap: () => queue.reap(),
  }
}

function gauge(name: string, help: string, value: () => number) {
  return { name: `sallyport_storage_${name}_total`, type: 'counter' as const, help, value }
}
