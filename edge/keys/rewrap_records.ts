/** The documents and envelopes of records that are handed out. */
import { toBase64 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { nameOfRecord, type RecordName, type RewrapRecord } from '../../shared/schemas/rewrap.ts'
import { type Reader, sql } from '../db/database.ts'

interface Stored {
  readonly id: string
  readonly version: number
  readonly document: string | null
  readonly sealed: Uint8Array
}

/** Text of documents and envelopes that one answer carries: a document can be long, and nobody counts it before. */
const ANSWER_CHARACTERS = 6 * 1024 * 1024

/** The first of them that fit into an answer, one at least, in order; one whose envelope is gone is left out. */
export async function rewrapRecords(
  db: Reader,
  tenant: string,
  names: readonly (RecordName & { readonly project: string | null })[],
): Promise<RewrapRecord[]> {
  const found = await storedRecords(db, tenant, names)
  let sum = 0
  return names.flatMap(({ type, id, version, project }) => {
    const stored = found.get(nameOfRecord({ type, id, version }))
    if (stored === undefined) return []
    const before = sum
    sum += stored.sealed.length * 4 / 3 + (stored.document?.length ?? 0)
    if (before > 0 && sum > ANSWER_CHARACTERS) return []
    const document = stored.document === null ? null : JSON.parse(stored.document) as Dsse
    return [{ type, id, version, project, document, sealed: toBase64(stored.sealed) }]
  })
}

/** The envelopes that are stored under these names, by `nameOfRecord`. */
export async function storedEnvelopes(
  db: Reader,
  tenant: string,
  names: readonly RecordName[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = await storedRecords(db, tenant, names)
  return new Map([...found].map(([name, { sealed }]) => [name, sealed]))
}

async function storedRecords(
  db: Reader,
  tenant: string,
  names: readonly RecordName[],
): Promise<Map<string, Stored>> {
  const found = new Map<string, Stored>()
  for (const type of ['connection', 'pipeline', 'policy', 'log'] as const) {
    const wanted = names.filter((name) => name.type === type)
    if (wanted.length === 0) continue
    for (const row of await readers[type](db, tenant, wanted)) found.set(nameOfRecord({ type, ...row }), row)
  }
  return found
}

type Read = (db: Reader, tenant: string, names: readonly RecordName[]) => Promise<Stored[]>

const pairs = (names: readonly RecordName[]) =>
  sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${
    JSON.stringify(names.map((one) => [one.id, one.version]))
  }))`

const readers: Readonly<Record<RecordName['type'], Read>> = {
  connection: (db, tenant, names) =>
    db.selectFrom('connection_version').select(['id', 'version', 'document', 'sealed'])
      .where('tenant', '=', tenant).where(sql<boolean>`(id, version) IN ${pairs(names)}`).execute(),
  pipeline: (db, tenant, names) =>
    db.selectFrom('pipeline_version').select(['id', 'version', 'document', 'sealed'])
      .where('tenant', '=', tenant).where(sql<boolean>`(id, version) IN ${pairs(names)}`).execute(),
  log: (db, tenant, names) =>
    db.selectFrom('run_log').select(['run as id', 'fence as version', 'document', 'sealed'])
      .where('tenant', '=', tenant).where(sql<boolean>`(run, fence) IN ${pairs(names)}`).execute(),
  policy: policies,
}

/**
 * A policy's commitment stands in the trust document that first had it. Agents have verified the current one; for a
 * policy that it has left behind they are given the document of that version.
 */
async function policies(db: Reader, tenant: string, names: readonly RecordName[]): Promise<Stored[]> {
  const newest = await db.selectFrom('trust_document').select('policy_version').where('tenant', '=', tenant)
    .orderBy('version', 'desc').limit(1).executeTakeFirst()
  const rows = await db.selectFrom('trust_document').select(['policy_version', 'policy'])
    .where('tenant', '=', tenant).where('policy', 'is not', null)
    .where('policy_version', 'in', names.map(({ version }) => version)).orderBy('version').execute()
  const left = names.map(({ version }) => version).filter((version) => version !== newest?.policy_version)
  const documents = left.length === 0
    ? []
    : await db.selectFrom('trust_document').select(['version', 'document'])
      .where('tenant', '=', tenant).where('version', 'in', left).execute()
  return rows.flatMap(({ policy_version: version, policy }) => {
    if (version === null || policy === null) return []
    const document = documents.find((one) => one.version === version)?.document ?? null
    return [{ id: tenant, version, document, sealed: policy }]
  })
}
