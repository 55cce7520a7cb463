/** Somebody who is another person for sure: a member with an account, who has been there as long as anybody. */
import { newId } from '../shared/ids.ts'
import type { BuiltInRole } from '../shared/permissions.ts'
import { type Person, person, run, session } from './auth/devices/people_fixture.ts'
import { insertAccount, newAccount } from './auth/accounts/store.ts'
import { step, writes } from './db/database.ts'
import type { Caller, TestEdge } from './edge_fixture.ts'
import { native } from './primitives.ts'
import { ids } from './world_fixture.ts'

/** With a session, and a passkey just shown. */
export async function colleague(
  edge: TestEdge,
  role: BuiltInRole,
  tenant: string = ids.tenant,
): Promise<Person> {
  const made = await person(edge, tenant, { role })
  const sql =
    'UPDATE member SET created = (SELECT min(created) FROM member WHERE tenant = ?) WHERE tenant = ? AND id = ?'
  await run(edge, [{ sql, parameters: [tenant, tenant, made.member], reads: false }])
  return made
}

/** A session of the account, with a passkey just shown. */
export async function inBrowser(
  edge: TestEdge,
  account: string,
  tenant: string = ids.tenant,
): Promise<Caller> {
  return await session(edge, { account, tenant })
}

/** An account of its own for a member who has had a token alone; a session of it. */
export async function withAccount(
  edge: TestEdge,
  member: Caller,
  tenant: string = ids.tenant,
): Promise<Caller> {
  const { json } = await edge.call(member, 'GET /v1/whoami')
  const now = edge.clock.now
  const account = newId(now, native.randomBytes)
  const email = `${account}@example.com`
  await run(edge, [
    insertAccount(newAccount({ id: account, email, name: email, password: null, email_verified: now, now })),
    step(writes.updateTable('member').set({ account }).where('id', '=', json.member)),
  ])
  return await session(edge, { account, tenant })
}
