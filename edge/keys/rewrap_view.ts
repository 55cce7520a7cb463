/** A campaign as people see it: what counts is read off the records at the moment of asking. */
import type { Rewrap } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { Reader } from '../db/database.ts'
import { isoTime } from '../trust/store.ts'
import { requirementsOf } from './required.ts'
import { type Group, groups, refusedRecords, type RewrapRow } from './rewrap_store.ts'

/** What stands in the way of retiring keys, whatever campaign there is. */
export interface Remaining {
  /** Records that have to be sealed anew and that nobody refused. */
  readonly records: number
  readonly byKid: Readonly<Record<string, number>>
}

/** `anew`: as if nobody had refused anything yet. */
export async function remaining(
  db: Reader,
  tenant: string,
  trust: TrustDocument,
  options: { readonly anew?: boolean } = {},
): Promise<Remaining> {
  const all = await groups(db, tenant)
  const wanting = needed(all, trust)
  const refused = options.anew ? 0 : await refusedRecords(db, tenant, wanting.map(({ id }) => id))
  const byKid: Record<string, number> = {}
  for (const group of all) {
    for (const kid of requirementsOf(trust).surplus(group)) byKid[kid] = (byKid[kid] ?? 0) + group.records
  }
  return { records: wanting.reduce((sum, { records }) => sum + records, 0) - refused, byKid }
}

/** Groups that some pool's agents could seal anew. */
function needed(all: readonly Group[], trust: TrustDocument): Group[] {
  const requirements = requirementsOf(trust)
  return all.filter((group) => requirements.needs(group) && requirements.isOpenable(group))
}

export function toRewrap(row: RewrapRow, left: Remaining): Rewrap {
  const { id, state, done, refused, created, finished } = row
  return {
    id,
    state,
    total: done + refused + (state === 'done' ? 0 : left.records),
    done,
    refused,
    remaining: { ...left.byKid },
    created: isoTime(created),
    ...(finished === null ? {} : { finished: isoTime(finished) }),
  }
}
