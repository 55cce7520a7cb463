/**
 * Members by claim. What a provider's rules give is given at the first sign-in, and looked at again at each: a role
 * whose claim is gone goes, and with the last one the member that a claim made. What people gave is never touched.
 */
import type { ClaimRule } from '../../../shared/schemas/provider.ts'
import { permissionsOfRole } from '../../access/rights.ts'
import { type BindingRow, insertBinding } from '../../access/store.ts'
import { type Reader, sql, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { FurtherEntry } from '../../http/change.ts'
import { securityEvent } from '../events/events.ts'
import { revokeTokensOf } from '../store.ts'
import { rulesThatHold, type Said } from './claims.ts'
import type { Provider } from './providers.ts'

/** What a sign-in changes in a tenant. */
export interface Membership {
  /** The member that the account is afterwards; null: none. */
  readonly member: string | null
  readonly steps: readonly Step[]
  readonly further: readonly FurtherEntry[]
}

const unchanged: Omit<Membership, 'member'> = { steps: [], further: [] }

/**
 * What stands behind the step that makes a member: refused where there is no place for one more, which a room further
 * down knows. Throws `quota_reached`, `tenant_suspended`.
 */
export type PlaceFor = (db: Reader, tenant: string) => Promise<readonly Step[]>

interface Asked {
  readonly db: Reader
  readonly now: number
  readonly newId: () => string
  readonly placeFor: PlaceFor
}

type Wanted = Pick<BindingRow, 'role' | 'level' | 'place'>

/** Null for a provider that is of no tenant: it makes nobody a member. */
export async function membership(
  { db, now, newId, placeFor }: Asked,
  provider: Provider,
  { account, said }: {
    readonly account: { readonly id: string; readonly name: string }
    readonly said: Said
  },
): Promise<Membership | null> {
  const { tenant } = provider
  if (tenant === null) return null
  const wanted = await bindable(db, tenant, rulesThatHold(provider.claimRules, said))
  const found = await db.selectFrom('member').select(['id', 'state']).where('tenant', '=', tenant)
    .where('account', '=', account.id).where('state', '<>', 'removed').executeTakeFirst()
  if (found?.state === 'active') {
    return await renewed({ db, now, newId }, { provider: provider.id, tenant, member: found.id, wanted })
  }
  // Somebody who is invited becomes a member by the invitation.
  if (found !== undefined || wanted.length === 0) return { ...unchanged, member: null }
  const place = await placeFor(db, tenant)
  return joined({ now, newId }, { provider: provider.id, tenant, account, wanted, place })
}

/** What can be given: roles and places that are there, and never owner, which only people give. */
async function bindable(db: Reader, tenant: string, rules: readonly ClaimRule[]): Promise<Wanted[]> {
  const wanted = new Map<string, Wanted>()
  for (const { role, level = 'tenant', place = null } of rules) {
    if (role === 'owner' || await permissionsOfRole(db, tenant, role) === null) continue
    if (!await isPlace(db, tenant, { level, place })) continue
    wanted.set(keyOf({ role, level, place }), { role, level, place })
  }
  return [...wanted.values()]
}

export async function isPlace(
  db: Reader,
  tenant: string,
  { level, place }: Pick<BindingRow, 'level' | 'place'>,
): Promise<boolean> {
  if (level === 'tenant' || place === null) return level === 'tenant' && place === null
  const query = db.selectFrom(level).select('id').where('tenant', '=', tenant).where('id', '=', place)
  return await query.executeTakeFirst() !== undefined
}

const keyOf = ({ role, level, place }: Wanted) => `${role} ${level} ${place}`

interface Joining {
  readonly provider: string
  readonly tenant: string
  readonly account: { readonly id: string; readonly name: string }
  readonly wanted: readonly Wanted[]
  readonly place: readonly Step[]
}

function joined(
  { now, newId }: Pick<Asked, 'now' | 'newId'>,
  { provider, tenant, account, wanted, place }: Joining,
): Membership {
  const member = newId()
  const row = {
    id: member,
    tenant,
    name: account.name,
    kind: 'person' as const,
    account: account.id,
    state: 'active' as const,
    operator: 0,
    created: now,
    erased: null,
  }
  return {
    member,
    steps: [
      step(writes.insertInto('member').values(row), { otherwise: 'conflict' }),
      step(writes.insertInto('claimed_member').values({ tenant, member, provider, created: now })),
      ...wanted.flatMap((one) => given({ id: newId(), tenant, member, created: now, ...one }, provider)),
      ...place,
    ],
    further: [{
      action: 'member.joined_by_claim',
      target: member,
      facts: { provider, roles: rolesOf(wanted) },
    }],
  }
}

function given(binding: Omit<BindingRow, 'member_group'>, provider: string): Step[] {
  const { id, tenant } = binding
  const member = binding.member as string
  return [
    insertBinding({ ...binding, member_group: null }),
    step(writes.insertInto('claimed_binding').values({ binding: id, tenant, member, provider })),
  ]
}

const rolesOf = (wanted: readonly Wanted[]) => wanted.map(({ role }) => role).toSorted().join(' ')

interface Renewing {
  readonly provider: string
  readonly tenant: string
  readonly member: string
  readonly wanted: readonly Wanted[]
}

async function renewed({ db, now, newId }: Omit<Asked, 'placeFor'>, renewing: Renewing): Promise<Membership> {
  const { provider, tenant, member, wanted } = renewing
  const held = await db.selectFrom('binding').leftJoin(
    'claimed_binding',
    'claimed_binding.binding',
    'binding.id',
  )
    .select(['binding.id', 'role', 'level', 'place', 'claimed_binding.provider'])
    .where('binding.tenant', '=', tenant).where('binding.member', '=', member).execute()
  const [has, wants] = [new Set(held.map(keyOf)), new Set(wanted.map(keyOf))]
  const added = wanted.filter((one) => !has.has(keyOf(one)))
  const gone = held.filter((one) => one.provider === provider && !wants.has(keyOf(one)))
  if (added.length === 0 && gone.length === 0) return { ...unchanged, member }
  const left = added.length + held.length - gone.length
  if (left === 0 && await cameBy(db, renewing)) {
    return removed(renewing, { gone: gone.map(({ id }) => id), now })
  }
  const facts = { provider, added: rolesOf(added), removed: rolesOf(gone) }
  return {
    member,
    steps: [
      ...gone.flatMap(({ id }) => taken(tenant, id)),
      ...added.flatMap((one) => given({ id: newId(), tenant, member, created: now, ...one }, provider)),
    ],
    further: [securityEvent('role.changed', { member, facts })],
  }
}

/** Refused with `conflict` where somebody has taken it meanwhile. */
function taken(tenant: string, id: string): Step[] {
  return [
    step(writes.deleteFrom('binding').where('tenant', '=', tenant).where('id', '=', id), {
      otherwise: 'conflict',
    }),
    step(writes.deleteFrom('claimed_binding').where('binding', '=', id)),
  ]
}

/** Whether a claim made the member, and people have put them into no group since. */
async function cameBy(db: Reader, { tenant, member, provider }: Renewing): Promise<boolean> {
  const made = await db.selectFrom('claimed_member').select('member').where('tenant', '=', tenant)
    .where('member', '=', member).where('provider', '=', provider).executeTakeFirst()
  const group = await db.selectFrom('group_member').select('member').where('tenant', '=', tenant)
    .where('member', '=', member).limit(1).executeTakeFirst()
  return made !== undefined && group === undefined
}

/**
 * They can come again: as a new member, when a claim holds again. Refused with `conflict` where people have given them
 * something meanwhile, a role or a place in a group: then they stay, and with them what was given.
 */
function removed(
  { tenant, member, provider }: Renewing,
  { gone, now }: { readonly gone: readonly string[]; readonly now: number },
): Membership {
  const otherwise = sql<boolean>`not exists (select 1 from binding where binding.tenant = ${tenant}
    and binding.member = ${member} and binding.id not in (select value from json_each(${
    JSON.stringify(gone)
  })))
    and not exists (select 1 from group_member where group_member.tenant = ${tenant}
    and group_member.member = ${member})`
  const leaves = writes.updateTable('member').set({ state: 'removed' }).where('tenant', '=', tenant)
    .where('id', '=', member).where('state', '=', 'active').where(otherwise)
  const made = writes.deleteFrom('claimed_member').where('tenant', '=', tenant).where('member', '=', member)
  return {
    member: null,
    steps: [
      step(leaves, { otherwise: 'conflict' }),
      ...gone.flatMap((id) => taken(tenant, id)),
      step(made),
      revokeTokensOf(tenant, member, now),
    ],
    further: [{ action: 'member.removed_by_claim', target: member, facts: { provider } }],
  }
}
