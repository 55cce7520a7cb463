/** What a tenant asks of whoever signs in to it. Counts from the next request on, for sessions that exist too. */
import { TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import type { Reader } from '../../db/database.ts'
import { change } from '../../http/change.ts'
import { InvalidRequest } from '../../http/problem.ts'
import { command, query, type Route } from '../../http/route.ts'
import { checkOwnersStay } from './lockout.ts'
import { putRules, rulesOf } from './store.ts'

const tag = 'Rules of sign-in'
const example: TenantRules = {
  passwords: 'allowed',
  mfa: 'required',
  mfa_from: [],
  sso_domains: [{ domain: 'acme.example', provider: '019a9f3e-7c00-7000-8000-0000000000e0' }],
  session: { idle_minutes: 60, absolute_hours: 12 },
  approvals: { keys: false, deletion: false },
  agent_approval: 'another_person',
}

export const ruleRoutes: readonly Route[] = [
  query({
    id: 'getRules',
    path: '/v1/rules',
    tag,
    permission: 'rules.read',
    summary: 'How members have to be signed in, and what needs two people',
    reply: TenantRules,
    example: { reply: example },
    handle: ({ db, principal }) => rulesOf(db, principal.tenant),
  }),
  command({
    id: 'putRules',
    method: 'put',
    path: '/v1/rules',
    tag,
    permission: 'rules.write',
    audit: 'rules.changed',
    fresh: true,
    twoPerson: 'rules',
    summary: 'Change how members have to be signed in, and what needs two people',
    description:
      'Refused where no owner could sign in any more, with what is missing. API tokens are not signed in: no rule of ' +
      'sign-in is about them. Where the rules want two people for anything, they are changed by two.',
    body: TenantRules,
    reply: TenantRules,
    faults: ['last_owner'],
    example: { body: { ...example, sso_domains: [] }, reply: { ...example, sso_domains: [] } },
    async handle({ db, principal, body, now }) {
      const { tenant, by } = principal
      await checkProviders(db, tenant, body)
      await checkOwnersStay(db, body, { tenant, session: by.kind === 'session' ? by.id : null, now })
      return change({
        writes: putRules(tenant, body, now),
        target: tenant,
        facts: factsOf(body),
        reply: () => body,
      })
    },
  }),
]

async function checkProviders(db: Reader, tenant: string, { sso_domains }: TenantRules): Promise<void> {
  const rows = await db.selectFrom('provider').select('id').where('tenant', '=', tenant).execute()
  const own = new Set(rows.map(({ id }) => id))
  const wrong = sso_domains.findIndex(({ provider }) => !own.has(provider))
  if (wrong < 0) return
  throw new InvalidRequest([{ at: `sso_domains/${wrong}/provider`, message: 'no provider of this tenant' }])
}

/** The rules themselves, flat: who reads the log sees what held when. */
function factsOf(rules: TenantRules): Readonly<Record<string, string | number | boolean>> {
  return {
    passwords: rules.passwords,
    mfa: rules.mfa,
    mfa_from: rules.mfa_from.join(' '),
    sso_domains: rules.sso_domains.map(({ domain, provider }) => `${domain}=${provider}`).join(' '),
    issuers: rules.issuers?.join(' ') ?? 'own',
    idle_minutes: rules.session.idle_minutes,
    absolute_hours: rules.session.absolute_hours,
    approve_keys: rules.approvals.keys,
    approve_deletion: rules.approvals.deletion,
    agent_approval: rules.agent_approval,
  }
}
