/** Puts the edge together from a storage and what it is told; starts nothing and touches nothing. */
import type { Telemetry } from '../shared/telemetry/telemetry.ts'
import type { Primitives } from '../shared/seal/primitives.ts'
import { Grantor } from './access/grantor.ts'
import { approve } from './access/approvals.ts'
import { type App, createApi, createApp, gateOf } from './app.ts'
import { TenantLogs } from './audit/tenant_log.ts'
import { agentAuthenticator } from './agents/authenticate.ts'
import { Presence } from './agents/presence.ts'
import { removeSilentAgents } from './agents/silence.ts'
import { memberAuthenticator } from './auth/authenticate.ts'
import type { PasswordHasher } from './auth/accounts/hasher.ts'
import { networkHider } from './auth/events/networks.ts'
import { MemberWatch } from './auth/events/watch.ts'
import { LastUse } from './auth/last_use.ts'
import { tellApprovers } from './auth/mail/approvers.ts'
import type { Sender } from './auth/mail/mail.ts'
import { People } from './auth/people.ts'
import type { ConfiguredProvider } from './auth/providers/providers.ts'
import { wantsTwo } from './auth/rules/judge.ts'
import { rulesOf } from './auth/rules/store.ts'
import { usedToken } from './auth/store.ts'
import { SeenNetworks } from './auth/tokens/seen_networks.ts'
import { assetPages } from './console/assets.ts'
import { consoleFrame, consolePages } from './console/pages.ts'
import { type Reader, reader } from './db/database.ts'
import type { MasterKeys } from './db/master_keys.ts'
import { Resealing } from './db/reseal.ts'
import type { Storage } from './db/storage.ts'
import type { Json } from './http/describe.ts'
import { referencePages } from './http/docs.ts'
import { sweepRunOut } from './housekeeping.ts'
import type { Log } from './http/log.ts'
import { Metrics } from './http/metrics.ts'
import { newMemory } from './http/outgoing.ts'
import { pooled } from './http/random.ts'
import { type RateLimits, Rates } from './http/rates.ts'
import { servePages } from './http/page_route.ts'
import type { Route, TwoPerson } from './http/route.ts'
import type { Services } from './http/services.ts'
import { Inspections } from './inspections/inspections.ts'
import { Rewraps } from './keys/rewraps.ts'
import { reference } from './reference.ts'
import { routes } from './routes.ts'
import { sendMetrics, traced } from './telemetry.ts'
import { eraseTenants } from './tenants/tenant_erasure.ts'
import { Briefings } from './runs/briefing.ts'
import { Queue } from './runs/queue.ts'
import { poolFigures } from './runs/pool_figures.ts'
import { queueFigures } from './runs/queue_figures.ts'
import { forgetRuns } from './runs/retention.ts'
import { Stops } from './runs/stops.ts'
import { Waiting } from './runs/waiting.ts'
import { ScheduleClock } from './schedules/clock.ts'
import { Newest } from './trust/newest.ts'
import { Failures } from './webhooks/failures.ts'

export interface EdgeOptions {
  readonly storage: Storage
  readonly publicUrl: string
  /** `hashSecret` of the setup token. */
  readonly setupTokenHash: string
  /** `hashSecret` of the token that opens figures by pool, at `/metrics` and for `telemetry`; none unless said. */
  readonly metricsTokenHash?: string | null
  readonly master: MasterKeys
  readonly primitives: Primitives
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly log: Log
  /** Aborts when the edge is about to stop: whoever waits is answered at once. */
  readonly closing: AbortSignal
  /** Milliseconds for a request's body to arrive; 10 s unless said. */
  readonly bodyTimeoutMs?: number
  /** Milliseconds in which somebody takes a further piece of a long answer; 30 s unless said. */
  readonly readTimeoutMs?: number
  /** Proxies of ours in front, each of which adds to X-Forwarded-For; none unless said. */
  readonly forwardedHops?: number
  /** Whom anybody may sign in with; none unless said. */
  readonly providers?: readonly ConfiguredProvider[]
  /** Whether issuers on loopback are asked, and by http: on an edge that is there itself. */
  readonly loopbackProviders?: boolean
  /** Hands mail to a server; left out: this installation sends none. */
  readonly mail?: Sender
  /** How many requests whoever asks may make; as many as they like unless said. */
  readonly rates?: RateLimits
  /** Hashes passwords in place of threads of its own. */
  readonly hasher?: PasswordHasher
  /** Where spans and figures go; none unless said. */
  readonly telemetry?: Telemetry | null
}

