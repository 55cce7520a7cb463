/** Keys as security staff see them: which there are, what is sealed to them, who holds them, what agents stand on. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { KeyId } from '../../shared/schemas/fields.ts'
import { KeySummary, ReceiptRecord } from '../../shared/schemas/key_record.ts'
import { KeyRecord } from '../../shared/schemas/rewrap.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { query, type Route } from '../http/route.ts'
import { at, ids, sealingKid, signedReceipt, signedTrust } from '../trust/examples.ts'
import { requireTrust } from '../trust/rules.ts'
import { currentTrust } from '../trust/store.ts'
import { isKnownKey, keyRecords, keySummaries, receipts, type RecordPlace } from './store.ts'

const list = query({
  id: 'listKeys',
  path: '/v1/keys',
  tag: 'Keys',
  summary: 'The sealing keys of the current trust document',
  description:
    'Since when each is listed, how many stored records are sealed to it, and which agents have proven that they ' +
    'hold it. A key can be retired once `records` is 0. Whose keys these are says the signed trust document ' +
    'alone: compare fingerprints with what `sallyport keys show` derives from the private side.',
  permission: 'keys.read',
  reply: z.object({ data: z.array(KeySummary) }),
  faults: ['trust_missing'],
  example: {
    reply: {
      data: [{
        kid: sealingKid,
        suite: 1,
        pool: 'default',
        state: 'active',
        since: at,
        age_days: 0,
        records: 3,
        by_type: { connection: 2, pipeline: 1, policy: 0, log: 0 },
        holders: [{ agent: ids.agent, proven: at }],
      }],
    },
  },
  async handle({ db, principal, now }) {
    const trust = await requireTrust(db, principal.tenant)
    return { data: await keySummaries(db, principal.tenant, { trust, now }) }
  },
})

const records = query({
  id: 'listKeyRecords',
  path: '/v1/keys/{kid}/records',
  tag: 'Keys',
  summary: 'What is sealed to a key: every stored version of a record',
  description:
    'Any key id may be asked for: a sealing key, a reader, or one that the trust document has dropped. After a ' +
    'compromise, its connections are the credentials to change at their source. `refused` says why an agent did ' +
    'not pass a record on in the newest rewrap; `wrong_pool`: a pool that the record names has no active key.',
  permission: 'keys.read',
  params: z.strictObject({ kid: KeyId }),
  query: Page,
  reply: pageOf(KeyRecord),
  faults: ['not_found'],
  example: {
    params: { kid: sealingKid },
    query: { limit: '50' },
    reply: {
      data: [{
        type: 'connection',
        id: ids.source,
        version: 1,
        project: ids.project,
        name: 'shop',
        rewrap: false,
      }],
    },
  },
  async handle({ db, principal, params, query }) {
    const { after, take, limit } = window(query)
    const trust = (await currentTrust(db, principal.tenant))?.document
    if (trust === undefined || !await isKnownKey(db, principal.tenant, { kid: params.kid, trust })) {
      throw new Fault('not_found')
    }
    const place = after === null ? null : placeOf(after)
    const rows = await keyRecords(db, principal.tenant, { kid: params.kid, trust, after: place, take })
    return paged(rows, {
      limit,
      key: ({ place: { group, type, id, version } }) => `${group}.${type}.${id}.${version}`,
      item: ({ place: _, ...record }) => record,
    })
  },
})

function placeOf(cursor: string): RecordPlace {
  const [, group, type, id, version] =
    /^([0-9]{1,15})\.([a-z]+)\.([0-9a-f-]{36})\.([0-9]{1,15})$/.exec(cursor) ?? []
  if (group === undefined || type === undefined || id === undefined || version === undefined) {
    throw new InvalidRequest([{ at: 'query/cursor', message: 'none of ours' }])
  }
  return { group: Number(group), type, id, version: Number(version) }
}

const listReceipts = query({
  id: 'listReceipts',
  path: '/v1/receipts',
  tag: 'Keys',
  summary: 'What each approved agent stands on: its newest receipt',
  description:
    'Trust document, indexes and keys that the agent has verified or holds, signed by the key of its pool. Believe ' +
    'only what is inside `receipt`, once that signature is verified.',
  permission: 'agents.read',
  query: Page,
  reply: pageOf(ReceiptRecord),
  example: {
    query: { limit: '50' },
    reply: {
      data: [{
        agent: ids.agent,
        pool: 'default',
        trust: { version: 1, hash: signedTrust.hash },
        issued: at,
        received: at,
        receipt: signedReceipt.dsse,
      }],
    },
  },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await receipts(db, principal.tenant, { after, take })
    return paged(rows, { limit, key: ({ agent }) => agent, item: (row) => row })
  },
})

export const keyRoutes: readonly Route[] = [list, records, listReceipts]
