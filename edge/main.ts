/** Starts the edge, and stops it well: polls are answered at once, requests finish, the database closes. */
import { masterKeys, setupToken } from './first_start.ts'
import { smtpSender } from './auth/mail/smtp.ts'
import { hashSecret } from './auth/secret.ts'
import { readConfig } from './config.ts'
import { secretsOf, spelled } from './secrets.ts'
import { loadMigrations, migrate, migrationsFolder } from './db/migrate.ts'
import { openStorage } from './db/open.ts'
import { type Reader, reader } from './db/database.ts'
import type { Storage } from './db/storage.ts'
import { checkMasterKeys } from './db/reseal.ts'
import { listen } from './http/listen.ts'
import { explain, jsonLog, type Log } from './http/log.ts'
import { checkReadable, describeOlder } from './keys/older.ts'
import { Fault } from '../shared/faults.ts'
import { Redactor } from '../shared/redact.ts'
import { openTelemetry } from '../shared/telemetry/telemetry.ts'
import { native } from './primitives.ts'
import { type Edge, wire } from './wiring.ts'

const FLUSH_MS = 60_000
/** A run whose agent fell silent is taken back within this time of its lease's end. */
const REAP_MS = 5_000
/** When the schedules could not be asked how long to wait. */
const TICK_MS = 1_000
const JITTER_MS = 100
/** Hosts kill 5 s after they ask. */
const DRAIN_MS = 4_000

const clock = Date.now

async function start(log: Log, redactor: Redactor): Promise<void> {
  const config = readConfig((name) => Deno.env.get(name))
  redactor.add(secretsOf(config))
  const storage = await openStorage(config.databaseUrl, { token: config.databaseToken })
  const ran = await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: clock() })
  if (ran > 0) log('info', 'migrations ran', { count: ran })
  const master = await masterKeys(config, native.randomBytes)
  await checkMasterKeys({ storage, primitives: native, master })
  const db = reader(storage)
  await checkReadable(db)
  await countOlder({ db, storage, log })
  const setup = await setupToken(config, native.randomBytes)
  redactor.add([...spelled(master), setup.token])
  const closing = new AbortController()
  const telemetry = await telemetryOf(log)
  const edge = wire({
    storage,
    publicUrl: config.publicUrl,
    setupTokenHash: hashSecret(setup.token),
    ...(config.metricsToken === null ? {} : { metricsTokenHash: hashSecret(config.metricsToken) }),
    master,
    primitives: native,
    clock,
    log,
    closing: closing.signal,
    forwardedHops: config.forwardedHops,
    rates: config.rates,
    providers: config.providers,
    loopbackProviders: config.loopbackProviders,
    telemetry,
    ...(config.mail === null ? {} : { mail: smtpSender(config.mail) }),
  })
  const shutdown = listen({
    ...{ port: config.port, hostname: config.hostname, log },
    listens: ({ hostname, port }) =>
      log('info', 'listening', { hostname, port, url: config.publicUrl, setup_token_file: setup.file }),
  }, (request, remote) => edge.app(request, { remote }))
  const endChores = startChores(edge, log)
  const keeping = keepTime(edge.tick, { log, closing: closing.signal })
  const stop = async () => {
    if (closing.signal.aborted) return
    log('info', 'stopping')
    closing.abort()
    endChores()
    // What was counted until now is written at once: what is under way may take all the time that there is.
    const drained = Promise.all([shutdown(), keeping, tidy(edge.flush, log)])
    await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))])
    await tidy(edge.flush, log)
    // The last figures are read from the database.
    await telemetry?.close()
    await storage.close()
    log('info', 'stopped')
    Deno.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) Deno.addSignalListener(signal, () => void stop())
}

/** What comes round by the clock of this process; answers what ends it. */
function startChores(edge: Edge, log: Log): () => void {
  const minutely = async () => {
    // A mail server may be slow: nothing else waits for it.
    void tidy(edge.housekeep, log)
    const { flush, removeSilent, eraseTenants, forgetRuns, reseal } = edge
    for (const work of [flush, removeSilent, eraseTenants, forgetRuns, reseal]) await tidy(work, log)
  }
  for (const work of [edge.reseal, edge.housekeep]) void tidy(work, log)
  const timer = setInterval(minutely, FLUSH_MS)
  const reaper = setInterval(async () => {
    await tidy(edge.reap, log)
    await tidy(edge.watchAgents, log)
  }, REAP_MS)
  return () => {
    clearInterval(timer)
    clearInterval(reaper)
  }
}

async function countOlder(
  { db, storage, log }: { readonly db: Reader; readonly storage: Storage; readonly log: Log },
): Promise<void> {
  const count = await describeOlder(db, storage)
  if (count > 0) log('info', 'records of an older edge are counted by their keys now', { count })
}

/** Null where nothing switches it on. */
const telemetryOf = (log: Log) =>
  openTelemetry({
    get: (name) => Deno.env.get(name),
    service: 'sallyport-edge',
    warn: (message) => log('warn', message),
  })

/** Calls `tick` as it asks to be, a little later each time by chance, so that instances do not look all at once. */
async function keepTime(
  tick: () => Promise<number>,
  { log, closing }: { readonly log: Log; readonly closing: AbortSignal },
): Promise<void> {
  while (!closing.aborted) {
    let wait = TICK_MS
    await tidy(async () => (wait = await tick()), log)
    const [random = 0] = native.randomBytes(1)
    await pause(wait + random / 256 * JITTER_MS, closing)
  }
}

/** Resolves after so many ms, or when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

async function tidy(work: () => Promise<unknown>, log: Log): Promise<void> {
  try {
    await work()
  } catch (error) {
    log('warn', 'housekeeping failed, and is tried again', { error: explain(error) })
  }
}

const encoder = new TextEncoder()
const redactor = new Redactor()
const log = jsonLog((text) => Deno.stderr.writeSync(encoder.encode(text)), clock, redactor)
try {
  await start(log, redactor)
} catch (error) {
  const code = error instanceof Fault ? error.code : null
  log('error', 'the edge cannot start', { code, error: explain(error) })
  Deno.exit(1)
}
