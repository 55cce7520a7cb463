/** Entries of a log that fit what is asked for: read in order, a bounded part of the log at a time. */
import { fromUtf8 } from '../../shared/bytes.ts'
import type { AuditEntry } from '../../shared/schemas/audit.ts'
import type { Reader } from '../db/database.ts'
import { type LeafRow, leafRows, withNames } from './store.ts'

/** What an entry has to be; what is left out fits anything. */
export interface Wanted {
  /** `member.invited`; with a dot at its end everything that begins so. */
  readonly action?: string | undefined
  /** Id of who did it: member, account or agent. */
  readonly actor?: string | undefined
  readonly target?: string | undefined
  /** ISO 8601, included. */
  readonly since?: string | undefined
  /** ISO 8601, not included. */
  readonly until?: string | undefined
}

/** Leaves that one request looks at: then it answers what it has found, and where to go on. */
const MOST_LOOKED_AT = 5000
const ROWS_AT_ONCE = 1000

export interface Found {
  readonly entries: readonly AuditEntry[]
  /** The last index that was looked at; null at the end of the log. */
  readonly goOn: number | null
}

export async function search(
  db: Reader,
  tenant: string,
  { wanted, after, limit }: { readonly wanted: Wanted; readonly after: number; readonly limit: number },
): Promise<Found> {
  const found: LeafRow[] = []
  // Where everything fits, one more than the page tells whether there are more.
  const everything = Object.values(wanted).every((one) => one === undefined)
  const take = everything ? limit + 1 : ROWS_AT_ONCE
  let at = after
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += take) {
    const rows = await leafRows(db, tenant, { after: at, take })
    for (const row of rows) {
      if (found.length === limit) return { entries: await withNames(db, tenant, found), goOn: at }
      if (fits(row, wanted)) found.push(row)
      at = row.seq
    }
    if (rows.length < take) return { entries: await withNames(db, tenant, found), goOn: null }
  }
  return { entries: await withNames(db, tenant, found), goOn: at }
}

interface Event {
  readonly time: string
  readonly action: string
  readonly target: string
  readonly actor: { readonly kind: string; readonly id?: string }
}

function fits({ bytes }: LeafRow, { action, actor, target, since, until }: Wanted): boolean {
  const leaf = JSON.parse(fromUtf8(bytes)) as Event
  const isAction = action === undefined || leaf.action === action ||
    (action.endsWith('.') && leaf.action.startsWith(action))
  return isAction && (actor === undefined || leaf.actor.id === actor) &&
    (target === undefined || leaf.target === target) &&
    (since === undefined || Date.parse(leaf.time) >= Date.parse(since)) &&
    (until === undefined || Date.parse(leaf.time) < Date.parse(until))
}
