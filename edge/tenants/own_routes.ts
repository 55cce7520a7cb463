/** The tenants of an account, and how somebody leaves one. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Member } from '../../shared/schemas/member.ts'
import { OwnTenant } from '../../shared/schemas/tenant.ts'
import { isBorrowed, vouchedBy } from '../auth/sessions/borrowed.ts'
import { methodsOf, session } from '../auth/sessions/sessions.ts'
import { change, openChange } from '../http/change.ts'
import { command, query, type Route } from '../http/route.ts'
import { member, type MemberWithRole, toMember } from './member_store.ts'
import { memberLeaves, memberOfAccount, ownTenants } from './own_store.ts'
import { toTenant } from './store.ts'

const tenant = {
  id: '019a9f3e-7c00-7000-8000-000000000000',
  name: 'Acme',
  log_key: '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=',
  created: '2026-11-22T08:00:00.000Z',
}
const left = {
  id: '019a9f3e-7c00-7000-8000-000000000006',
  name: 'Grace Hopper',
  kind: 'person',
  state: 'removed',
  created: '2026-11-22T08:00:00.000Z',
} as const

const listOwnTenants = query({
  id: 'listOwnTenants',
  path: '/v1/account/tenants',
  tag: 'Account',
  permission: 'account:any',
  summary: 'The tenants that you are a member of',
  description: 'POST /v1/sessions/tenant chooses one for the session.',
  reply: z.object({ data: z.array(OwnTenant) }),
  example: {
    reply: { data: [{ tenant, member: left.id, name: left.name, roles: ['editor'], chosen: true }] },
  },
  async handle({ db, principal }) {
    const rows = await ownTenants(db, principal.account)
    return {
      data: rows.map(({ tenant, member, name, roles }) => ({
        tenant: toTenant(tenant),
        member,
        name,
        roles,
        chosen: principal.tenant === tenant.id,
      })),
    }
  },
})

const leaving =
  'Your sessions and tokens there end at once, and what you were given there goes. What your key has signed still ' +
  'counts until it leaves the trust document. The last owner stays: hand the tenant over first, or delete it.'

const leaveTenant = command({
  id: 'leaveTenant',
  method: 'delete',
  path: '/v1/members/me',
  tag: 'Members',
  permission: 'member:any',
  audit: 'member.left',
  summary: 'Leave the tenant',
  description: leaving,
  reply: Member,
  faults: ['last_owner'],
  example: { reply: left },
  async handle({ db, principal, now }) {
    if (principal.scoped) throw new Fault('forbidden', 'This token has scopes of its own: take one without.')
    const row = existing(await member(db, principal.tenant, principal.id))
    return change({
      writes: memberLeaves(row.tenant, row.id, now),
      target: row.id,
      reply: () => gone(row),
    })
  },
})

const leaveTenantOf = command({
  id: 'leaveTenantOf',
  method: 'delete',
  path: '/v1/account/tenants/{id}',
  tag: 'Account',
  permission: 'account:any',
  audit: 'member.left',
  summary: 'Leave one of your tenants',
  description: leaving +
    ' Signed in by the provider of another tenant alone, show a way to sign in of your own first.',
  params: z.strictObject({ id: Id }),
  reply: Member,
  faults: ['not_found', 'last_owner', 'fresh_sign_in_required'],
  example: { params: { id: tenant.id }, reply: left },
  async handle({ db, principal: { account, session: id }, params, now }) {
    const asking = await session(db, account, { id, now })
    if (asking === null) throw new Fault('unauthenticated')
    const row = existing(await memberOfAccount(db, params.id, account))
    const elsewhere = vouchedBy(methodsOf(asking)) !== row.tenant
    if (elsewhere && await isBorrowed(db, asking)) throw new Fault('fresh_sign_in_required')
    return openChange({
      tenant: row.tenant,
      actor: { kind: 'account', id: account },
      writes: memberLeaves(row.tenant, row.id, now),
      target: row.id,
      reply: () => gone(row),
    })
  },
})

function existing(row: MemberWithRole | null): MemberWithRole {
  if (row === null) throw new Fault('not_found')
  return row
}

const gone = (row: MemberWithRole) => toMember({ ...row, role: null, state: 'removed' })

/** Before those of members by id: `me` is none. */
export const ownRoutes: readonly Route[] = [listOwnTenants, leaveTenant, leaveTenantOf]
