/** What a trust document says of keys that the edge keeps beside it: since when, and that one has gone. */
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { fromBase64 } from '../../shared/bytes.ts'
import { securityEvent } from '../auth/events/events.ts'
import { sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { FurtherEntry } from '../http/change.ts'
import { keepSealed } from './sealed_records.ts'

/** Since when each sealing key is listed; one that was listed before keeps its time. */
export function listKeys({ tenant, version, issued, sealing_keys }: TrustDocument): Step {
  const rows = sealing_keys.map(({ kid }) => ({ tenant, kid, since: Date.parse(issued), version }))
  return step(
    writes.insertInto('sealing_key').values(rows)
      .onConflict((conflict) => conflict.columns(['tenant', 'kid']).doNothing()),
  )
}

/** Entries of the audit log for keys that are in another state than before, where somebody will look for it. */
export function keyEntries(document: TrustDocument, before: TrustDocument | null): FurtherEntry[] {
  return [...changedKeys(document, before), ...sealingKeyEntries(document, before)]
}

const keyParts = ['roots', 'pools', 'sealing_keys', 'signers', 'readers', 'recovery', 'log_key'] as const

/** A security event for a document that trusts other keys than the one before; the first one changes nothing. */
function changedKeys(document: TrustDocument, before: TrustDocument | null): FurtherEntry[] {
  if (before === null) return []
  const changed = keyParts.filter((part) => JSON.stringify(before[part]) !== JSON.stringify(document[part]))
  if (changed.length === 0) return []
  const facts = { trust: document.version, changed: changed.join(' ') }
  return [securityEvent('key.changed', { tenant: document.tenant, facts })]
}

function sealingKeyEntries(document: TrustDocument, before: TrustDocument | null): FurtherEntry[] {
  return document.sealing_keys.flatMap(({ kid, pool, state }) => {
    const was = before?.sealing_keys.find((key) => key.kid === kid)?.state
    if (state === was || (state !== 'retired' && state !== 'compromised')) return []
    return [{ action: `key.${state}`, target: kid, facts: { pool, trust: document.version } } as const]
  })
}

/**
 * What agents found out about connections goes when it is for other readers, or under another pool's key: nobody rewraps
 * it, and it is found out anew.
 */
export function dropCatalogues(document: TrustDocument, before: TrustDocument | null): Step[] {
  const says = ({ pools, sealing_keys, readers }: TrustDocument) =>
    JSON.stringify([pools, sealing_keys, readers])
  if (before === null || says(before) === says(document)) return []
  return [step(writes.deleteFrom('catalogue').where('tenant', '=', document.tenant))]
}

/** Of each policy there is one envelope: the one that came last. What older keys still open is not kept. */
export function keepPolicy({ tenant, version, policy }: TrustDocument, envelope: string): Step[] {
  if (policy === null) return []
  const older = writes.updateTable('trust_document').set({ policy: sql<null>`NULL` }).where(
    'tenant',
    '=',
    tenant,
  )
    .where('policy_version', '=', policy.version).where('version', '<', version).where(
      'policy',
      'is not',
      null,
    )
  const record = { tenant, type: 'policy', id: tenant, version: policy.version, project: null } as const
  const audience = { type: 'policy', project: null, pools: [] } as const
  return [step(older), ...keepSealed({ ...record, audience, envelope: fromBase64(envelope) })]
}
