/** What an agent found out about a connection, as readers open it: nothing unchecked is shown. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { CatalogueBody, type InspectAction } from '../../shared/schemas/catalogue.ts'
import { Time } from '../../shared/schemas/fields.ts'
import type { Catalogue, Inspection } from '../../shared/schemas/inspection.ts'
import { schemas } from '../../shared/seal/context.ts'
import type { OpeningKey } from '../../shared/seal/envelope.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { answer } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import { openRecord } from '../runs/open.ts'
import { idOf, type ListedConnection } from './connection_order.ts'

const Stored = z.object({ document: z.unknown(), sealed: z.string(), created: Time })

export interface Wanted {
  readonly action: InspectAction
  /** The order that it has to answer; null for whatever was found last. */
  readonly order: Inspection | null
  readonly key: OpeningKey
}

export interface OpenedCatalogue {
  readonly document: Catalogue
  readonly found: CatalogueBody
}

/**
 * Throws `not_found` where nothing was found out or it went with the readers that it was for, `catalogue_refused` for
 * what is of another connection, order or action, and what the checks throw.
 */
export async function openCatalogue(
  { project, entry, signed }: ListedConnection,
  { action, order, key }: Wanted,
): Promise<OpenedCatalogue> {
  const params = { path: { id: entry.id }, query: { action } }
  const { session: { edge }, trust: { chain, floor } } = project
  const stored = shaped(await answer(edge.GET('/v1/connections/{id}/catalogue', { params })))
  const { pool } = readUnverified(native, 'catalogue', stored.document).document
  if (!signed.document.pools.includes(pool)) throw refused('pool')
  const { document } = verifyPooled(native, {
    trust: chain.document,
    deny: floor?.deny ?? [],
    type: 'catalogue',
    pool,
    dsse: stored.document,
  })
  check(document, { project: project.project.id, connection: entry.id, action, order })
  const { tenant, connection: { version }, inspection: id, commitment } = document
  const found = openRecord(stored.sealed, {
    context: { tenant, project: document.project, type: 'catalogue', id, version, schema: schemas.catalogue },
    keys: [key],
    commitment,
    schema: CatalogueBody,
  })
  if (found.action !== action) throw refused('kind')
  return { document, found }
}

interface Place {
  readonly project: string
  readonly connection: string
  readonly action: InspectAction
  readonly order: Inspection | null
}

function check(document: Catalogue, { project, connection, action, order }: Place): void {
  if (document.project !== project) throw refused('project')
  if (document.connection.id !== connection) throw refused('connection')
  if (document.action !== action) throw refused('kind')
  if (order === null) return
  if (document.inspection !== idOf(order)) throw refused('order')
  if (document.pool !== order.pool) throw refused('pool')
  if (document.connection.hash !== order.connection.hash) throw refused('version of the connection')
}

function refused(what: string): Fault {
  return new Fault('catalogue_refused', `What the edge shows is of another ${what} than was asked for.`)
}

function shaped(value: unknown): z.infer<typeof Stored> {
  const parsed = judge(Stored, value)
  if (parsed.success) return parsed.data
  throw new Fault('edge_unexpected', "The edge's answer is not what its description says of a catalogue.")
}
