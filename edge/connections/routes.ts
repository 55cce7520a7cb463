/** Connections: signed documents in, signed documents out; the sealed part is nobody's business here. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import {
  ConnectionRecord,
  ConnectionSummary,
  PutSealedDocument,
} from '../../shared/schemas/connection_record.ts'
import { Id } from '../../shared/schemas/fields.ts'
import type { Reader } from '../db/database.ts'
import { change } from '../http/change.ts'
import { inProject, projectsOf } from '../http/grants.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import { withinQuota } from '../tenants/quotas.ts'
import { projectStands } from '../tenants/place_store.ts'
import { at, ids, sealed, signedConnection } from '../trust/examples.ts'
import { checkEnvelope, placeOfDocument, readAuthored } from '../trust/rules.ts'
import { checkProject } from '../trust/store.ts'
import {
  connection,
  connectionPlace,
  connections,
  deleteConnection,
  insertConnection,
  type SignedConnection,
  toRecord,
  updateConnection,
} from './store.ts'

const MAX_BODY_BYTES = 2 * 1024 * 1024
const documentFaults = [
  'document_invalid',
  'signature_invalid',
  'signer_not_allowed',
  'trust_missing',
  'pool_unknown',
] as const

const exampleBody = { document: signedConnection.dsse, sealed }
const exampleSummary = {
  id: ids.source,
  project: ids.project,
  name: 'shop',
  kind: 'postgres',
  version: 1,
  hash: signedConnection.hash,
  pools: ['default'],
  created: at,
  updated: at,
} as const
const exampleRecord = { ...exampleSummary, ...exampleBody }
const params = z.strictObject({ id: Id })

/** The document as far as the edge can tell: agents judge it again. */
async function read(db: Reader, tenant: string, body: PutSealedDocument): Promise<SignedConnection> {
  const { document, dsse, hash, trust } = await readAuthored(db, tenant, {
    type: 'connection',
    dsse: body.document,
  })
  await checkProject(db, tenant, document.project)
  const known = trust.pools.map(({ name }) => name)
  if (!document.pools.every((pool) => known.includes(pool))) throw new Fault('pool_unknown')
  const kids = trust.sealing_keys.filter(({ pool }) => document.pools.includes(pool)).map(({ kid }) => kid)
  checkEnvelope(body.sealed, { at: 'sealed', kids })
  return { document, dsse, hash, sealed: body.sealed }
}

const list = query({
  id: 'listConnections',
  path: '/v1/connections',
  tag: 'Connections',
  summary: 'Connections, oldest first',
  permission: 'connections.read',
  within: 'list',
  query: z.strictObject({ ...pageShape, project: Id.optional() }),
  reply: pageOf(ConnectionSummary),
  example: { query: { project: ids.project }, reply: { data: [exampleSummary] } },
  async handle({ db, principal, query, reach }) {
    const { after, take, limit } = window(query)
    const rows = await connections(db, principal.tenant, {
      project: query.project ?? null,
      projects: projectsOf(reach),
      after,
      take,
    })
    return paged(rows, { limit, key: ({ id }) => id, item: (row) => row })
  },
})

const create = command({
  id: 'createConnection',
  method: 'post',
  path: '/v1/connections',
  status: 201,
  tag: 'Connections',
  summary: 'Add a connection',
  description: 'The signed document carries id, name, kind and pools; `sealed` is the envelope of its ' +
    'configuration, made by the author. Version 1, under an id that the author made.',
  permission: 'connections.write',
  within: ({ body }) => Promise.resolve(placeOfDocument('connection', body.document)),
  audit: 'connection.created',
  body: PutSealedDocument,
  maxBodyBytes: MAX_BODY_BYTES,
  reply: ConnectionRecord,
  faults: ['not_found', 'already_exists', 'quota_reached', ...documentFaults],
  example: { body: exampleBody, reply: exampleRecord },
  async handle({ db, principal, body, now }) {
    const signed = await read(db, principal.tenant, body)
    const { document, hash } = signed
    if (document.version !== 1) {
      throw new InvalidRequest([{ at: 'document/version', message: 'the first version is 1' }])
    }
    return change({
      writes: [
        projectStands(principal.tenant, document.project),
        ...insertConnection(signed, now),
        ...await withinQuota(db, principal.tenant, 'connections'),
      ],
      target: document.id,
      facts: { project: document.project, version: 1, hash },
      reply: () => toRecord(signed, { created: now, updated: now }),
    })
  },
})

const get = query({
  id: 'getConnection',
  path: '/v1/connections/{id}',
  tag: 'Connections',
  summary: 'One connection, with its newest signed document and envelope',
  permission: 'connections.read',
  within: async ({ db, tenant, params }) => inProject(await connectionPlace(db, tenant, params.id)),
  params,
  reply: ConnectionRecord,
  faults: ['not_found'],
  example: { params: { id: ids.source }, reply: exampleRecord },
  async handle({ db, principal, params }) {
    const record = await connection(db, principal.tenant, params.id)
    if (record === null) throw new Fault('not_found')
    return record
  },
})

const addVersion = command({
  id: 'createConnectionVersion',
  method: 'post',
  path: '/v1/connections/{id}/versions',
  status: 201,
  tag: 'Connections',
  summary: 'Add the next version of a connection',
  description: 'Compare-and-set: its version is the newest one plus 1, else 409. Id, project and kind stay.',
  permission: 'connections.write',
  within: async ({ db, tenant, params }) => inProject(await connectionPlace(db, tenant, params.id)),
  audit: 'connection.changed',
  params,
  body: PutSealedDocument,
  maxBodyBytes: MAX_BODY_BYTES,
  reply: ConnectionRecord,
  faults: ['not_found', 'conflict', ...documentFaults],
  example: { params: { id: ids.source }, body: exampleBody, reply: exampleRecord },
  async handle({ db, principal, params, body, now }) {
    const place = await connectionPlace(db, principal.tenant, params.id)
    if (place === null) throw new Fault('not_found')
    const signed = await read(db, principal.tenant, body)
    const { document, hash } = signed
    if (document.id !== params.id || document.project !== place.project || document.kind !== place.kind) {
      throw new InvalidRequest([{ at: 'document', message: 'id, project and kind of a connection stay' }])
    }
    return change({
      writes: updateConnection(signed, now),
      target: document.id,
      facts: { project: document.project, version: document.version, hash },
      reply: () => toRecord(signed, { created: place.created, updated: now }),
    })
  },
})

const remove = command({
  id: 'deleteConnection',
  method: 'delete',
  path: '/v1/connections/{id}',
  tag: 'Connections',
  summary: 'Delete a connection that no pipeline uses',
  permission: 'connections.write',
  within: async ({ db, tenant, params }) => inProject(await connectionPlace(db, tenant, params.id)),
  audit: 'connection.deleted',
  fresh: true,
  twoPerson: 'deletion',
  params,
  reply: z.object({ id: Id }),
  faults: ['not_found', 'conflict'],
  example: { params: { id: ids.source }, reply: { id: ids.source } },
  async handle({ db, principal, params, now }) {
    if (await connectionPlace(db, principal.tenant, params.id) === null) throw new Fault('not_found')
    return change({
      writes: deleteConnection(principal.tenant, params.id, now),
      target: params.id,
      reply: () => ({ id: params.id }),
    })
  },
})

export const connectionRoutes: readonly Route[] = [list, create, get, addVersion, remove]
