import { defaultRules, TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'

/** Of a tenant that has said nothing they are `defaultRules`. */
export async function rulesOf(db: Reader, tenant: string): Promise<TenantRules> {
  const row = await db.selectFrom('tenant_rules').select('rules').where('tenant', '=', tenant)
    .executeTakeFirst()
  return readRules(row?.rules ?? null)
}

/** From the column `tenant_rules.rules`, null where there is no row. Kept once parsed: sessions ask at every request. */
export function readRules(text: string | null): TenantRules {
  if (text === null) return defaultRules
  let rules = parsed.get(text)
  if (rules === undefined) {
    if (parsed.size >= MAX_PARSED) parsed.clear()
    rules = { ...defaultRules, ...JSON.parse(text) as TenantRules }
    parsed.set(text, rules)
  }
  return rules
}

const MAX_PARSED = 1000
const parsed = new Map<string, TenantRules>()

export function putRules(tenant: string, rules: TenantRules, now: number): Step[] {
  const row = { rules: JSON.stringify(rules), updated: now }
  const domains = rules.sso_domains.map(({ domain, provider }) => ({ tenant, domain, provider }))
  return [
    step(
      writes.insertInto('tenant_rules').values({ tenant, ...row }).onConflict((conflict) =>
        conflict.column('tenant').doUpdateSet(row)
      ),
    ),
    step(writes.deleteFrom('sso_domain').where('tenant', '=', tenant)),
    ...(domains.length === 0 ? [] : [step(writes.insertInto('sso_domain').values(domains))]),
  ]
}
