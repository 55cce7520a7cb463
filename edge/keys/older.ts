/**
 * What an edge makes of a database that an older one has written, before it serves from it: whom its records are sealed
 * to is told off their envelopes, and what cannot be read at all is said at the start and not at the first request.
 */
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type DocumentType, readUnverified } from '../../shared/sign/documents.ts'
import { type Reader, sql } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { native } from '../primitives.ts'
import { keepSealed, type StoredRecord } from '../trust/sealed_records.ts'

/** Records of which whom they are sealed to is written down in one go. */
const AT_ONCE = 200

/**
 * The first trust document of every tenant can be read, and those after it were taken by this edge or by one as old.
 * Throws `database_outdated`.
 */
export async function checkReadable(db: Reader): Promise<void> {
  const first = db.selectFrom('tenant as t').select(({ selectFrom, ref }) => [
    't.id as tenant',
    selectFrom('trust_document as d').select(({ fn }) => fn.min('d.version').as('n')).where(
      'd.tenant',
      '=',
      ref('t.id'),
    )
      .as('version'),
  ])
  const rows = await db.with('first', () => first).selectFrom('first as f')
    .innerJoin(
      'trust_document as d',
      (join) => join.onRef('d.tenant', '=', 'f.tenant').onRef('d.version', '=', 'f.version'),
    )
    .select(['d.tenant', 'd.version', 'd.document']).execute()
  for (const { tenant, version, document } of rows) {
    read('trust', document, `trust document ${version} of tenant ${tenant}`)
  }
}

/**
 * Writes down whom those records are sealed to that an edge has stored which did not know of it; returns how many. A
 * record that is missing there would never be rewrapped, and its key would seem to be free. Throws `database_outdated`.
 */
export async function describeOlder(db: Reader, storage: Storage): Promise<number> {
  let count = 0
  for (;;) {
    const records = [
      ...await authored(db, 'connection'),
      ...await authored(db, 'pipeline'),
      ...await policies(db),
    ]
    if (records.length === 0) return count
    const steps = records.flatMap(keepSealed)
    await storage.write({ id: '', steps, leaf: null, repeatable: false })
    count += records.length
  }
}

interface VersionRow {
  readonly tenant: string
  readonly id: string
  readonly version: number
  readonly document: string
  readonly sealed: Uint8Array
}

async function authored(db: Reader, type: 'connection' | 'pipeline'): Promise<StoredRecord[]> {
  const rows = await db.selectFrom(sql<VersionRow>`${sql.table(`${type}_version`)}`.as('v'))
    .select(['v.tenant', 'v.id', 'v.version', 'v.document', 'v.sealed'])
    .where(({ not, exists, selectFrom, ref }) =>
      not(exists(
        selectFrom('sealed_record as r').select(sql<number>`1`.as('one')).where(
          'r.tenant',
          '=',
          ref('v.tenant'),
        )
          .where('r.type', '=', type).where('r.id', '=', ref('v.id')).where(
            'r.version',
            '=',
            ref('v.version'),
          ),
      ))
    ).limit(AT_ONCE).execute()
  return rows.map(({ tenant, id, version, document: text, sealed: envelope }) => {
    const document = read(type, text, `${type} ${id} of tenant ${tenant}`)
    const { project } = document
    const audience = document.type === 'connection'
      ? { type, project: null, pools: document.pools }
      : { type, project, pools: [document.pool] }
    return { tenant, type, id, version, project, audience, envelope }
  })
}

/** Of each policy the newest envelope, which alone is ever handed out. */
async function policies(db: Reader): Promise<StoredRecord[]> {
  const rows = await db.selectFrom('trust_document as d').select(['d.tenant', 'd.policy_version', 'd.policy'])
    .where('d.policy', 'is not', null).where('d.policy_version', 'is not', null)
    .where(({ not, exists, selectFrom, ref }) =>
      not(exists(
        selectFrom('sealed_record as r').select(sql<number>`1`.as('one')).where(
          'r.tenant',
          '=',
          ref('d.tenant'),
        )
          .where('r.type', '=', 'policy').where('r.id', '=', ref('d.tenant'))
          .whereRef('r.version', '=', 'd.policy_version'),
      ))
    ).orderBy('d.version', 'desc').limit(AT_ONCE).execute()
  const newest = new Map(rows.toReversed().map((row) => [`${row.tenant} ${row.policy_version}`, row]))
  return [...newest.values()].flatMap(({ tenant, policy_version: version, policy: envelope }) => {
    if (version === null || envelope === null) return []
    const audience = { type: 'policy', project: null, pools: [] } as const
    return [{ tenant, type: 'policy', id: tenant, version, project: null, audience, envelope } as const]
  })
}

function read<T extends DocumentType>(type: T, text: string, what: string) {
  try {
    return readUnverified(native, type, JSON.parse(text) as Dsse).document
  } catch (cause) {
    throw new Fault('database_outdated', `The database has a ${what} that this edge cannot read.`, { cause })
  }
}
