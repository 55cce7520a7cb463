/** Trust documents and indexes: published by compare-and-set, read by everyone who has to check something. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id, Version } from '../../shared/schemas/fields.ts'
import { IndexRecord, PublishIndex } from '../../shared/schemas/index_record.ts'
import { PublishTrust, TrustRecord, TrustSummary } from '../../shared/schemas/trust_record.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { type LogKeyOptions, promoteLogKey } from '../audit/tenant_log.ts'
import { change } from '../http/change.ts'
import type { Place } from '../http/grants.ts'
import { fitting, Page, paged, pageOf, pageShape, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { native } from '../primitives.ts'
import { at, ids, signedIndex, signedTrust } from './examples.ts'
import { dropCatalogues, keepPolicy, keyEntries, listKeys } from './key_life.ts'
import type { Newest } from './newest.ts'
import { readIndex, readTrust } from './rules.ts'
import {
  checkProject,
  indexRecord,
  indexRecords,
  indexSizes,
  insertIndex,
  insertTrust,
  isoTime,
  tellOfIndex,
  trustRecord,
  trustSummaries,
} from './store.ts'

/** Trust documents and indexes grow with a tenant: signers, keys, entries. */
const MAX_DOCUMENT_BODY_BYTES = 8 * 1024 * 1024

export const afterNumber = z.string().regex(/^(?:0|[1-9][0-9]{0,14})$/).transform(Number)
  .meta({ description: 'The highest number that the caller has.' })
const decimal = z.string().regex(/^[1-9][0-9]{0,14}$/).transform(Number).pipe(Version)

const trustExample = {
  version: 1,
  hash: signedTrust.hash,
  document: signedTrust.dsse,
  policy: null,
  created: at,
}
const indexExample = {
  project: ids.project,
  number: 1,
  hash: signedIndex.hash,
  document: signedIndex.dsse,
  created: at,
}

const listTrust = query({
  id: 'listTrust',
  path: '/v1/trust',
  tag: 'Trust',
  summary: 'Trust documents, newest first',
  permission: 'trust.read',
  query: Page,
  reply: pageOf(TrustSummary),
  example: {
    reply: {
      data: [{
        version: 1,
        hash: signedTrust.hash,
        issued: at,
        expires: '2027-11-22T09:00:00.000Z',
        created: at,
      }],
    },
  },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const before = after === null ? null : Number(after)
    if (before !== null && !Number.isSafeInteger(before)) {
      throw new Fault('invalid_request', 'The cursor is none of ours.')
    }
    const rows = await trustSummaries(db, principal.tenant, { before, take })
    return paged(rows, { limit, key: ({ version }) => String(version), item: (row) => row })
  },
})

const getTrust = query({
  id: 'getTrust',
  path: '/v1/trust/{version}',
  tag: 'Trust',
  summary: 'One trust document, with the sealed policy that it commits to',
  permission: 'trust.read',
  params: z.strictObject({ version: decimal }),
  reply: TrustRecord,
  faults: ['not_found'],
  example: { params: { version: '1' }, reply: trustExample },
  async handle({ db, principal, params }) {
    const record = await trustRecord(db, principal.tenant, params.version)
    if (record === null) throw new Fault('not_found')
    return record
  },
})

function publishTrustRoute(options: TrustOptions): Route {
  return command({
    id: 'publishTrust',
    method: 'post',
    path: '/v1/trust',
    status: 201,
    tag: 'Trust',
    summary: 'Publish the next trust document',
    description:
      'Compare-and-set: its version is the newest one plus 1 and its `previous` the hash of that one, ' +
      'else 409. A document that commits to a new policy brings the envelope of it.',
    permission: 'trust.write',
    fresh: true,
    twoPerson: 'keys',
    audit: 'trust.published',
    body: PublishTrust,
    maxBodyBytes: MAX_DOCUMENT_BODY_BYTES,
    reply: TrustRecord,
    faults: ['conflict', 'document_invalid', 'trust_invalid', 'signature_invalid', 'log_key_mismatch'],
    example: { body: { document: signedTrust.dsse }, reply: trustExample },
    async handle({ db, principal, body, now }) {
      const published = await readTrust(db, principal.tenant, body)
      const { document, hash, dsse, nextLogKey } = published
      const { version } = document
      const policy = body.policy?.envelope ?? null
      const before = await trustRecord(db, principal.tenant, version - 1)
      const last = before === null ? null : readUnverified(native, 'trust', before.document).document
      return change({
        writes: [
          insertTrust(published, { policy, now }),
          listKeys(document),
          ...dropCatalogues(document, last),
          ...(policy === null ? [] : keepPolicy(document, policy)),
          ...(nextLogKey === null ? [] : [promoteLogKey(options, principal.tenant, nextLogKey)]),
        ],
        target: document.tenant,
        facts: { version, hash },
        further: keyEntries(document, last),
        committed: () => options.newest.published(principal.tenant),
        reply: () => ({
          version,
          hash,
          document: dsse,
          policy: document.policy === null ? null : policy ?? before?.policy ?? null,
          created: isoTime(now),
        }),
      })
    },
  })
}

