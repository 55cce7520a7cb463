/**
 * Whom each stored version of a sealed record is sealed to. Every write of an envelope keeps this in the same plan, so
 * that what a trust document means for thousands of records is a comparison of a few groups.
 */
import { toHex } from '../../shared/bytes.ts'
import type { RecordName, RewrapType } from '../../shared/schemas/rewrap.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { native } from '../primitives.ts'

/** For whom a record is, as its signed document says it in the clear: what its recipients are computed from. */
export interface Audience {
  readonly type: RewrapType
  /** Null for what belongs to the tenant as a whole, and for connections, which no reader opens. */
  readonly project: string | null
  /** Pools whose agents open it; empty for a policy, which every pool opens. */
  readonly pools: readonly string[]
}

/** A record that is stored in the same plan. `project` is that of its context. */
export interface StoredRecord extends RecordName {
  readonly tenant: string
  readonly project: string | null
  readonly audience: Audience
  readonly envelope: Uint8Array
}

/** One spelling for one audience. */
export function audienceText({ type, project, pools }: Audience): string {
  return JSON.stringify({ type, project, pools: [...new Set(pools)].sort() })
}

/** Suite and key ids, in order: what two envelopes to the same keys have in common. */
export function sealedToText(
  { suite, kids }: { readonly suite: number; readonly kids: readonly string[] },
): string {
  return `${suite}:${[...kids].sort().join(',')}`
}

/** The kids of `sealedToText`. */
export function kidsOf(text: string): string[] {
  return text.slice(text.indexOf(':') + 1).split(',').filter((kid) => kid !== '')
}

/** The group is there afterwards. */
export function openGroup(
  tenant: string,
  group: { readonly audience: string; readonly sealedTo: string },
): Step {
  const { audience, sealedTo: sealed_to } = group
  return step(
    writes.insertInto('sealed_group').values({ tenant, audience, sealed_to, records: 0 })
      .onConflict((conflict) => conflict.columns(['tenant', 'audience', 'sealed_to']).doNothing()),
  )
}

/** Its id, inside a statement. */
function groupId(tenant: string, group: { readonly audience: string; readonly sealedTo: string }) {
  const { audience, sealedTo } = group
  return sql<number>`(${
    writes.selectFrom('sealed_group').select('id').where('tenant', '=', tenant)
      .where('audience', '=', audience).where('sealed_to', '=', sealedTo)
  })`
}

/**
 * Steps that go with every write of an envelope – the first one of a version, or another in its place. Throws
 * `envelope_invalid`.
 */
export function keepSealed(record: StoredRecord): Step[] {
  const { tenant, type, id, version, project, audience, envelope } = record
  const group = { audience: audienceText(audience), sealedTo: sealedToText(describeEnvelope(envelope)) }
  const grp = groupId(tenant, group)
  const now = { grp, hash: toHex(native.sha256(envelope)), bytes: envelope.length, refused: null, tries: 0 }
  return [
    openGroup(tenant, group),
    step(
      writes.insertInto('sealed_record').values({ tenant, type, id, version, project, batch: null, ...now })
        .onConflict((conflict) => conflict.columns(['tenant', 'type', 'id', 'version']).doUpdateSet(now)),
    ),
  ]
}
