/**
 * Requests that were refused, as entries of the audit log: what somebody tries who wants in, or wants more. Kept in
 * memory and written every minute, one entry for all that are alike, with how many they were: a flood is a few entries.
 * They go where whoever asked belongs: to the log of the tenant whose member or whose secret it was – also one that
 * counts no more –, to those of a person's tenants, and to the installation's where nobody is named.
 */
import type { FaultCode } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import { cookieOf, SESSION_COOKIE } from '../../http/cookies.ts'
import { explain, type Log } from '../../http/log.ts'
import type { Metrics } from '../../http/metrics.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { bearer, type Principal } from '../../http/principal.ts'
import type { Refusal } from '../../http/watch.ts'
import { hashSecret, isSecret, type SecretKind } from '../secret.ts'
import { networkOf } from '../tokens/networks.ts'
import type { SecurityEvents, Subject } from './events.ts'

/** Different ones that are kept until the next minute, and those of one log that are written on their own. */
const MAX_KEPT = 1_000
/** Of those, the most of strangers: who makes secrets up crowds out no member's. */
const MAX_STRANGERS = 600
export const MAX_ENTRIES = 30

interface Kept {
  readonly code: string
  readonly operation: string
  /** The part of it that one household or host has. */
  readonly network: string
  readonly who: Who
  /** Whether it was about an account, in whatever tenant. */
  readonly ofAccount: boolean
  count: number
}

/** Known at once, or by the hash of what the request was to be let in by; null: nobody is named. */
type Who = Subject | { readonly secret: string; readonly kind: SecretKind } | null

/** Of secrets that stand for somebody. */
const kinds: readonly SecretKind[] = ['ses', 'pat', 'svc', 'dev', 'inv']

/** What keeps somebody out, whatever they ask for. Failed sign-ins are events of their own. */
const barred: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unauthenticated',
  'forbidden',
  'origin_refused',
  'fresh_sign_in_required',
  'second_factor_required',
  'sign_in_not_enough',
  'separation_of_duties',
  'tenant_closing',
  'tenant_suspended',
  'link_invalid',
  'grant_invalid',
  'too_many_requests',
])

/** What is said only to those who are known, though not let in. */
const known: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'forbidden',
  'fresh_sign_in_required',
  'second_factor_required',
  'sign_in_not_enough',
  'separation_of_duties',
  'tenant_closing',
])

const isStranger = ({ code, principal }: Refusal) => principal === null && !known.has(code)

