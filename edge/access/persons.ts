/**
 * Whether two members are two people, as far as an edge can tell. Members of one account are one person. Who has just
 * come in at somebody's invitation, or acts without an account at all, may be that somebody again.
 */
import type { Reader } from '../db/database.ts'

/** A stranger is hard to tell from a second place of who let them in; so long they count as one. */
export const SETTLED_MS = 24 * 60 * 60_000

/** A member, and how they came to be one. */
export interface Person {
  readonly id: string
  readonly kind: 'person' | 'service'
  readonly state: 'invited' | 'active' | 'removed'
  readonly account: string | null
  readonly created: number
  /** Who made their newest invitation, to become a member or to link an account; null where nobody knows. */
  readonly inviter: string | null
  /** When they took that one. */
  readonly accepted: number | null
}

export async function personOf(db: Reader, tenant: string, member: string): Promise<Person | null> {
  const row = await db.selectFrom('member').leftJoin(
    'invitation',
    (join) =>
      join.onRef('invitation.tenant', '=', 'member.tenant').onRef('invitation.member', '=', 'member.id'),
  )
    .select(['id', 'member.kind', 'state', 'account', 'member.created', 'inviter', 'accepted'])
    .where('member.tenant', '=', tenant).where('member.id', '=', member).executeTakeFirst()
  return row ?? null
}

/** Since when they are there, under the account that they have now. */
export function hereSince({ created, accepted }: Person): number {
  return Math.max(created, accepted ?? 0)
}

/** False where they are one person, or may be: whoever asks for two people wants to be sure. */
export function areTwo(one: Person, other: Person, now: number): boolean {
  if (one.id === other.id || (one.account !== null && one.account === other.account)) return false
  return !standsIn(one, other, now) && !standsIn(other, one, now)
}

/** Whether `one` may be a place that `by` has made for themselves. */
function standsIn(one: Person, by: Person, now: number): boolean {
  const { inviter } = one
  // A link that a member makes for themselves takes the place of the invitation that they came by.
  const unknown = inviter === null || inviter === one.id
  if (unknown ? by.created >= one.created : inviter !== by.id) return false
  // The token of an invitation may have stayed with who made it.
  if (one.account === null) return true
  return now - (unknown ? one.created : hereSince(one)) < SETTLED_MS
}
