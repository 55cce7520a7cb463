import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { permissions } from '../../../shared/permissions.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import type { TokenSort } from '../../../shared/schemas/principal.ts'
import { CreatedToken, NewToken, Token, TokenRotation } from '../../../shared/schemas/token.ts'
import { mayEnd } from '../../access/ruling.ts'
import type { Reader } from '../../db/database.ts'
import type { Row } from '../../db/plan.ts'
import { type Change, change } from '../../http/change.ts'
import { Page, paged, pageOf, window } from '../../http/page.ts'
import { lacking, type MemberPrincipal } from '../../http/principal.ts'
import { InvalidRequest } from '../../http/problem.ts'
import { command, query, type Route } from '../../http/route.ts'
import { hashSecret, newSecret } from '../secret.ts'
import {
  insertToken,
  replaceToken,
  revokeToken,
  selectToken,
  token,
  type TokenRow,
  tokens,
  toToken,
} from '../store.ts'
import { isRange } from './networks.ts'
import { beyond, completed, type Limits, limitsOf, makerOf, mindsOwn } from './rights.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const DEFAULT_DAYS = 90

const tag = 'Tokens'
const params = z.strictObject({ id: Id })
const id = '019a9f3e-7c00-7000-8000-000000000005'
const example = {
  id,
  member: '019a9f3e-7c00-7000-8000-000000000002',
  name: 'laptop',
  sort: 'personal',
  created: '2026-11-22T08:00:00.000Z',
  expires: '2027-02-20T08:00:00.000Z',
}
const secret = 'sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'

/** What stands before the secret of each sort of token. */
const prefixes = { personal: 'pat', service: 'svc', device: 'dev' } as const