export class RequestRefusals {
  readonly #options: {
    readonly db: Reader
    readonly events: SecurityEvents
    readonly metrics: Metrics
    readonly log: Log
  }
  #kept = new Map<string, Kept>()
  #strangers = 0
  /** Beyond those: how many there were. */
  #beyond = 0

  constructor(
    options: {
      readonly db: Reader
      readonly events: SecurityEvents
      readonly metrics: Metrics
      readonly log: Log
    },
  ) {
    this.#options = options
  }

  /** Never waits, never throws. */
  record(refusal: Refusal): void {
    if (!tells(refusal)) return
    const { route, code, principal, client, headers } = refusal
    this.#options.metrics.acted('request.refused')
    const who = principal === null ? secretOf(headers) : subjectOf(principal)
    const network = networkOf(client.network)
    const ofAccount = route.permission === 'account:any' || route.permission === null
    const key = JSON.stringify([code, route.id, network, who])
    const kept = this.#kept.get(key)
    if (kept !== undefined) kept.count++
    else if (this.#kept.size >= MAX_KEPT || (isStranger(refusal) && this.#strangers >= MAX_STRANGERS)) {
      this.#beyond++
    } else {
      if (isStranger(refusal)) this.#strangers++
      this.#kept.set(key, { code, operation: route.id, network, who, ofAccount, count: 1 })
    }
  }

  /** Writes what was kept. Resolves when it is durable; what cannot be written is said in the edge's own log. */
  async flush(): Promise<void> {
    if (this.#kept.size === 0 && this.#beyond === 0) return
    const [kept, beyond] = [[...this.#kept.values()], this.#beyond]
    this.#kept = new Map()
    this.#strangers = 0
    this.#beyond = 0
    try {
      // There is no log yet.
      const installed = await this.#options.db.selectFrom('installation').select('tenant').executeTakeFirst()
      if (installed === undefined) return
      const logs = await this.#byLog(kept)
      if (beyond > 0) add(logs, { account: null }, null, beyond)
      await Promise.all([...logs.values()].flatMap(({ subject, entries }) => this.#write(subject, entries)))
    } catch (error) {
      const count = kept.reduce((sum, one) => sum + one.count, beyond)
      this.#options.log('warn', 'refused requests were not written', { count, error: explain(error) })
    }
  }

  /** Those that turn out to be of the same log and alike become one. */
  async #byLog(kept: readonly Kept[]): Promise<Map<string, OfLog>> {
    const logs = new Map<string, OfLog>()
    for (const one of kept) add(logs, await this.#subjectOf(one), one, one.count)
    return logs
  }

  async #subjectOf({ who, ofAccount }: Kept): Promise<Subject> {
    if (who === null) return { account: null }
    if (!('secret' in who)) return who
    const { db } = this.#options
    if (who.kind === 'ses') {
      const row = await db.selectFrom('session').leftJoin(
        'member',
        (join) =>
          join.onRef('member.account', '=', 'session.account').onRef('member.tenant', '=', 'session.tenant'),
      )
        .select(['session.account', 'session.tenant', 'member.id as member'])
        .where('hash', '=', who.secret).executeTakeFirst()
      const { account = null, tenant = null, member = null } = row ?? {}
      return ofAccount || tenant === null || member === null ? { account } : { tenant, member }
    }
    const row = who.kind === 'inv'
      ? await db.selectFrom('invitation').select(['tenant', 'member']).where('hash', '=', who.secret)
        .executeTakeFirst()
      : await db.selectFrom('token').select(['tenant', 'member']).where('hash', '=', who.secret)
        .executeTakeFirst()
    return row === undefined ? { account: null } : row
  }

  #write(subject: Subject, entries: ReadonlyMap<string, Entry>): Promise<void>[] {
    const all = [...entries.values()]
    const own = all.length > MAX_ENTRIES ? all.slice(0, MAX_ENTRIES - 1) : all
    const rest = all.slice(own.length).reduce((sum, { count }) => sum + count, 0)
    const facts = own.map(({ of, count }) => of === null ? sum(count) : { ...of, count })
    return [...facts, ...(rest > 0 ? [sum(rest)] : [])]
      .map((one) => this.#options.events.written('request.refused', subject, one))
  }
}

interface Entry {
  readonly of: { readonly code: string; readonly operation: string; readonly network: NetworkFact } | null
  count: number
}

/** What goes to the log, or logs, of one subject. */
interface OfLog {
  readonly subject: Subject
  readonly entries: Map<string, Entry>
}

const sum = (count: number) => ({ code: null, operation: null, network: null, count })

function add(
  logs: Map<string, OfLog>,
  subject: Subject,
  one: Pick<Kept, 'code' | 'operation' | 'network'> | null,
  count: number,
): void {
  const name = JSON.stringify(subject)
  const log = logs.get(name) ?? { subject, entries: new Map<string, Entry>() }
  logs.set(name, log)
  const key = one === null ? '' : JSON.stringify([one.code, one.operation, one.network])
  const entry = log.entries.get(key)
  if (entry !== undefined) entry.count += count
  else if (one === null) log.entries.set(key, { of: null, count })
  else {
    const { code, operation, network } = one
    log.entries.set(key, { of: { code, operation, network: new NetworkFact(network) }, count })
  }
}

function subjectOf(principal: Principal): Subject {
  return principal.kind === 'account'
    ? { account: principal.account }
    : { tenant: principal.tenant, member: principal.id }
}

/** By its hash: nothing that lets anybody in stays in memory. */
function secretOf(headers: Headers): Who {
  const secret = bearer(headers) ?? cookieOf(headers, SESSION_COOKIE)
  const kind = kinds.find((one) => secret !== null && isSecret(one, secret))
  return secret === null || kind === undefined ? null : { secret: hashSecret(secret), kind }
}

/**
 * Whether a refusal may be of somebody who tries what they may not: also what a change does not take – more fields than
 * it has, more rights than one's own – and an id that is nobody's or another's. Agents sign what they ask, and ask for
 * ever: theirs are counted.
 */
function tells({ route, code, principal }: Refusal): boolean {
  if (route.permission?.startsWith('agent:') === true) return false
  if (code === 'invalid_request') return route.kind !== 'query'
  if (code === 'not_found') return principal !== null && route.params !== undefined
  return barred.has(code)
}