export interface Edge {
  readonly app: App
  readonly routes: readonly Route[]
  /** The OpenAPI document of what it serves. */
  readonly document: () => Json
  /** Sends the mail that is due, and forgets sessions, secrets and guesses that have run out: call it every minute. */
  readonly housekeep: () => Promise<void>
  /** Writes what is counted in memory: call it every minute and at the end. What fails keeps nothing else from it. */
  readonly flush: () => Promise<void>
  /** Starts what schedules say; answers in how many ms to call it again. */
  readonly tick: () => Promise<number>
  /** Removes agents that came by their pool's key and fell silent: call it every minute. */
  readonly removeSilent: () => Promise<number>
  /** Seals under the newest master key what is sealed under an older one: call it until it resolves. */
  readonly reseal: () => Promise<void>
  /** Erases tenants whose time to think is over: call it every minute. */
  readonly eraseTenants: () => Promise<number>
  /** Writes which agents were heard of, and finds those that are lost: call it every few seconds. */
  readonly watchAgents: () => Promise<number>
  /** Deletes runs that are older than their tenant wants: call it every minute. */
  readonly forgetRuns: () => Promise<number>
  /** Takes runs back from agents that fell silent: call it every few seconds. */
  readonly reap: () => Promise<number>
}

export function wire(options: EdgeOptions): Edge {
  const { storage, telemetry = null } = options
  return telemetry === null ? put(options) : put({ ...options, storage: traced(storage, telemetry) })
}

function put(options: EdgeOptions): Edge {
  const { storage, primitives, master, clock, log, closing } = options
  const db = reader(storage)
  const { randomBytes } = primitives
  const grantor = new Grantor(storage)
  const lastUse = new LastUse(usedToken)
  const rooms = roomsOf(options, db)
  const { logs, rewraps, queue, stops, presence, buckets } = rooms
  const schedules = new ScheduleClock({ db, storage, clock, randomBytes, log, queue, stops })
  const resealing = new Resealing({ storage, primitives, master, log })
  const metrics = metricsOf({ ...rooms, ...options, db, resealing, schedules })
  const hideNetwork = networkHider(primitives, master)
  const people = new People({
    ...options,
    ...{ db, randomBytes, grantor, metrics, hideNetwork, mail: options.mail ?? null },
  })
  const { demandsOf } = people
  const networks = new SeenNetworks({ storage, clock, events: people.events, log })
  const failures = new Failures({ ...people, db, storage, metrics, log, clock, randomBytes })
  const all = routes({ ...options, ...rooms, db, metrics, people, grantor, failures })
  const wanted = async (tenant: string, kind: TwoPerson) => wantsTwo(await rulesOf(db, tenant), kind)
  const tell = tellApprovers({ ...options, db, outbox: people.outbox, randomBytes })
  const services: Services = {
    storage,
    db,
    clock,
    randomBytes: pooled(primitives.randomBytes),
    authenticate: {
      member: memberAuthenticator(storage, { clock, lastUse, networks, grantor, demandsOf }),
      agent: agentAuthenticator({ db, clock, publicUrl: options.publicUrl, presence }),
      session: people.session,
    },
    approve: (asked) => approve({ storage, db, randomBytes, wanted, tell }, asked),
    origin: options.publicUrl,
    forwardedHops: options.forwardedHops ?? 0,
    hideNetwork,
    log,
    metrics,
    watch: new MemberWatch({ events: people.events, refusals: people.refusals, clock }),
    ...{ closing, telemetry: options.telemetry ?? null },
    bodyTimeoutMs: options.bodyTimeoutMs ?? 10_000,
    memory: newMemory(options.readTimeoutMs),
    rates: buckets,
  }
  const api = createApi(all, services)
  const document = () => reference(api, all)
  const https = new URL(options.publicUrl).protocol === 'https:'
  const pages = [...referencePages(document, all), ...assetPages()]
  const app = createApp(api, pages, { https, gate: gateOf(services) })
  servePages(api, consolePages, { frame: consoleFrame, services })
  return {
    app,
    routes: all,
    document,
    flush: () => flushAll([() => lastUse.flush(storage), presence, networks, failures, people]),
    housekeep: () => housekeep({ people, storage, clock }),
    tick: () => schedules.tick(),
    removeSilent: () => removeSilentAgents({ db, storage, clock, randomBytes }),
    reseal: () => resealing.run(),
    eraseTenants: () => eraseTenants({ db, storage, clock, randomBytes, logs }),
    forgetRuns: () => forgetRuns({ db, storage, clock, randomBytes }),
    watchAgents: () => presence.look(),
    reap: () => rewraps.reap().then(() => queue.reap()),
  }
}

