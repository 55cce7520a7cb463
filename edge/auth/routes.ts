import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { type Permission, permissions as allPermissions } from '../../shared/permissions.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Whoami } from '../../shared/schemas/principal.ts'
import { CreatedToken, NewToken, Token } from '../../shared/schemas/token.ts'
import { rolesOf } from '../access/store.ts'
import { change } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import { hashSecret, newSecret } from './secret.ts'
import { insertToken, memberName, revokeToken, token, type TokenRow, tokens, toToken } from './store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const DEFAULT_DAYS = 90

const id = '019a9f3e-7c00-7000-8000-000000000005'
const example = {
  id,
  member: '019a9f3e-7c00-7000-8000-000000000002',
  name: 'laptop',
  created: '2026-11-22T08:00:00.000Z',
  expires: '2027-02-20T08:00:00.000Z',
}

export const authRoutes: readonly Route[] = [
  query({
    id: 'whoami',
    path: '/v1/whoami',
    tag: 'Identity',
    permission: 'member:any',
    summary: 'Who you are here, your roles, and what they let you do',
    reply: Whoami,
    example: {
      reply: {
        tenant: '019a9f3e-7c00-7000-8000-000000000000',
        member: example.member,
        name: 'Ada Lovelace',
        role: 'viewer',
        roles: [{ role: 'viewer', level: 'tenant' }],
        token: id,
        permissions: ['runs.read'],
      },
    },
    async handle({ db, principal }) {
      const { tenant, id: member, by, grants } = principal
      const name = await memberName(db, tenant, member)
      if (name === null) throw new Fault('not_found')
      const roles = await rolesOf(db, tenant, member)
      const role = roles.find(({ level, group }) => level === 'tenant' && group === undefined)?.role
      return {
        tenant,
        member,
        name,
        ...(role === undefined ? {} : { role }),
        roles,
        ...(by.kind === 'token' ? { token: by.id } : { session: by.id, account: by.account }),
        permissions: [...grants.anywhere],
      }
    },
  }),
  query({
    id: 'listTokens',
    path: '/v1/tokens',
    tag: 'Tokens',
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
    tag: 'Tokens',
    permission: 'tokens.write',
    audit: 'token.created',
    summary: 'Make an API token for yourself',
    description: 'Its scopes are at most what the calling token may do. The secret is shown once.',
    body: NewToken,
    reply: CreatedToken,
    example: {
      body: { name: 'ci', scopes: ['runs.read'], expires_in_days: 30 },
      reply: { ...example, scopes: ['runs.read'], token: 'sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT' },
    },
    handle({ principal, body, now, newId, randomBytes }) {
      const secret = newSecret('pat', randomBytes)
      const scopes = grantable(principal, body.scopes)
      const row: TokenRow = {
        id: newId(),
        tenant: principal.tenant,
        member: principal.id,
        name: body.name,
        hash: hashSecret(secret),
        scopes: scopes === null ? null : JSON.stringify(scopes),
        created: now,
        expires: now + (body.expires_in_days ?? DEFAULT_DAYS) * DAY_MS,
        revoked: null,
        last_used: null,
      }
      return Promise.resolve(change({
        writes: [insertToken(row)],
        target: row.id,
        facts: { member: row.member, expires: new Date(row.expires).toISOString() },
        reply: ({ repeated }) => ({ ...toToken(row), ...(repeated ? {} : { token: secret }) }),
      }))
    },
  }),
  command({
    id: 'revokeToken',
    method: 'delete',
    path: '/v1/tokens/{id}',
    tag: 'Tokens',
    permission: 'tokens.write',
    audit: 'token.revoked',
    summary: 'Revoke a token; it stops working at once',
    description: 'Your own; anybody’s in the tenant when you may change members.',
    params: z.strictObject({ id: Id }),
    reply: Token,
    faults: ['not_found'],
    example: { params: { id }, reply: { ...example, revoked: '2026-11-23T08:00:00.000Z' } },
    async handle({ db, principal, params, now }) {
      const row = await token(db, principal.tenant, params.id)
      if (row === null || (row.member !== principal.id && !seesAll(principal))) throw new Fault('not_found')
      return change({
        writes: [revokeToken(principal.tenant, row.id, now)],
        target: row.id,
        facts: { member: row.member },
        reply: () => toToken({ ...row, revoked: row.revoked ?? now }),
      })
    },
  }),
]

function seesAll(principal: MemberPrincipal): boolean {
  return principal.grants.tenant.has('members.write')
}

/** The scopes of a new token: never more than the token that makes it. Null when nothing is cut down. */
function grantable(
  principal: MemberPrincipal,
  wanted: readonly Permission[] | undefined,
): Permission[] | null {
  const held = principal.grants.anywhere
  if (wanted === undefined) return principal.scoped ? [...held] : null
  const beyond = wanted.findIndex((permission) => !held.has(permission))
  if (beyond >= 0) {
    throw new InvalidRequest([{ at: `scopes/${beyond}`, message: 'more than the calling token may do' }])
  }
  return allPermissions.filter((permission) => wanted.includes(permission))
}
