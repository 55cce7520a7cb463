/** The credentials that a leaked ring has laid open: what every signed index lists for the pool. */
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { Fault } from '../../shared/faults.ts'
import { answer } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import { type PeopleTrust, readIndex } from './people_trust.ts'
import { projectsOf, type Session } from './session.ts'

export interface Exposed {
  readonly project: string
  readonly id: string
  readonly name: string
  readonly version: number
  /** False where its document does not verify: what it names is not known, so it is counted in. */
  readonly verified: boolean
}

/** So many documents are fetched at once. */
const atOnce = 8

export interface Exposure {
  readonly connections: readonly Exposed[]
  /** Ids of projects that the floor names and the edge does not show. */
  readonly hidden: readonly string[]
}

/**
 * Connections that name the pool, by what their authors have signed, and those of which an earlier version may have;
 * nothing that the edge says about them leaves one out. Throws what the walk of an index throws.
 */
export async function exposedBy(
  session: Session,
  trust: PeopleTrust,
  pool: string,
): Promise<Exposure> {
  const found: Exposed[] = []
  const projects = await projectsOf(session.edge)
  const hidden = Object.keys(trust.floor?.index ?? {}).filter((id) => !projects.some((one) => one.id === id))
  for (const project of projects) {
    const index = await readIndex(session, trust, project)
    const listed = Object.entries(index?.document.entries ?? {}).filter(([, { kind }]) =>
      kind === 'connection'
    )
    for (let from = 0; from < listed.length; from += atOnce) {
      const some = listed.slice(from, from + atOnce).map(async ([id, { name, version, hash }]) => {
        const pools = await poolsOf(session, trust, { id, hash, project: project.id })
        // A later version may have left the pool: what was sealed before it did was laid open all the same.
        if (pools !== null && !pools.includes(pool) && version === 1) return []
        return [{ project: project.name, id, name, version, verified: pools !== null }]
      })
      found.push(...(await Promise.all(some)).flat())
    }
  }
  return { connections: found, hidden }
}

/** Null when the document cannot be had, or is not the one that the index lists. */
async function poolsOf(
  { edge }: Session,
  { chain, floor }: PeopleTrust,
  { id, hash, project }: { readonly id: string; readonly hash: string; readonly project: string },
): Promise<readonly string[] | null> {
  try {
    const record = await answer(edge.GET('/v1/connections/{id}', { params: { path: { id } } }))
    const signed = verifyAuthored(native, {
      trust: chain.document,
      deny: floor?.deny ?? [],
      type: 'connection',
      project,
      dsse: record.document as Dsse,
    })
    return signed.hash === hash ? signed.document.pools : null
  } catch (error) {
    if (error instanceof Fault && error.class !== 'transient') return null
    throw error
  }
}
