/** Fetches a project's indexes from the one seen last, and walks them. */
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
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

/** The newest index. Throws `edge_…` and what `walkIndex` throws. */
export async function newestIndex(options: IndexOptions): Promise<VerifiedIndex> {
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
  return walkIndex(native, { trust, deny, project, documents, seen })
}
