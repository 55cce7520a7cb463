/** A tenant's own providers. */
import { z } from 'zod'
import { utf8 } from '../../../shared/bytes.ts'
import { Fault } from '../../../shared/faults.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import { type ClaimRule, NewProvider, Provider, ProviderChange } from '../../../shared/schemas/provider.ts'
import { checkCovers, permissionsOfRole } from '../../access/rights.ts'
import type { Reader } from '../../db/database.ts'
import { sealColumn } from '../../db/master_keys.ts'
import { change } from '../../http/change.ts'
import { Page, paged, pageOf, window } from '../../http/page.ts'
import type { MemberPrincipal } from '../../http/principal.ts'
import { InvalidRequest } from '../../http/problem.ts'
import { command, query, type Route } from '../../http/route.ts'
import { rulesOf } from '../rules/store.ts'
import { dropSessionsBy } from '../sessions/sessions.ts'
import { isOneDirectory } from './claims.ts'
import { type Flow, redirectUri } from './flow.ts'
import { GITHUB_ISSUER } from './github.ts'
import { isPlace } from './membership.ts'
import type { SignInByProvider } from './options.ts'
import { mayAsk } from './outgoing.ts'
import {
  deleteProvider,
  insertProvider,
  provider,
  type ProviderRow,
  providers,
  secretPlace,
  updateProvider,
} from './store.ts'

const tag = 'Providers'
const params = z.strictObject({ id: Id })
const example = {
  id: '019a9f3e-7c00-7000-8000-0000000000e0',
  name: 'Acme',
  issuer: 'https://acme.okta.com',
  client_id: '0oa1b2c3',
  claim_rules: [{ claim: 'groups', value: 'data', role: 'editor' }],
  redirect_uri: 'https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback',
  created: '2026-11-22T08:00:00.000Z',
  updated: '2026-11-22T08:00:00.000Z',
}

export function providerRoutes(options: SignInByProvider): readonly Route[] {
  return [
    listProviders(options),
    getProvider(options),
    createProvider(options),
    changeProvider(options),
    removeProvider(options),
  ]
}

function toProvider(row: ProviderRow, { publicUrl }: Flow): Provider {
  const { id, name, issuer, client_id, created, updated } = row
  return {
    id,
    name,
    issuer,
    client_id,
    claim_rules: JSON.parse(row.claim_rules) as ClaimRule[],
    redirect_uri: redirectUri(publicUrl, id),
    created: new Date(created).toISOString(),
    updated: new Date(updated).toISOString(),
  }
}

function sealed({ primitives, master }: Flow, id: string, secret: string): string {
  return sealColumn(primitives, master, { place: secretPlace(id), plaintext: utf8(secret) })
}

const listProviders = ({ flow }: SignInByProvider) =>
  query({
    id: 'listProviders',
    path: '/v1/providers',
    tag,
    permission: 'rules.read',
    summary: 'Providers of the tenant, oldest first',
    query: Page,
    reply: pageOf(Provider),
    example: { reply: { data: [example] } },
    async handle({ db, principal, query }) {
      const { after, take, limit } = window(query)
      const rows = await providers(db, principal.tenant, { after, take })
      return paged(rows, { limit, key: ({ id }) => id, item: (row) => toProvider(row, flow) })
    },
  })

const getProvider = ({ flow }: SignInByProvider) =>
  query({
    id: 'getProvider',
    path: '/v1/providers/{id}',
    tag,
    permission: 'rules.read',
    summary: 'One provider',
    params,
    reply: Provider,
    faults: ['not_found'],
    example: { params: { id: example.id }, reply: example },
    async handle({ db, principal, params }) {
      return toProvider(await existing(db, principal, params.id), flow)
    },
  })

const createProvider = ({ flow, loopback }: SignInByProvider) =>
  command({
    id: 'createProvider',
    method: 'post',
    path: '/v1/providers',
    status: 201,
    tag,
    permission: 'rules.write',
    audit: 'provider.created',
    fresh: true,
    summary: 'Let members sign in with a provider of your own',
    description:
      'Any issuer of OpenID Connect, by discovery, which is tried at once. Claim rules need roles.write ' +
      'too, and give no more than you hold.',
    body: NewProvider,
    reply: Provider,
    faults: ['already_exists', 'provider_failed'],
    example: {
      body: {
        name: 'Acme',
        issuer: 'https://acme.okta.com',
        client_id: '0oa1b2c3',
        client_secret: 'a secret of the provider',
        claim_rules: example.claim_rules,
      },
      reply: example,
    },
    async handle({ db, principal, body, now, newId }) {
      checkIssuer(body.issuer, loopback)
      await checkRules(db, principal, body.claim_rules ?? [])
      await flow.issuers.document(body.issuer)
      const id = newId()
      const row: ProviderRow = {
        id,
        tenant: principal.tenant,
        name: body.name,
        issuer: body.issuer,
        client_id: body.client_id,
        client_secret_sealed: sealed(flow, id, body.client_secret),
        claim_rules: JSON.stringify(body.claim_rules ?? []),
        created: now,
        updated: now,
      }
      return change({
        writes: [insertProvider(row)],
        target: id,
        facts: { issuer: row.issuer, ...ruleFacts(body.claim_rules ?? []) },
        reply: () => toProvider(row, flow),
      })
    },
  })

