/**
 * What somebody may put into a token: never more than they hold themselves, and never wider than the token that they
 * ask by. So no token leads to one that may do more, from more networks or for longer; one that counts in a place alone
 * makes none at all: what it holds there does not include `tokens.write`.
 */
import { besidePlaces, isPlacePermission, type Permission, permissions } from '../../../shared/permissions.ts'
import type { TokenPlace } from '../../../shared/schemas/token.ts'
import type { Reader } from '../../db/database.ts'
import type { MemberPrincipal } from '../../http/principal.ts'
import type { FieldError } from '../../http/problem.ts'
import { token, type TokenRow } from '../store.ts'
import { rangesWithin } from './networks.ts'

/** What a token may do, where, and from where; null is without a limit of its own. */
export interface Limits {
  readonly scopes: readonly Permission[] | null
  readonly place: TokenPlace | null
  readonly networks: readonly string[] | null
}

/** Who makes a token, and the token that they ask by: null for a session. */
export interface Maker {
  readonly principal: MemberPrincipal
  readonly own: TokenRow | null
}

/**
 * Whether the caller may touch a token of their own: a person may, whatever their roles. A token that was cut down may
 * where it was given `tokens.write`: else whoever finds one that reads a project could revoke all the others.
 */
export function mindsOwn({ scoped, grants }: MemberPrincipal): boolean {
  return !scoped || grants.anywhere.has('tokens.write')
}

export async function makerOf(db: Reader, principal: MemberPrincipal): Promise<Maker> {
  const { by, tenant } = principal
  return { principal, own: by.kind === 'token' ? await token(db, tenant, by.id) : null }
}

export function limitsOf(row: TokenRow): Limits {
  return {
    scopes: row.scopes === null ? null : JSON.parse(row.scopes) as Permission[],
    place: placeOf(row),
    networks: row.networks === null ? null : JSON.parse(row.networks) as string[],
  }
}

export function placeOf({ level, place }: Pick<TokenRow, 'level' | 'place'>): TokenPlace | null {
  return level === null || place === null ? null : { level, id: place }
}

/**
 * What is left out becomes what the maker's own token has. A service is somebody else, whose roles may be wider than
 * the maker's: its token always names its scopes.
 */
export function completed(
  maker: Maker,
  { wanted, own }: { readonly wanted: Partial<Limits>; readonly own: boolean },
): Limits {
  const mine = maker.own === null ? null : limitsOf(maker.own)
  const place = wanted.place ?? null
  const networks = wanted.networks ?? mine?.networks ?? null
  if (wanted.scopes) return { place, networks, scopes: wanted.scopes }
  const all = own && !maker.principal.scoped
  return {
    place,
    networks,
    scopes: all ? null : permissions.filter((one) => holds(maker, { one, place, own })),
  }
}

/** What of the limits is more than the maker may give; empty when nothing is. */
export async function beyond(
  maker: Maker,
  { limits, own, db }: { readonly limits: Limits; readonly own: boolean; readonly db: Reader },
): Promise<FieldError[]> {
  const { scopes, place, networks } = limits
  const mine = maker.own === null ? null : limitsOf(maker.own)
  const errors: FieldError[] = []
  if (place !== null && !await seen(maker, place, db)) {
    errors.push({ at: 'place/id', message: 'there is no such place' })
  }
  if (mine?.networks && (networks === null || !rangesWithin(networks, mine.networks))) {
    errors.push({ at: 'networks', message: 'beyond the networks of the calling token' })
  }
  if (scopes === null) {
    const unlimited = own && (mine === null || mine.scopes === null)
    if (!unlimited) errors.push({ at: 'scopes', message: 'more than the calling token may do' })
  } else if (scopes.length === 0) errors.push({ at: 'scopes', message: 'there is nothing that it could do' })
  for (const [at, one] of scopes?.entries() ?? []) {
    if (!holds(maker, { one, place, own })) {
      errors.push({ at: `scopes/${at}`, message: 'more than the calling token may do' })
    }
  }
  return errors
}

/**
 * Of a token of their own somebody may give what they hold anywhere: it is cut to their roles whenever it is used. What
 * a service gets has to be held at that place, or in the whole tenant.
 */
function holds(
  { principal: { grants } }: Maker,
  { one, place, own }: { readonly one: Permission; readonly place: TokenPlace | null; readonly own: boolean },
): boolean {
  if (place === null) return own ? grants.anywhere.has(one) : grants.tenant.has(one)
  if (isPlacePermission(one)) return own ? grants.anywhere.has(one) : grants.allows(one, place)
  return besidePlaces.includes(one) && grants.tenant.has(one)
}

async function seen({ principal }: Maker, place: TokenPlace, db: Reader): Promise<boolean> {
  const { tenant, grants } = principal
  if (!grants.allows(place.level === 'workspace' ? 'workspaces.read' : 'projects.read', place)) return false
  const row = await db.selectFrom(place.level).select('id').where('tenant', '=', tenant)
    .where('id', '=', place.id).executeTakeFirst()
  return row !== undefined
}
