/** Fetches a project's indexes from the one seen last, and walks them. */
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { type SeenIndex, type VerifiedIndex, walkIndex } from '../../shared/trust/index_walk.ts'
import { native } from '../primitives.ts'

export interface IndexOptions {
  readonly trust: TrustDocument
  readonly deny: readonly string[]
  readonly project: string
  /** The last one that was verified here; null when none was. */
  readonly last: SeenIndex | null
  /** The floor's. */
  readonly floor: SeenIndex | null
  /** Indexes after the given number, oldest first; empty when there are no more. */
  readonly after: (number: number) => Promise<readonly Dsse[]>
}

const mostIndexes = 100_000

/** The newest index, and the way to it. */
export interface WalkedIndex extends VerifiedIndex {
  /** Oldest first, from the one seen last to the newest: each is what the next one says that came before it. */
  readonly walked: readonly Dsse[]
}

/** Throws `edge_…` and what `walkIndex` throws. */
export async function newestIndex(options: IndexOptions): Promise<WalkedIndex> {
  const { trust, deny, project, last, floor, after } = options
  const from = last?.number ?? 1
  const documents: Dsse[] = []
  for (;;) {
    const some = await after(from - 1 + documents.length)
    documents.push(...some)
    if (some.length === 0) break
    if (documents.length > mostIndexes) {
      throw new Fault('index_invalid', 'The edge shows indexes without end.')
    }
  }
  if (documents.length === 0 && last !== null) {
    throw new Fault(
      'index_rolled_back',
      `Index ${last.number} was seen before, and the edge no longer shows it.`,
    )
  }
  // What the floor names below the last one seen was on the way when that one was verified.
  const seen = [last, floor].filter((one) => one !== null).filter(({ number }) => number >= from)
  return { ...walkIndex(native, { trust, deny, project, documents, seen }), walked: documents }
}

type Listed = Record<string, { readonly since: string; readonly kept: boolean }>

/**
 * Pipelines on the way to the newest index that are not among `known`, with the issue of the first index there that
 * lists them. Null when there are none.
 */
export function firstListed(
  { document, walked }: WalkedIndex,
  known: Readonly<Record<string, unknown>>,
): Listed | null {
  const isNew = ({ entries }: Index, id: string) =>
    entries[id]?.kind === 'pipeline' && known[id] === undefined
  if (!Object.keys(document.entries).some((id) => isNew(document, id))) return null
  const found: Listed = {}
  for (const dsse of walked) {
    const { document: one } = readUnverified(native, 'index', dsse)
    for (const id of Object.keys(one.entries)) {
      if (isNew(one, id)) found[id] ??= { since: one.issued, kept: false }
    }
  }
  return found
}
