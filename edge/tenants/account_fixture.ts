/** People with accounts, straight from the database: how they sign in is tested where that is. */
import { newId } from '../../shared/ids.ts'
import { insertAccount, newAccount } from '../auth/accounts/store.ts'
import { startSession, usualLimits } from '../auth/sessions/sessions.ts'
import { step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Caller, TestEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'

export interface SignedIn {
  readonly account: string
  readonly caller: Caller
}

export async function run(edge: TestEdge, steps: readonly Step[]): Promise<void> {
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

/** An account with a verified address (unless said) and a session, which has not chosen a tenant. */
export async function person(
  edge: TestEdge,
  email: string,
  options: { readonly verified?: boolean } = {},
): Promise<SignedIn> {
  const now = edge.clock.now
  const id = newId(now, native.randomBytes)
  const email_verified = options.verified === false ? null : now
  const row = newAccount({ id, email, name: email, password: null, email_verified, now })
  await run(edge, [insertAccount(row)])
  return { account: id, caller: await signIn(edge, id, { tenant: null }) }
}

/** A session of the account, with a passkey just shown. */
export async function signIn(
  edge: TestEdge,
  account: string,
  { tenant, fresh = true }: { readonly tenant: string | null; readonly fresh?: boolean },
): Promise<Caller> {
  const now = edge.clock.now
  const { steps, cookies } = startSession({
    id: newId(now, native.randomBytes),
    account,
    stage: 'full',
    tenant,
    limits: usualLimits,
    methods: [{ method: 'passkey', at: now }],
    fresh: fresh ? now : null,
    client: { network: '192.0.2.1', agent: 'test' },
    now,
    randomBytes: native.randomBytes,
  })
  await run(edge, steps)
  const cookie = /=(sp_ses_[0-9A-Za-z]+);/.exec(cookies[0] as string)?.[1] as string
  return { kind: 'session', cookie }
}

/** The account is that member from now on, as an invitation would have it; answers a session there. */
export async function linked(
  edge: TestEdge,
  { account }: SignedIn,
  { tenant, member }: { readonly tenant: string; readonly member: string },
): Promise<Caller> {
  await run(edge, [step(writes.updateTable('member').set({ account }).where('id', '=', member))])
  return await signIn(edge, account, { tenant })
}

/** One row, or undefined. */
export async function first(edge: TestEdge, sql: string, ...parameters: unknown[]) {
  const [row] = await edge.storage.read({ sql, parameters, reads: true })
  return row
}
