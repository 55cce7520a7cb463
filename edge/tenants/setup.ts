/** Making tenants: the first by the setup token, further ones by the operator of the installation. */
import { timingSafeEqual } from 'node:crypto'
import type { Primitives } from '../../shared/seal/primitives.ts'
import { CreatedTenant, NewTenant, Setup } from '../../shared/schemas/tenant.ts'
import { newLogKey } from '../audit/tenant_log.ts'
import { hashSecret, newSecret } from '../auth/secret.ts'
import { insertToken, type NewTokenRow } from '../auth/store.ts'
import type { MasterKeys } from '../db/master_keys.ts'
import type { Step } from '../db/plan.ts'
import { change, openChange, unchanged } from '../http/change.ts'
import { command, open, type Route } from '../http/route.ts'
import { neverErased } from './life_store.ts'
import { insertMember, type MemberRow, toMember } from './member_store.ts'
import {
  insertInstallation,
  insertProject,
  insertTenant,
  insertWorkspace,
  selectTenant,
  type TenantRow,
  toTenant,
} from './store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const FIRST_TOKEN_DAYS = 90
/** What the first member of a tenant is. */
const OWNER = 'owner'

export interface SetupOptions {
  /** `hashSecret` of the setup token, or of what the operator chose. */
  readonly setupTokenHash: string
  readonly primitives: Primitives
  readonly master: MasterKeys
}

const tenantId = '019a9f3e-7c00-7000-8000-000000000000'
const example = {
  body: { tenant: { id: tenantId, name: 'Acme' }, person: { name: 'Ada Lovelace' } },
  reply: {
    tenant: {
      id: tenantId,
      name: 'Acme',
      log_key: '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=',
      created: '2026-11-22T08:00:00.000Z',
    },
    member: {
      id: '019a9f3e-7c00-7000-8000-000000000002',
      name: 'Ada Lovelace',
      kind: 'person',
      role: 'owner',
      state: 'active',
      created: '2026-11-22T08:00:00.000Z',
    },
    token: 'sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT',
  },
}

export function setupRoutes(options: SetupOptions): readonly Route[] {
  return [getSetup, setUpRoute(options), createTenantRoute(options)]
}

const getSetup = open({
  id: 'getSetup',
  method: 'get',
  path: '/v1/setup',
  tag: 'Setup',
  summary: 'What is still to be done before anybody can sign in',
  because: 'before that nobody could sign in to ask',
  reply: Setup,
  example: { reply: { next: 'done' } },
  async handle({ db }) {
    const account = await db.selectFrom('account').select('id').limit(1).executeTakeFirst()
    if (account !== undefined) return unchanged({ next: 'done' as const })
    const tenant = await db.selectFrom('installation').select('tenant').executeTakeFirst()
    return unchanged({ next: tenant === undefined ? 'tenant' as const : 'account' as const })
  },
})

function setUpRoute(options: SetupOptions): Route {
  return open({
    id: 'setUp',
    method: 'post',
    path: '/v1/setup',
    status: 201,
    tag: 'Setup',
    summary: 'Make the first tenant and its owner',
    description:
      'Works once in the life of an installation. The setup token stands in a file whose path the ' +
      'edge prints when it first starts.',
    because: 'nobody has an account yet',
    credential: {
      kind: 'setup',
      find: ({ secret }) => {
        const given = hashSecret(secret)
        return Promise.resolve(sameText(given, options.setupTokenHash) ? { setup: true } : null)
      },
    },
    audit: 'tenant.created',
    body: NewTenant,
    reply: CreatedTenant,
    faults: ['already_exists'],
    example,
    handle({ body, now, newId, randomBytes }) {
      const made = newTenant(body, { ...options, operator: true, now, newId, randomBytes })
      return Promise.resolve(openChange({
        tenant: body.tenant.id,
        actor: { kind: 'setup' },
        writes: [insertInstallation(body.tenant.id, now), ...made.steps],
        target: body.tenant.id,
        facts: { member: made.member.id },
        names: { member: { member: made.member.id, value: body.person.name } },
        reply: () => ({
          tenant: toTenant(made.tenant),
          member: toMember({ ...made.member, role: OWNER }),
          token: made.secret,
        }),
      }))
    },
  })
}

