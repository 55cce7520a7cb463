/** What nobody who counts has signed any more, once a signer is gone. */
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { answer } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import { type PeopleTrust, readIndex } from './people_trust.ts'
import { projectsOf, type Session } from './session.ts'

export interface Unsigned {
  readonly kind: 'connection' | 'pipeline' | 'index'
  readonly name: string
  readonly project: string
}

/** Everything that the projects' indexes list, judged by `next`. */
export async function leftUnsigned(
  session: Session,
  trust: PeopleTrust,
  next: TrustDocument,
): Promise<Unsigned[]> {
  const { edge } = session
  const projects = await projectsOf(edge)
  const found: Unsigned[] = []
  for (const project of projects) {
    const index = await readIndex(session, trust, project)
    if (index === null) continue
    const counts = (type: 'connection' | 'pipeline' | 'index', dsse: Dsse) =>
      signedBySomebody({ next, type, project: project.id, dsse, deny: trust.floor?.deny ?? [] })
    for (const [id, { kind, name }] of Object.entries(index.document.entries)) {
      const params = { path: { id } }
      const record = kind === 'connection'
        ? await answer(edge.GET('/v1/connections/{id}', { params }))
        : await answer(edge.GET('/v1/pipelines/{id}', { params }))
      if (!counts(kind, record.document as Dsse)) found.push({ kind, name, project: project.name })
    }
    const path = { id: project.id, number: 'latest' as const }
    const latest = await answer(edge.GET('/v1/projects/{id}/index/{number}', { params: { path } }))
    if (!counts('index', latest.document as Dsse)) {
      found.push({ kind: 'index', name: String(index.document.number), project: project.name })
    }
  }
  return found
}

interface Judging {
  readonly next: TrustDocument
  readonly type: 'connection' | 'pipeline' | 'index'
  readonly project: string
  readonly dsse: Dsse
  readonly deny: readonly string[]
}

function signedBySomebody({ next, type, project, dsse, deny }: Judging): boolean {
  try {
    verifyAuthored(native, { trust: next, deny, type, project, dsse })
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}