const projectParams = z.strictObject({ id: Id })

function inThatProject({ params }: { readonly params: { readonly id: string } }): Promise<Place> {
  return Promise.resolve({ level: 'project', id: params.id })
}

const listIndexes = query({
  id: 'listIndexes',
  path: '/v1/projects/{id}/index',
  tag: 'Trust',
  summary: "A project's indexes after a number, oldest first",
  permission: 'index.read',
  within: inThatProject,
  params: projectParams,
  query: z.strictObject({ ...pageShape, after: afterNumber.optional() }),
  reply: pageOf(IndexRecord),
  faults: ['not_found'],
  example: { params: { id: ids.project }, query: { after: '0' }, reply: { data: [indexExample] } },
  async handle({ db, principal, params, query }) {
    await checkProject(db, principal.tenant, params.id)
    return await indexPage(db, principal.tenant, { ...query, project: params.id })
  },
})

/** A page of indexes, for people and for agents alike. */
export async function indexPage(
  db: Parameters<typeof indexRecords>[0],
  tenant: string,
  asked: Page & { readonly project: string; readonly after?: number | undefined },
) {
  const { after: cursor, take, limit: most } = window(asked)
  const after = cursor === null ? asked.after ?? 0 : Number(cursor)
  if (!Number.isSafeInteger(after)) throw new Fault('invalid_request', 'The cursor is none of ours.')
  const place = { project: asked.project, after }
  const limit = fitting(await indexSizes(db, tenant, { ...place, take }), most)
  const rows = await indexRecords(db, tenant, { ...place, take: limit + 1 })
  return paged(rows, { limit, key: ({ number }) => String(number), item: (row) => row })
}

const getIndex = query({
  id: 'getIndex',
  path: '/v1/projects/{id}/index/{number}',
  tag: 'Trust',
  summary: 'One index of a project, by number or `latest`',
  permission: 'index.read',
  within: inThatProject,
  params: z.strictObject({ id: Id, number: z.union([z.literal('latest'), decimal]) }),
  reply: IndexRecord,
  faults: ['not_found'],
  example: { params: { id: ids.project, number: 'latest' }, reply: indexExample },
  async handle({ db, principal, params }) {
    const record = await indexRecord(db, principal.tenant, { project: params.id, number: params.number })
    if (record === null) throw new Fault('not_found')
    return record
  },
})

function publishIndexRoute({ newest }: TrustOptions): Route {
  return command({
    id: 'publishIndex',
    method: 'post',
    path: '/v1/projects/{id}/index',
    status: 201,
    tag: 'Trust',
    summary: 'Publish the next index of a project',
    description: 'Compare-and-set on its number and on the hash of the one before, else 409.',
    permission: 'index.write',
    within: inThatProject,
    audit: 'index.published',
    params: projectParams,
    body: PublishIndex,
    maxBodyBytes: MAX_DOCUMENT_BODY_BYTES,
    reply: IndexRecord,
    faults: [
      'not_found',
      'conflict',
      'document_invalid',
      'signature_invalid',
      'signer_not_allowed',
      'trust_missing',
    ],
    example: { params: { id: ids.project }, body: { document: signedIndex.dsse }, reply: indexExample },
    async handle({ db, principal, params, body, now, planId }) {
      const name = await checkProject(db, principal.tenant, params.id)
      const signed = await readIndex(db, principal.tenant, { project: params.id, name, dsse: body.document })
      const { document, hash, dsse } = signed
      return change({
        writes: [
          insertIndex(signed, now),
          tellOfIndex(principal.tenant, { project: params.id, plan: planId }),
        ],
        target: params.id,
        facts: { number: document.number, hash },
        committed: () => newest.published(principal.tenant),
        reply: () => ({
          project: params.id,
          number: document.number,
          hash,
          document: dsse,
          created: isoTime(now),
        }),
      })
    },
  })
}

export interface TrustOptions extends LogKeyOptions {
  readonly newest: Newest
}

export function trustRoutes(options: TrustOptions): readonly Route[] {
  return [
    listTrust,
    getTrust,
    publishTrustRoute(options),
    listIndexes,
    getIndex,
    publishIndexRoute(options),
  ]
}
