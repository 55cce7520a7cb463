/** People with an account, a membership and a session, straight from the database: signing in is tested elsewhere. */
import { newId } from '../../../shared/ids.ts'
import type { BuiltInRole } from '../../../shared/permissions.ts'
import { insertBinding, tenantBinding } from '../../access/store.ts'
import { step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { Caller, TestEdge } from '../../edge_fixture.ts'
import { native } from '../../primitives.ts'
import { insertAccount, newAccount } from '../accounts/store.ts'
import { startSession, usualLimits } from '../sessions/sessions.ts'

export interface Person {
  readonly account: string
  readonly member: string
  /** A session that has chosen the tenant, with a passkey just shown. */
  readonly caller: Caller
}

export async function run(edge: TestEdge, steps: readonly Step[]): Promise<void> {
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

const idAt = (edge: TestEdge) => newId(edge.clock.now, native.randomBytes)

export async function addMember(
  edge: TestEdge,
  tenant: string,
  { account, kind = 'person', role }: {
    readonly account: string | null
    readonly kind?: 'person' | 'service'
    readonly role: BuiltInRole
  },
): Promise<string> {
  const created = edge.clock.now
  const id = idAt(edge)
  const row = {
    id,
    tenant,
    name: 'somebody',
    kind,
    account,
    state: 'active' as const,
    operator: 0,
    created,
    erased: null,
  }
  await run(edge, [
    step(writes.insertInto('member').values(row)),
    insertBinding(tenantBinding({ id: idAt(edge), tenant, member: id, role, created })),
  ])
  return id
}

export async function person(
  edge: TestEdge,
  tenant: string,
  { role = 'editor', fresh = true }: { readonly role?: BuiltInRole; readonly fresh?: boolean } = {},
): Promise<Person> {
  const now = edge.clock.now
  const account = idAt(edge)
  const email = `${account}@example.com`
  await run(edge, [
    insertAccount(newAccount({ id: account, email, name: email, password: null, email_verified: now, now })),
  ])
  const member = await addMember(edge, tenant, { account, role })
  return { account, member, caller: await session(edge, { account, tenant, fresh }) }
}

export async function session(
  edge: TestEdge,
  { account, tenant, fresh = true, method = 'passkey' }: {
    readonly account: string
    readonly tenant: string | null
    readonly fresh?: boolean
    readonly method?: 'passkey' | 'password'
  },
): Promise<Caller> {
  const now = edge.clock.now
  const { steps, cookies } = startSession({
    ...{ id: idAt(edge), account, stage: 'full', tenant, limits: usualLimits, now },
    methods: [{ method, at: now }],
    fresh: fresh ? now : null,
    client: { network: '192.0.2.1', agent: 'test' },
    randomBytes: native.randomBytes,
  })
  await run(edge, steps)
  const cookie = /=(sp_ses_[0-9A-Za-z]+);/.exec(cookies[0] as string)?.[1] as string
  return { kind: 'session', cookie }
}
