/** Trust documents and project indexes, as they came. Rows are added and never changed. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { IndexRecord } from '../../shared/schemas/index_record.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { TrustRecord, TrustSummary } from '../../shared/schemas/trust_record.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { native } from '../primitives.ts'

export const isoTime = (ms: number) => new Date(ms).toISOString()

/** A trust document that was published, read again. */
export interface PublishedTrust {
  readonly dsse: Dsse
  readonly document: TrustDocument
  readonly hash: string
}

function parsed(row: { readonly document: string }): PublishedTrust {
  const dsse = JSON.parse(row.document) as Dsse
  return { dsse, ...readUnverified(native, 'trust', dsse) }
}

/** The newest trust document, or null before the first. */
export async function currentTrust(db: Reader, tenant: string): Promise<PublishedTrust | null> {
  const row = await db.selectFrom('trust_document').select('document').where('tenant', '=', tenant)
    .orderBy('version', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? null : parsed(row)
}

/** The trust documents that were the newest one at `since` (ms since 1970) or later, the newest first. */
export async function trustSince(db: Reader, tenant: string, since: number): Promise<PublishedTrust[]> {
  const rows = await db.selectFrom('trust_document').select('document').where('tenant', '=', tenant)
    .where(
      'version',
      '>=',
      (eb) =>
        eb.selectFrom('trust_document').select(eb.fn.coalesce(eb.fn.max('version'), eb.val(1)).as('first'))
          .where('tenant', '=', tenant).where('created', '<=', since),
    )
    .orderBy('version', 'desc').execute()
  return rows.map(parsed)
}

export async function trustVersion(
  db: Reader,
  tenant: string,
  version: number,
): Promise<PublishedTrust | null> {
  const row = await db.selectFrom('trust_document').select('document').where('tenant', '=', tenant)
    .where('version', '=', version).executeTakeFirst()
  return row === undefined ? null : parsed(row)
}

/** Newest first, from below `before` on. */
export async function trustSummaries(
  db: Reader,
  tenant: string,
  page: { readonly before: number | null; readonly take: number },
): Promise<TrustSummary[]> {
  let query = db.selectFrom('trust_document').select(['version', 'hash', 'issued', 'expires', 'created'])
    .where('tenant', '=', tenant).orderBy('version', 'desc').limit(page.take)
  if (page.before !== null) query = query.where('version', '<', page.before)
  const rows = await query.execute()
  return rows.map(({ version, hash, issued, expires, created }) => ({
    version,
    hash,
    issued: isoTime(issued),
    expires: isoTime(expires),
    created: isoTime(created),
  }))
}

/** Documents above `after`, oldest first, each with the newest envelope of the policy that it commits to. */
export async function trustRecords(
  db: Reader,
  tenant: string,
  range: { readonly after: number; readonly take: number },
): Promise<TrustRecord[]> {
  const rows = await db.selectFrom('trust_document as t')
    .select(({ selectFrom, ref }) => [
      't.version',
      't.hash',
      't.document',
      't.created',
      selectFrom('trust_document as p').select('p.policy').where('p.tenant', '=', tenant)
        .where('p.policy_version', '=', ref('t.policy_version')).where('p.policy', 'is not', null)
        .orderBy('p.version', 'desc').limit(1).as('sealed'),
    ])
    .where('t.tenant', '=', tenant).where('t.version', '>', range.after)
    .orderBy('t.version').limit(range.take).execute()
  return rows.map(({ version, hash, document, created, sealed }) => ({
    version,
    hash,
    document: JSON.parse(document) as Dsse,
    policy: sealed === null ? null : toBase64(sealed),
    created: isoTime(created),
  }))
}

/** Bytes of each of the documents that `trustRecords` would answer. */
export async function trustSizes(
  db: Reader,
  tenant: string,
  range: { readonly after: number; readonly take: number },
): Promise<number[]> {
  const rows = await db.selectFrom('trust_document').select(sql<number>`length(document)`.as('bytes'))
    .where('tenant', '=', tenant).where('version', '>', range.after).orderBy('version').limit(range.take)
    .execute()
  return rows.map(({ bytes }) => bytes)
}

export async function trustRecord(db: Reader, tenant: string, version: number): Promise<TrustRecord | null> {
  const [record] = await trustRecords(db, tenant, { after: version - 1, take: 1 })
  return record?.version === version ? record : null
}

/** Versions are a key, so whoever comes second is refused with `conflict`. */
export function insertTrust(
  published: PublishedTrust,
  options: { readonly policy: string | null; readonly now: number },
): Step {
  const { dsse, document, hash } = published
  return step(
    writes.insertInto('trust_document').values({
      tenant: document.tenant,
      version: document.version,
      hash,
      document: JSON.stringify(dsse),
      issued: Date.parse(document.issued),
      expires: Date.parse(document.expires),
      policy_version: document.policy?.version ?? null,
      policy: options.policy === null ? null : fromBase64(options.policy),
      created: options.now,
    }),
    { otherwise: 'conflict' },
  )
}

/** The name of the tenant's project. Throws `not_found` where there is none. */
export async function checkProject(db: Reader, tenant: string, project: string): Promise<string> {
  const row = await db.selectFrom('project').select('name').where('tenant', '=', tenant)
    .where('id', '=', project).executeTakeFirst()
  if (row === undefined) throw new Fault('not_found')
  return row.name
}

const indexColumns = ['project', 'number', 'hash', 'document', 'created'] as const

function toIndexRecord(
  row: { project: string; number: number; hash: string; document: string; created: number },
): IndexRecord {
  return { ...row, document: JSON.parse(row.document) as Dsse, created: isoTime(row.created) }
}

/** Indexes of a project above `after`, oldest first. */
export async function indexRecords(
  db: Reader,
  tenant: string,
  range: { readonly project: string; readonly after: number; readonly take: number },
): Promise<IndexRecord[]> {
  const rows = await db.selectFrom('project_index').select(indexColumns).where('tenant', '=', tenant)
    .where('project', '=', range.project).where('number', '>', range.after)
    .orderBy('number').limit(range.take).execute()
  return rows.map(toIndexRecord)
}

/** Bytes of each of the documents that `indexRecords` would answer. */
export async function indexSizes(
  db: Reader,
  tenant: string,
  range: { readonly project: string; readonly after: number; readonly take: number },
): Promise<number[]> {
  const rows = await db.selectFrom('project_index').select(sql<number>`length(document)`.as('bytes'))
    .where('tenant', '=', tenant).where('project', '=', range.project).where('number', '>', range.after)
    .orderBy('number').limit(range.take).execute()
  return rows.map(({ bytes }) => bytes)
}

/** One index by its number, or the newest. */
export async function indexRecord(
  db: Reader,
  tenant: string,
  which: { readonly project: string; readonly number: number | 'latest' },
): Promise<IndexRecord | null> {
  let query = db.selectFrom('project_index').select(indexColumns).where('tenant', '=', tenant)
    .where('project', '=', which.project).orderBy('number', 'desc').limit(1)
  if (which.number !== 'latest') query = query.where('number', '=', which.number)
  const row = await query.executeTakeFirst()
  return row === undefined ? null : toIndexRecord(row)
}

export function insertIndex(
  published: { readonly dsse: Dsse; readonly document: Index; readonly hash: string },
  now: number,
): Step {
  const { dsse, document, hash } = published
  const { tenant, project, number, entries } = document
  const row = {
    tenant,
    project,
    number,
    hash,
    document: JSON.stringify(dsse),
    entries: JSON.stringify(entries),
    created: now,
  }
  return step(writes.insertInto('project_index').values(row), { otherwise: 'conflict' })
}

/** For whoever looks through newest indexes later: that this project has something new, by the plan `plan`. */
export function tellOfIndex(tenant: string, of: { readonly project: string; readonly plan: string }): Step {
  const { project, plan } = of
  const query = writes.insertInto('index_news').values({ tenant, project, plan })
    .onConflict((conflict) => conflict.columns(['tenant', 'project']).doUpdateSet({ plan }))
  return step(query)
}
