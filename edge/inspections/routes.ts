/** Orders to look at a connection, and what agents found there: sealed to readers, and none of it known here. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { inspectionId } from '../../shared/ids.ts'
import { InspectAction } from '../../shared/schemas/catalogue.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { CatalogueRecord, CreateInspection, InspectionRecord } from '../../shared/schemas/inspection.ts'
import { catalogueRecipients } from '../../shared/trust/recipients.ts'
import { connectionPlace } from '../connections/store.ts'
import { change, unchanged } from '../http/change.ts'
import { inProject } from '../http/grants.ts'
import { command, query, type Route } from '../http/route.ts'
import { native } from '../primitives.ts'
import { at, ids, sealed, sealedToReader, signedCatalogue, signedInspection } from '../trust/examples.ts'
import { checkEnvelope, placeOfDocument, readAuthored } from '../trust/rules.ts'
import type { Inspections } from './inspections.ts'
import { catalogue, insertInspection, inspected, inspection, type Signed, toRecord } from './store.ts'
import type { Inspection } from '../../shared/schemas/inspection.ts'
import type { Reader } from '../db/database.ts'

const tag = 'Connections'
const params = z.strictObject({ id: Id })

const example = {
  id: ids.inspection,
  project: ids.project,
  connection_id: ids.source,
  version: 1,
  pool: 'default',
  action: 'discover',
  state: 'queued',
  created: at,
  expires: '2026-11-22T09:10:00.000Z',
} as const

/** The order as far as the edge can tell; one that was made already may have expired since. */
async function readOrder(db: Reader, tenant: string, body: CreateInspection): Promise<Signed<Inspection>> {
  const { document, dsse, hash, trust } = await readAuthored(db, tenant, {
    type: 'inspection',
    dsse: body.document,
  })
  const { connection, project, pool } = document
  const place = await connectionPlace(db, tenant, connection.id)
  if (place === null || place.project !== project) throw new Fault('not_found')
  if (!trust.pools.some(({ name }) => name === pool)) throw new Fault('pool_unknown')
  catalogueRecipients(trust, document)
  const kids = trust.sealing_keys.filter((key) => key.pool === pool).map(({ kid }) => kid)
  checkEnvelope(body.sealed, { at: 'sealed', kids })
  return { document, dsse, hash, sealed: body.sealed }
}

function createRoute(inspections: Inspections): Route {
  return command({
    id: 'createInspection',
    method: 'post',
    path: '/v1/inspections',
    status: 201,
    tag,
    summary: 'Have an agent test a connection or list its streams',
    description:
      'By a signed order for one version of the connection, whose nonce makes the id: posting it again answers the ' +
      'same inspection. What it asks about is sealed to the pool. What comes of it is sealed to the readers of the ' +
      'project, of whom there has to be one.',
    permission: 'runs.write',
    within: ({ body }) => Promise.resolve(placeOfDocument('inspection', body.document)),
    audit: 'inspection.created',
    body: CreateInspection,
    reply: InspectionRecord,
    faults: [
      'not_found',
      'not_at_index',
      'request_expired',
      'pool_unknown',
      'readers_missing',
      'document_invalid',
      'signature_invalid',
      'signer_not_allowed',
      'trust_missing',
    ],
    example: { body: { document: signedInspection.dsse, sealed }, reply: example },
    async handle({ db, principal, body, now }) {
      const { tenant } = principal
      const order = await readOrder(db, tenant, body)
      const { connection, issued, nonce, expires, pool, action } = order.document
      const id = inspectionId(native, { tenant, connection: connection.id, issued, nonce })
      const made = await inspection(db, tenant, id)
      if (made !== null) return unchanged(toRecord(made, now))
      if (Date.parse(expires) <= now) throw new Fault('request_expired')
      const { version, hash } = connection
      const there = await inspected(db, tenant, { connection: connection.id, version, hash })
      if (there === null) throw new Fault('not_at_index')
      return change({
        writes: insertInspection(order, { id, now }),
        target: id,
        facts: { connection: connection.id, version, action, pool },
        reply: () => ({
          id,
          project: order.document.project,
          connection_id: connection.id,
          version,
          pool,
          action,
          state: 'queued' as const,
          created: new Date(now).toISOString(),
          expires,
        }),
        committed: () => inspections.changed({ tenant, pool }),
        again: true,
      })
    },
  })
}

const get = query({
  id: 'getInspection',
  path: '/v1/inspections/{id}',
  tag,
  summary: 'How an inspection goes: its state, and counts once it has ended',
  permission: 'connections.read',
  within: async ({ db, tenant, params }) => inProject(await inspection(db, tenant, params.id)),
  params,
  reply: InspectionRecord,
  faults: ['not_found'],
  example: { params: { id: ids.inspection }, reply: { ...example, state: 'succeeded', streams: 12 } },
  async handle({ db, principal, params, now }) {
    const row = await inspection(db, principal.tenant, params.id)
    if (row === null) throw new Fault('not_found')
    return toRecord(row, now)
  },
})

const getCatalogue = query({
  id: 'getCatalogue',
  path: '/v1/connections/{id}/catalogue',
  tag,
  summary: 'What an agent found out about a connection last, sealed to readers',
  description:
    '`document` says of which order, connection and version it is, signed by the key of the pool: verify that first. ' +
    '`sealed` opens with a reader’s key, in the context of type `catalogue`. It goes when a trust document names ' +
    'other readers or keys, or the connection is deleted.',
  permission: 'connections.read',
  within: async ({ db, tenant, params }) => inProject(await connectionPlace(db, tenant, params.id)),
  params,
  query: z.strictObject({ action: InspectAction.optional() }),
  reply: CatalogueRecord,
  faults: ['not_found'],
  example: {
    params: { id: ids.source },
    reply: { action: 'discover', document: signedCatalogue.dsse, sealed: sealedToReader, created: at },
  },
  async handle({ db, principal, params, query }) {
    const action = query.action ?? 'discover'
    const found = await catalogue(db, principal.tenant, { connection: params.id, action })
    if (found === null) throw new Fault('not_found')
    return found
  },
})

export function inspectionRoutes(inspections: Inspections): readonly Route[] {
  return [createRoute(inspections), get, getCatalogue]
}