export const tokenRoutes: readonly Route[] = [
  query({
    id: 'listTokens',
    path: '/v1/tokens',
    tag,
    permission: 'tokens.read',
    summary: 'API tokens, newest first',
    description: 'Your own; of everybody in the tenant when you may change members.',
    query: Page,
    reply: pageOf(Token),
    example: { reply: { data: [example] } },
    async handle({ db, principal, query }) {
      const { after, take, limit } = window(query)
      const member = seesAll(principal) ? null : principal.id
      const rows = await tokens(db, principal.tenant, { member, after, take })
      return paged(rows, { limit, key: (row) => row.id, item: toToken })
    },
  }),
  command({
    id: 'createToken',
    method: 'post',
    path: '/v1/tokens',
    status: 201,
    tag,
    permission: 'tokens.write',
    whileClosing: true,
    fresh: true,
    audit: 'token.created',
    summary: 'Make an API token for yourself, or for a service',
    description:
      'For yourself it takes `tokens.write` at any place. Scopes, place and networks are at most those of the caller, and are cut to the holder’s roles whenever the ' +
      'token is used. A token made by an API token ends no later than that one. For a service it takes ' +
      '`members.write`, and its scopes are always named. The secret is shown once.',
    body: NewToken,
    reply: CreatedToken,
    faults: ['forbidden'],
    example: {
      body: { name: 'ci', scopes: ['runs.read'], networks: ['192.0.2.0/24'], expires_in_days: 30 },
      reply: { ...example, scopes: ['runs.read'], networks: ['192.0.2.0/24'], token: secret },
    },
    async handle({ db, principal, body, now, newId, randomBytes }) {
      const holder = await holderOf(db, principal, body.member)
      const maker = await makerOf(db, principal)
      const wanted: Partial<Limits> = {
        ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
        ...(body.place === undefined ? {} : { place: body.place }),
        ...(body.networks === undefined ? {} : { networks: body.networks }),
      }
      const limits = completed(maker, { wanted, own: holder.own })
      const ends = endOf({ now, days: body.expires_in_days, maker: maker.own })
      const errors = [
        ...malformed(body.networks ?? []),
        ...await beyond(maker, { limits, own: holder.own, db }),
        ...(ends === null ? [{ at: 'expires_in_days', message: 'beyond the end of the calling token' }] : []),
      ]
      if (errors.length > 0 || ends === null) throw new InvalidRequest(errors)
      return makeToken({
        ...{ tenant: principal.tenant, member: holder.member, sort: holder.sort, name: body.name },
        ...{ limits, id: newId(), now, ends, randomBytes, before: null },
      })
    },
  }),
  command({
    id: 'rotateToken',
    method: 'post',
    path: '/v1/tokens/{id}/rotate',
    status: 201,
    tag,
    permission: 'member:any',
    fresh: true,
    audit: 'token.rotated',
    summary: 'Give a token a new secret; the old one counts until the overlap ends',
    description:
      'Your own, whatever your roles are; a service’s when you may change members. By a token that was cut down it takes ' +
      '`tokens.write`. The new token has the limits of the old one and lasts as ' +
      'long as that one was made for. Whoever rotates has to hold all that the token may do. Devices sign in anew ' +
      'instead.',
    params,
    body: TokenRotation,
    reply: CreatedToken,
    faults: ['not_found', 'conflict', 'forbidden'],
    example: { params: { id }, body: { overlap_minutes: 60 }, reply: { ...example, token: secret } },
    async handle({ db, principal, params, body, now, newId, randomBytes }) {
      const row = await touched(db, principal, params.id)
      const own = row.member === principal.id
      if (row.sort === 'device' || !(own || row.sort === 'service')) throw new Fault('forbidden')
      await mayEnd(db, principal, row.member)
      const limits = limitsOf(row)
      const maker = await makerOf(db, principal)
      const more = maker.own?.id === row.id ? [] : await beyond(maker, { limits, own, db })
      if (more.length > 0) throw new Fault('forbidden', 'The token may do more than the one that you ask by.')
      return makeToken({
        ...{ tenant: row.tenant, member: row.member, sort: row.sort, name: row.name },
        ...{ limits, id: newId(), now, ends: now + row.lasts, randomBytes },
        before: { id: row.id, ends: now + (body.overlap_minutes ?? 0) * MINUTE_MS },
      })
    },
  }),
  command({
    id: 'revokeCurrentToken',
    method: 'delete',
    path: '/v1/tokens/current',
    tag,
    permission: 'member:any',
    whileClosing: true,
    audit: 'token.revoked',
    summary: 'Revoke the token that this request bears: signing out',
    reply: Token,
    faults: ['not_found'],
    example: { reply: { ...example, revoked: '2026-11-23T08:00:00.000Z' } },
    async handle({ db, principal, now }) {
      if (principal.by.kind !== 'token') throw new Fault('not_found')
      return revoking(await visible(db, principal, principal.by.id), now)
    },
  }),
  command({
    id: 'revokeToken',
    method: 'delete',
    path: '/v1/tokens/{id}',
    tag,
    permission: 'member:any',
    whileClosing: true,
    audit: 'token.revoked',
    summary: 'Revoke a token; it stops working at once',
    description:
      'Your own, whatever your roles are; when you may change members, that of anybody in the tenant who holds no more ' +
      'than you do. By a token that was cut down it takes `tokens.write`.',
    params,
    reply: Token,
    faults: ['not_found', 'forbidden'],
    example: { params: { id }, reply: { ...example, revoked: '2026-11-23T08:00:00.000Z' } },
    async handle({ db, principal, params, now }) {
      const row = await touched(db, principal, params.id)
      await mayEnd(db, principal, row.member)
      return revoking(row, now)
    },
  }),
]

function seesAll(principal: MemberPrincipal): boolean {
  return principal.grants.tenant.has('members.write')
}

function writesForOthers(principal: MemberPrincipal): boolean {
  return seesAll(principal) && principal.grants.tenant.has('tokens.write')
}

/** Throws Fault `not_found` also for a token that the principal may not see. */
async function visible(db: Reader, principal: MemberPrincipal, id: string): Promise<TokenRow> {
  const row = await token(db, principal.tenant, id)
  if (row === null || (row.member !== principal.id && !seesAll(principal))) throw new Fault('not_found')
  return row
}

/** As `visible`. Throws Fault `forbidden` where the calling token was not given this. */
async function touched(db: Reader, principal: MemberPrincipal, id: string): Promise<TokenRow> {
  const row = await visible(db, principal, id)
  const own = row.member === principal.id
  if (!(own ? mindsOwn(principal) : writesForOthers(principal))) throw lacking('tokens.write')
  return row
}

