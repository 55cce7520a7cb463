/** Tells those who could approve a request that one waits: by mail, which names the operation and who asked. */
import { newId } from '../../../shared/ids.ts'
import { bindingsOf, grantsOf } from '../../access/grants.ts'
import type { Tell, Told } from '../../access/approvals.ts'
import { type Reader, sql } from '../../db/database.ts'
import type { Outbox } from './outbox.ts'
import { approvalMail } from './templates.ts'

/** Whoever asks for much gets one mail out in so long: the console lists the rest. */
const QUIET_MS = 10 * 60_000
/** Of those who could approve, so many hear of it. */
const MOST = 50

interface TellOptions {
  readonly db: Reader
  readonly outbox: Outbox
  readonly publicUrl: string
  readonly randomBytes: (length: number) => Uint8Array
}

export function tellApprovers({ db, outbox, publicUrl: base, randomBytes }: TellOptions): Tell {
  const nobody: Told = { steps: [], committed: () => undefined }
  return async ({ tenant, member, summary, now }) => {
    if (!outbox.on || await askedJustNow(db, { tenant, member, now })) return nobody
    const asker = await db.selectFrom('member').select(['name', 'account']).where('tenant', '=', tenant)
      .where('id', '=', member).executeTakeFirst()
    const found = await approvers(db, tenant)
    const others = found.filter(({ id, account }) => id !== member && account !== asker?.account)
    const steps = others.slice(0, MOST).flatMap(({ email }) =>
      outbox.post(approvalMail({ to: email, base, summary, asker: asker?.name ?? '' }), {
        id: newId(now, randomBytes),
        now,
      })
    )
    return { steps, committed: () => outbox.wake() }
  }
}

async function askedJustNow(
  db: Reader,
  { tenant, member, now }: { readonly tenant: string; readonly member: string; readonly now: number },
): Promise<boolean> {
  const row = await db.selectFrom('approval').select('id').where('tenant', '=', tenant)
    .where('asked_by', '=', member).where('created', '>', now - QUIET_MS).executeTakeFirst()
  return row !== undefined
}

/** Active people of active accounts who hold `approvals.write`, with the address that they have proven. */
async function approvers(db: Reader, tenant: string) {
  const rows = await db.selectFrom('member').innerJoin('account', 'account.id', 'member.account')
    .select(['member.id', 'member.account', 'account.email', 'member.operator'])
    .select(sql<string>`${sql.raw(bindings)}`.as('bindings'))
    .where('member.tenant', '=', tenant).where('member.state', '=', 'active')
    .where('member.kind', '=', 'person').where('account.state', '=', 'active')
    .where('account.email_verified', 'is not', null).execute()
  return rows.filter(({ bindings, operator }) =>
    grantsOf({ bindings, operator: operator === 1, scopes: null }).tenant.has('approvals.write')
  )
}

const bindings = bindingsOf('member.tenant', 'member.id')
