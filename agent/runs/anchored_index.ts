/** The newest index of a project, walked from the one that the anchor remembers; pipelines on the way are listed there. */
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { readAnchor, updateAnchor } from '../trust/anchor.ts'
import type { Footing } from '../trust/footing.ts'
import { firstListed, newestIndex } from '../trust/index_walk.ts'
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
  await updateAnchor(anchor, ring, (one) => {
    const now = one.index[project]
    if (now?.hash !== last?.hash) return one
    const listed = firstListed(index, one.pipelines)
    if (now?.hash === hash && listed === null) return one
    const pipelines = { ...one.pipelines, ...listed }
    return { ...one, pipelines, index: { ...one.index, [project]: { number, hash } } }
  })
  return index
}