function revoking(row: TokenRow, now: number): Change<Token> {
  return change({
    writes: [revokeToken(row.tenant, row.id, now)],
    target: row.id,
    facts: { member: row.member, sort: row.sort },
    reply: () => toToken({ ...row, revoked: row.revoked ?? now }),
  })
}

interface Holder {
  readonly member: string
  readonly sort: TokenSort
  /** Whether it is the caller. */
  readonly own: boolean
}

/** Throws Fault `forbidden` for who may not change members, `InvalidRequest` where it is no service of the tenant. */
async function holderOf(db: Reader, principal: MemberPrincipal, wanted: string | undefined): Promise<Holder> {
  const member = wanted ?? principal.id
  const own = member === principal.id
  if (!own && !writesForOthers(principal)) throw new Fault('forbidden')
  const row = await db.selectFrom('member').select(['kind', 'state']).where('tenant', '=', principal.tenant)
    .where('id', '=', member).where('state', '!=', 'removed').executeTakeFirst()
  if (row?.state === 'invited' && row.kind === 'service') {
    const message = 'it has not accepted its invitation yet, which gives it its first token'
    throw new InvalidRequest([{ at: 'member', message }])
  }
  if (row?.state !== 'active' || (!own && row.kind !== 'service')) {
    throw new InvalidRequest([{ at: 'member', message: 'no active member of kind service' }])
  }
  return { member, own, sort: row.kind === 'service' ? 'service' : 'personal' }
}

function malformed(networks: readonly string[]) {
  return networks.flatMap((text, at) =>
    isRange(text)
      ? []
      : [{ at: `networks/${at}`, message: 'not an address, or a range with bits beyond its prefix' }]
  )
}

/**
 * Null when it would end after the API token that it is made by. A device's own end says nothing: a person has
 * confirmed it just now.
 */
function endOf(
  { now, days, maker }: {
    readonly now: number
    readonly days: number | undefined
    readonly maker: TokenRow | null
  },
): number | null {
  const most = maker === null || maker.sort === 'device' ? Infinity : maker.expires
  if (days === undefined) return Math.min(now + DEFAULT_DAYS * DAY_MS, most)
  const ends = now + days * DAY_MS
  return ends > most ? null : ends
}

interface Making {
  readonly tenant: string
  readonly member: string
  readonly sort: TokenSort
  readonly name: string
  readonly limits: Limits
  readonly id: string
  readonly now: number
  readonly ends: number
  readonly randomBytes: (length: number) => Uint8Array
  /** The token whose place it takes, and when that one ends. */
  readonly before: { readonly id: string; readonly ends: number } | null
}

function makeToken(making: Making): Change<z.input<typeof CreatedToken>> {
  const { tenant, member, sort, name, limits, id, now, ends, before } = making
  const secret = newSecret(prefixes[sort], making.randomBytes)
  const { scopes, place, networks } = limits
  const row = {
    ...{ id, tenant, member, sort, name, created: now, expires: ends, lasts: ends - now },
    hash: hashSecret(secret),
    scopes: scopes === null ? null : JSON.stringify(permissions.filter((one) => scopes.includes(one))),
    level: place?.level ?? null,
    place: place?.id ?? null,
    networks: networks === null ? null : JSON.stringify(networks),
  }
  const replacing = before === null ? [] : [replaceToken({ tenant, ...before, by: id, now })]
  return change({
    // The row as it is kept: a repeated request is answered by it, whatever has happened to the one before.
    writes: [...replacing, insertToken(row), selectToken(tenant, id)],
    target: id,
    facts: {
      member,
      sort,
      expires: new Date(ends).toISOString(),
      ...(before === null ? {} : { replaces: before.id, overlap_until: new Date(before.ends).toISOString() }),
    },
    reply: ({ rows, repeated }) => ({
      ...toToken(rows.at(-1)?.[0] as Row as unknown as TokenRow),
      ...(repeated ? {} : { token: secret }),
    }),
  })
}
