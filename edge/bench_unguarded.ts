/**
 * What asking who may is measured against: the whole edge, with the same routes, look-up of a token and audit entries –
 * and no roles, no bindings, no place, no handle that keeps to a tenant: whoever has a token may do everything. Started
 * like `main.ts`, of which it leaves out what happens now and then.
 */
import { Grantor } from './access/grantor.ts'
import { grantsOf } from './access/grants.ts'
import { createApi, createApp } from './app.ts'
import { memberAuthenticator } from './auth/authenticate.ts'
import { SecurityEvents } from './auth/events/events.ts'
import { LastUse } from './auth/last_use.ts'
import { networkHider } from './auth/events/networks.ts'
import { RequestRefusals } from './auth/events/refusals.ts'
import { MemberWatch } from './auth/events/watch.ts'
import { hashSecret } from './auth/secret.ts'
import { noDemands } from './auth/sessions/demands.ts'
import { usedToken } from './auth/store.ts'
import { SeenNetworks } from './auth/tokens/seen_networks.ts'
import { readConfig } from './config.ts'
import { reader } from './db/database.ts'
import { loadMigrations, migrate, migrationsFolder } from './db/migrate.ts'
import { openStorage } from './db/open.ts'
import type { Statement } from './db/plan.ts'
import type { Storage } from './db/storage.ts'
import { masterKeys, setupToken } from './first_start.ts'
import type { Grants } from './http/grants.ts'
import { jsonLog } from './http/log.ts'
import { Metrics } from './http/metrics.ts'
import { isAgentPermission } from './http/principal.ts'
import { pooled } from './http/random.ts'
import type { Route } from './http/route.ts'
import type { Services } from './http/services.ts'
import { native } from './primitives.ts'
import { newMemory } from './http/outgoing.ts'
import { wire } from './wiring.ts'

const OWNER = '[["owner","tenant",null,null]]'

/** The same grants for everybody. */
class Everything extends Grantor {
  readonly #all = grantsOf({ bindings: OWNER, operator: true, scopes: null })

  override of(): Grants {
    return this.#all
  }
}

/** The storage with the tenant's rights cut out of what looks a token up. */
function withoutRights(storage: Storage): Storage {
  const texts = new Map<string, string>()
  const cut = (sql: string) => {
    let text = texts.get(sql)
    if (text === undefined) texts.set(sql, text = sql.replace('x.rights', "''"))
    if (text === sql) throw new Error('the look-up of a token asks for rights in another way now')
    return text
  }
  return {
    read: (statement: Statement) => storage.read({ ...statement, sql: cut(statement.sql) }),
    write: (plan) => storage.write(plan),
    counts: () => storage.counts(),
    close: () => storage.close(),
  }
}

/** A route that asks for no more than a token. */
function unguarded(route: Route): Route {
  const { permission } = route
  if (permission === null || isAgentPermission(permission) || permission === 'account:any') return route
  const { twoPerson: _, ...rest } = route
  return { ...rest, permission: 'member:any', within: null, acrossTenants: 'it is what tenants cost' }
}

const encoder = new TextEncoder()
const clock = Date.now
const log = jsonLog((line) => Deno.stderr.writeSync(encoder.encode(line)), clock)
const config = readConfig((name) => Deno.env.get(name))
const storage = await openStorage(config.databaseUrl, { token: null })
await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: clock() })
const master = await masterKeys(config, native.randomBytes)
const setup = await setupToken(config, native.randomBytes)
const closing = new AbortController()
const db = reader(storage)
const { routes } = wire({
  ...{ storage, master, clock, log, primitives: native, publicUrl: config.publicUrl },
  setupTokenHash: hashSecret(setup.token),
  closing: closing.signal,
})
const metrics = new Metrics()
const hideNetwork = networkHider(native, master)
const own = { storage, db, clock, randomBytes: native.randomBytes, metrics, log, hideNetwork }
const events = new SecurityEvents(own)
const refusals = new RequestRefusals({ ...own, events })
const services: Services = {
  ...own,
  randomBytes: pooled(native.randomBytes),
  authenticate: {
    member: memberAuthenticator(withoutRights(storage), {
      clock,
      lastUse: new LastUse(usedToken),
      networks: new SeenNetworks({ storage, clock, events, log }),
      grantor: new Everything(storage),
      demandsOf: () => Promise.resolve(noDemands),
    }),
    agent: () => Promise.resolve(null),
    session: () => Promise.resolve(null),
  },
  approve: () => Promise.resolve([]),
  origin: config.publicUrl,
  forwardedHops: 0,
  watch: new MemberWatch({ events, refusals, clock }),
  closing: closing.signal,
  bodyTimeoutMs: 10_000,
  memory: newMemory(),
}
const app = createApp(createApi(routes.map(unguarded), services))
Deno.serve({
  port: config.port,
  hostname: config.hostname,
  onListen: ({ hostname, port }) => log('info', 'listening', { hostname, port }),
}, (request, { remoteAddr }) => app(request, { remote: remoteAddr.hostname }))
Deno.addSignalListener('SIGTERM', () => Deno.exit(0))