function createTenantRoute(options: SetupOptions): Route {
  return command({
    id: 'createTenant',
    method: 'post',
    path: '/v1/tenants',
    status: 201,
    tag: 'Tenants',
    permission: 'tenants.create',
    acrossTenants: 'the operator makes a tenant that is not theirs',
    audit: 'tenant.created',
    summary: 'Make another tenant on this installation',
    description:
      'For the operator, who set the installation up. The new tenant’s first member is its owner; ' +
      'the operator has no part in it.',
    body: NewTenant,
    reply: CreatedTenant,
    faults: ['already_exists'],
    example,
    handle({ body, now, newId, randomBytes }) {
      const made = newTenant(body, { ...options, operator: false, now, newId, randomBytes })
      return Promise.resolve(change({
        // The new tenant's log begins with its making.
        alsoIn: [body.tenant.id],
        // The log key is random: a repeated request reads the one that was kept.
        writes: [...made.steps, selectTenant(body.tenant.id)],
        target: body.tenant.id,
        facts: { member: made.member.id },
        reply: ({ rows, repeated }) => ({
          tenant: toTenant(rows.at(-1)?.[0] as unknown as TenantRow),
          member: toMember({ ...made.member, role: OWNER }),
          ...(repeated ? {} : { token: made.secret }),
        }),
      }))
    },
  })
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(new TextEncoder().encode(a), new TextEncoder().encode(b))
}

interface Making extends SetupOptions {
  readonly operator: boolean
  readonly now: number
  readonly newId: () => string
  readonly randomBytes: (length: number) => Uint8Array
}

/** What a tenant has not got yet. */
const unborn = {
  next_log_key: null,
  next_log_key_sealed: null,
  next_log_key_created: null,
  closing: null,
  erase_at: null,
  erasing: null,
  erased: null,
  suspended: null,
} as const

interface Made {
  readonly tenant: TenantRow
  readonly member: MemberRow
  readonly secret: string
  readonly steps: readonly Step[]
}

/** A tenant with its log key, its first owner with a token, and a workspace and project to begin in. */
function newTenant({ tenant: { id, name }, person }: NewTenant, making: Making): Made {
  const { now: created, newId, primitives, master } = making
  const tenant: TenantRow = { id, name, ...newLogKey(primitives, master, id), created, ...unborn }
  const member: MemberRow = {
    id: newId(),
    tenant: id,
    name: person.name,
    kind: 'person',
    account: null,
    state: 'active',
    operator: making.operator ? 1 : 0,
    created,
    erased: null,
  }
  const { row: token, secret } = firstToken(member, making)
  const workspace = { id: newId(), tenant: id, name: 'default', environment: 'other' as const, created }
  const project = { id: newId(), tenant: id, workspace: workspace.id, name: 'default', created }
  const steps = [
    neverErased(id),
    insertTenant(tenant),
    ...insertMember(member, { binding: newId(), role: OWNER }),
    insertToken(token),
    insertWorkspace(workspace),
    insertProject(project),
  ]
  return { tenant, member, secret, steps }
}

/** The token that a member starts with. */
export function firstToken(
  member: MemberRow,
  making: Pick<Making, 'now' | 'newId' | 'randomBytes'>,
): { readonly row: NewTokenRow; readonly secret: string } {
  const service = member.kind === 'service'
  const secret = newSecret(service ? 'svc' : 'pat', making.randomBytes)
  const row: NewTokenRow = {
    id: making.newId(),
    tenant: member.tenant,
    member: member.id,
    name: 'first token',
    sort: service ? 'service' : 'personal',
    hash: hashSecret(secret),
    scopes: null,
    created: making.now,
    expires: making.now + FIRST_TOKEN_DAYS * DAY_MS,
  }
  return { row, secret }
}
