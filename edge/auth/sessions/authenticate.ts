/** Who a session's cookie stands for, looked up on every request: what is revoked stops at once. */
import type { Storage } from '../../db/storage.ts'
import type { Row, Statement } from '../../db/plan.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Grantor } from '../../access/grantor.ts'
import type { MemberPrincipal, SessionAuthenticator } from '../../http/principal.ts'
import { SignInNotEnough } from '../../http/problem.ts'
import type { LastUse } from '../last_use.ts'
import { hashSecret, isSecret } from '../secret.ts'
import type { Demands, DemandsOf } from './demands.ts'
import { methodsOf, type Stage } from './sessions.ts'

/**
 * Throws Fault `second_factor_required` for a session that waits for its second factor: such a one can do nothing but
 * finish.
 */
export function sessionAuthenticator(
  storage: Storage,
  options: {
    readonly clock: () => number
    readonly lastSeen: LastUse
    readonly grantor: Grantor
    readonly demandsOf: DemandsOf
  },
): SessionAuthenticator {
  const { clock, lastSeen, grantor, demandsOf } = options
  return async (cookie) => {
    if (!isSecret('ses', cookie)) return null
    const now = clock()
    const [row] = await storage.read(holderStatement(hashSecret(cookie), now))
    if (row === undefined) return null
    const { id, account, tenant, fresh, stage } = row as unknown as Holder
    const demands = tenant === null ? null : await demandsOf(tenant)
    if (isOver(row, { demands, now, latest: lastSeen.latest(id) })) return null
    if (stage !== 'full') throw new Fault('second_factor_required')
    lastSeen.touch(id, now)
    return {
      account: { kind: 'account', account, session: id, tenant, fresh },
      member: await memberOf(row, { demands, grantor }),
    }
  }
}

interface Holder {
  readonly id: string
  readonly account: string
  readonly tenant: string | null
  readonly stage: Stage
  readonly methods: string
  readonly fresh: number | null
  readonly created: number
  readonly seen: number
  readonly idle_until: number
  readonly email_key: string
  readonly member: string | null
  readonly operator: number | null
  readonly rights: string | null
  readonly closing: number | null
  readonly suspended: number | null
}

const holderSql =
  'SELECT s.id, s.account, s.tenant, s.stage, s.methods, s.fresh, s.created, s.seen, s.idle_until, ' +
  'a.email_key, m.id AS member, m.operator, ' +
  'x.rights, x.closing, x.suspended FROM session s JOIN account a ON a.id = s.account LEFT JOIN member m ' +
  "ON m.account = s.account AND m.tenant = s.tenant AND m.state = 'active' " +
  'LEFT JOIN tenant x ON x.id = s.tenant ' +
  "WHERE s.hash = ? AND s.revoked IS NULL AND s.ends > ? AND a.state = 'active'"

function holderStatement(hash: string, now: number): Statement {
  return { sql: holderSql, parameters: [hash, now], reads: true, single: true }
}

/** By its own limits, and by those that its tenant has now. */
function isOver(
  row: Row,
  { demands, now, latest }: {
    readonly demands: Demands | null
    readonly now: number
    readonly latest: number
  },
): boolean {
  const { created, seen, idle_until } = row as unknown as Holder
  const idleMs = Math.min(idle_until - seen, demands?.limits.idleMs ?? Infinity)
  return now >= Math.max(seen, latest) + idleMs ||
    now >= created + (demands?.limits.absoluteMs ?? Infinity)
}

async function memberOf(
  row: Row,
  { demands, grantor }: { readonly demands: Demands | null; readonly grantor: Grantor },
): Promise<MemberPrincipal | Fault> {
  const holder = row as unknown as Holder
  const { id: session, account, tenant, fresh, member, rights } = holder
  if (tenant === null || demands === null || member === null || rights === null) {
    return new Fault('forbidden')
  }
  if (holder.suspended !== null) return new Fault('tenant_suspended')
  const missing = demands.lacks({ email: holder.email_key, methods: methodsOf(holder) })
  if (missing.length > 0) return new SignInNotEnough(missing)
  const operator = holder.operator === 1
  return {
    kind: 'member',
    tenant,
    id: member,
    by: { kind: 'session', id: session, account, fresh },
    grants: await grantor.of({ tenant, member, rights, operator, scopes: null, place: null }),
    scoped: false,
    closing: holder.closing !== null,
  }
}
