/** Whether a later document stands on the one that was published here, by the hashes that lead back to it. */
import { Fault } from '../../shared/faults.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { answer, type Edge } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import type { Published } from './live.ts'

/** A number, and the hash of the document that has it. */
export interface Later {
  readonly number: number
  readonly hash: string
}

/** So far behind is nobody who has just published. */
const mostSteps = 200

/**
 * The way is the edge's to show, and the hashes at its two ends are not: a later number on another branch is no sign
 * that this document was seen. False where no way is shown.
 */
export async function leadsOn(edge: Edge, published: Published, later: Later): Promise<boolean> {
  let at = {
    number: published.kind === 'trust' ? published.version : published.number,
    hash: published.hash,
  }
  try {
    for (let steps = 0; at.number < later.number && steps < mostSteps; steps++) {
      const next = await nextOf(edge, published, at.number)
      if (next === null || next.previous !== at.hash || next.number !== at.number + 1) return false
      at = { number: next.number, hash: next.hash }
    }
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
  return at.number === later.number && at.hash === later.hash
}

/** What the next one says that came before it, and what it is; null where there is none. */
async function nextOf(edge: Edge, published: Published, number: number) {
  if (published.kind === 'trust') {
    const path = { version: String(number + 1) }
    const { document: dsse } = await answer(edge.GET('/v1/trust/{version}', { params: { path } }))
    const { document, hash } = readUnverified(native, 'trust', dsse as Dsse)
    return { number: document.version, previous: document.previous, hash }
  }
  const params = { path: { id: published.project }, query: { after: String(number) } }
  const { data: [first] } = await answer(edge.GET('/v1/projects/{id}/index', { params }))
  if (first === undefined) return null
  const { document, hash } = readUnverified(native, 'index', first.document as Dsse)
  return { number: document.number, previous: document.previous, hash }
}
