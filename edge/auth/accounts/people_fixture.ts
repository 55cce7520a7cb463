/** An installation whose owner signs in with a password, and people who register by mail. */
import { bearer, hasher, type TestEdge, testEdge } from '../../edge_fixture.ts'
import { Browser, TENANT, write } from '../factors/browser_fixture.ts'
import type { Mail } from '../mail/mail.ts'
import { insertAccount, newAccount } from './store.ts'

export const ADA = 'ada@example.com'
export const password = 'gravel-otter-sundial'

export interface Installation extends TestEdge {
  /** Account of the tenant's owner. */
  readonly ada: string
}

/** One tenant; its owner has an account with `ADA` and `password`. */
export async function people(options: Parameters<typeof testEdge>[0] = {}): Promise<Installation> {
  const edge = await testEdge(options)
  const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
    body: { tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } },
  })
  if (made.status !== 201) throw new Error(JSON.stringify(made.json))
  const phc = await hasher.hash(password)
  const id = crypto.randomUUID()
  const { now } = edge.clock
  const row = newAccount({ id, email: ADA, name: 'Ada Lovelace', password: phc, email_verified: now, now })
  await write(edge, [insertAccount(row), {
    sql: 'UPDATE member SET account = ? WHERE tenant = ?',
    parameters: [id, TENANT],
    reads: false,
  }])
  return { ...edge, ada: id }
}

/** The newest mail to an address, and the secret in it. */
export async function mailTo(
  edge: TestEdge,
  address: string,
): Promise<{ readonly mail: Mail; readonly secret: string }> {
  await edge.edge.housekeep()
  const mail = edge.mails.findLast(({ to }) => to === address)
  if (mail === undefined) throw new Error(`no mail to ${address}`)
  return { mail, secret: /#(sp_(?:ver|rst)_[0-9A-Za-z]{36})/.exec(mail.text)?.[1] ?? '' }
}

/** A new account with `password`, signed in. */
export async function register(edge: TestEdge, email: string, network?: string): Promise<Browser> {
  const browser = new Browser(edge, network)
  await browser.call('POST /v1/accounts', { email })
  const { secret } = await mailTo(edge, email)
  const made = await browser.call('POST /v1/accounts/verify', { secret, name: 'Somebody', password })
  if (made.status !== 201) throw new Error(JSON.stringify(made.json))
  return browser
}

/** What the edge did for an answer: plans, and hashes of passwords. */
export async function workOf(edge: TestEdge, act: () => Promise<unknown>) {
  const before = { ...edge.storage.counts(), hashes: hasher.started }
  await act()
  const { plans } = edge.storage.counts()
  return { plans: plans - before.plans, hashes: hasher.started - before.hashes }
}