const changeProvider = ({ flow }: SignInByProvider) =>
  command({
    id: 'changeProvider',
    method: 'patch',
    path: '/v1/providers/{id}',
    tag,
    permission: 'rules.write',
    audit: 'provider.changed',
    fresh: true,
    summary: 'Change a provider; its issuer stays',
    params,
    body: ProviderChange,
    reply: Provider,
    faults: ['not_found', 'conflict', 'already_exists'],
    example: { params: { id: example.id }, body: { name: 'Acme' }, reply: example },
    async handle({ db, principal, params, body, now }) {
      const before = await existing(db, principal, params.id)
      if (body.claim_rules !== undefined) await checkRules(db, principal, body.claim_rules)
      const row: ProviderRow = {
        ...before,
        name: body.name ?? before.name,
        client_id: body.client_id ?? before.client_id,
        client_secret_sealed: body.client_secret === undefined
          ? before.client_secret_sealed
          : sealed(flow, before.id, body.client_secret),
        claim_rules: body.claim_rules === undefined ? before.claim_rules : JSON.stringify(body.claim_rules),
        updated: Math.max(now, before.updated + 1),
      }
      return change({
        writes: [updateProvider(row, before)],
        target: row.id,
        facts: {
          ...ruleFacts(JSON.parse(row.claim_rules) as ClaimRule[]),
          client_id: row.client_id !== before.client_id,
          client_secret: body.client_secret !== undefined,
        },
        reply: () => toProvider(row, flow),
      })
    },
  })

const removeProvider = ({ flow }: SignInByProvider) =>
  command({
    id: 'removeProvider',
    method: 'delete',
    path: '/v1/providers/{id}',
    tag,
    permission: 'rules.write',
    audit: 'provider.removed',
    fresh: true,
    acrossTenants: 'sessions that stand on its word end, whatever tenant they have chosen',
    summary: 'Nobody signs in with it any more',
    description:
      'Refused while a rule of sign-in needs it. Sessions that began with it end. Members that came by it stay, until ' +
      'they are removed.',
    params,
    reply: Provider,
    faults: ['not_found', 'conflict'],
    example: { params: { id: example.id }, reply: example },
    async handle({ db, principal, params, now }) {
      const row = await existing(db, principal, params.id)
      const { sso_domains } = await rulesOf(db, principal.tenant)
      if (sso_domains.some((one) => one.provider === row.id)) {
        throw new Fault(
          'conflict',
          'A mail domain has to sign in with this provider: change the rules first.',
        )
      }
      return change({
        writes: [deleteProvider(principal.tenant, row.id), dropSessionsBy(row.id, now)],
        target: row.id,
        facts: { issuer: row.issuer },
        reply: () => toProvider(row, flow),
      })
    },
  })

async function existing(db: Reader, { tenant }: MemberPrincipal, id: string): Promise<ProviderRow> {
  const row = await provider(db, tenant, id)
  if (row === null) throw new Fault('not_found')
  return row
}

/** What the rules give, and by which claims. A value may be somebody's address, which no log could forget. */
function ruleFacts(rules: readonly ClaimRule[]): { readonly claim_rules: string } {
  const given = rules.map(({ claim, role, level = 'tenant', place = null }) => ({
    claim,
    role,
    level,
    place,
  }))
  return { claim_rules: JSON.stringify(given) }
}

/** One directory, and one that may be asked. GitHub has no id_token, so nobody could vouch for its identities here. */
function checkIssuer(issuer: string, loopback: boolean): void {
  const wrong = (message: string) => new InvalidRequest([{ at: 'issuer', message }])
  if (!mayAsk(new URL(issuer), loopback)) throw wrong('not https')
  if (issuer === GITHUB_ISSUER) throw wrong('GitHub is a provider of the installation')
  if (!isOneDirectory(issuer)) throw wrong('name one directory: …/<its id>/v2.0, not common or organizations')
}

/** What a claim gives somebody gives: never owner, and never more than the one who says so holds. */
async function checkRules(
  db: Reader,
  { tenant, grants }: MemberPrincipal,
  rules: readonly ClaimRule[],
): Promise<void> {
  if (rules.length > 0 && !grants.tenant.has('roles.write')) throw new Fault('forbidden')
  for (const [i, { role, level = 'tenant', place = null }] of rules.entries()) {
    const wrong = (at: string, message: string) =>
      new InvalidRequest([{ at: `claim_rules/${i}/${at}`, message }])
    if (role === 'owner') throw wrong('role', 'only people make owners')
    if (await permissionsOfRole(db, tenant, role) === null) throw wrong('role', 'no such role')
    if (!await isPlace(db, tenant, { level, place })) throw wrong('place', 'no such place')
    await checkCovers(db, tenant, { grants, bound: [{ role, level, place }] })
  }
}