/** One after the other, each whatever became of those before. Throws what the first that failed has thrown. */
async function flushAll(
  all: readonly ((() => Promise<void>) | { readonly flush: () => Promise<void> })[],
): Promise<void> {
  const failed: unknown[] = []
  for (const one of all) {
    try {
      await (typeof one === 'function' ? one() : one.flush())
    } catch (error) {
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
}

async function housekeep(
  { people, storage, clock }: Pick<EdgeOptions, 'storage' | 'clock'> & { readonly people: People },
): Promise<void> {
  await people.deliver()
  await people.sweep()
  await storage.write({ id: '', steps: sweepRunOut(clock()), leaf: null, repeatable: false })
}

/** What rooms keep in mind between requests. */
function roomsOf({ storage, primitives, master, clock, log, ...more }: EdgeOptions, db: Reader) {
  const { randomBytes } = primitives
  const logs = new TenantLogs({ db, primitives, master })
  const newest = new Newest({ db, clock })
  const rewraps = new Rewraps({ db, storage, clock, randomBytes })
  const inspections = new Inspections({ db, storage, clock })
  const queue = new Queue({ db, storage, clock, randomBytes, log, newest, rewraps, inspections })
  const briefings = new Briefings({ newest, logs, clock })
  const stops = new Stops({ db, randomBytes, log })
  const waiting = new Waiting({ randomBytes })
  const presence = new Presence({ db, storage, clock, randomBytes })
  const drained = (agent: string) => waiting.end(agent)
  const buckets = new Rates(more.rates ?? { address: null, principal: null })
  return { logs, newest, rewraps, inspections, queue, briefings, stops, waiting, presence, drained, buckets }
}

interface Measured extends Pick<EdgeOptions, 'storage' | 'clock' | 'log' | 'telemetry' | 'metricsTokenHash'> {
  readonly db: Reader
  readonly resealing: Resealing
  readonly queue: Queue
  readonly waiting: Waiting
  readonly presence: Presence
  readonly buckets: Rates
  readonly schedules: ScheduleClock
}

function metricsOf(
  of: Measured,
): Metrics {
  const {
    storage,
    db,
    clock,
    log,
    telemetry = null,
    resealing,
    queue,
    waiting,
    presence,
    buckets,
    schedules,
  } = of
  const metrics = new Metrics([
    gauge('commits', 'Commits that became durable.', () => storage.counts().commits),
    gauge('plans', 'Plans inside those commits.', () => storage.counts().plans),
    gauge('refused', 'Plans that an expectation kept out.', () => storage.counts().refused),
    {
      name: 'sallyport_sealed_under_older_keys',
      type: 'gauge',
      help: 'Records of the edge that wait to be sealed under the newest master key.',
      value: () => resealing.left,
    },
    {
      name: 'sallyport_polls_waiting',
      type: 'gauge',
      help: 'Polls that wait for a run.',
      value: () => queue.waiting,
    },
    {
      name: 'sallyport_runs_ended_total',
      type: 'counter',
      help: 'Runs that agents or this instance have ended, by how.',
      value: () => queue.ends,
    },
    {
      name: 'sallyport_runs_replaced_total',
      type: 'counter',
      help: 'Runs that this instance has cancelled as a newer fire time of their schedule had come.',
      value: () => schedules.replaced,
    },
    {
      name: 'sallyport_polls_turned_away_total',
      type: 'counter',
      help: 'Polls that were told to come again later, as too many waited.',
      value: () => waiting.turnedAway,
    },
    {
      name: 'sallyport_agents_lost_total',
      type: 'counter',
      help: 'Agents that this instance has found to have fallen silent.',
      value: () => presence.lost,
    },
    overRate('address', () => buckets.refusedAddresses),
    overRate('principal', () => buckets.refusedPrincipals),
  ], { read: queueFigures({ db, clock, log }), readPools: poolFigures({ db, clock, log }) })
  const byPool = (of.metricsTokenHash ?? null) !== null
  if (telemetry !== null) sendMetrics(telemetry, { metrics, db, clock, byPool })
  return metrics
}

function overRate(of: string, value: () => number) {
  const help = `Requests that were refused as too many came from one ${of}.`
  return { name: `sallyport_over_${of}_rate_total`, type: 'counter' as const, help, value }
}

function gauge(name: string, help: string, value: () => number) {
  return { name: `sallyport_storage_${name}_total`, type: 'counter' as const, help, value }
}
