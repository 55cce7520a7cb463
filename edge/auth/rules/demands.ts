/** A tenant's rules as sessions ask for them. */
import type { Reader } from '../../db/database.ts'
import type { DemandsOf } from '../sessions/demands.ts'
import { gapsOf, limitsOf } from './judge.ts'
import { rulesOf } from './store.ts'

export function demandsFrom(db: Reader): DemandsOf {
  return async (tenant) => {
    const rules = await rulesOf(db, tenant)
    return { limits: limitsOf(rules), lacks: (who) => gapsOf(rules, { tenant, who }) }
  }
}
