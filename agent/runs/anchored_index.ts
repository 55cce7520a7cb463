/** The newest index of a project, walked from the one that the anchor remembers. */
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { readAnchor, updateAnchor } from '../trust/anchor.ts'
import type { Footing } from '../trust/footing.ts'
import { newestIndex } from '../trust/index_walk.ts'
import type { Store } from '../trust/store.ts'

export interface Anchored {
  readonly footing: Footing
  readonly anchor: Store
  readonly edge: Pick<AgentEdge, 'indexAfter'>
}

/**
 * The anchor moves forward with it, unless it has moved meanwhile: who acts on the index looks there once more. Throws
 * what `newestIndex` throws.
 */
export async function anchoredIndex(
  project: string,
  { footing, anchor, edge }: Anchored,
  signal: AbortSignal,
): Promise<VerifiedIndex> {
  const { floor, chain, ring } = footing
  const last = (await readAnchor(anchor, ring)).index[project] ?? null
  const index = await newestIndex({
    trust: chain.document,
    deny: floor?.deny ?? [],
    project,
    last,
    floor: floor?.index[project] ?? null,
    after: (number) => edge.indexAfter(project, number, signal),
  })
  const { hash, document: { number } } = index
  if (last?.hash === hash) return index
  await updateAnchor(anchor, ring, (one) => {
    const now = one.index[project]
    if (now?.hash !== last?.hash || now?.hash === hash) return one
    return { ...one, index: { ...one.index, [project]: { number, hash } } }
  })
  return index
}
