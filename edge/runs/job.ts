/** What an agent needs for a run, put together from what the newest index lists. */
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { SealedDocument } from '../../shared/schemas/connection_record.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { IndexEntry } from '../../shared/schemas/index.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { Trigger } from '../../shared/schemas/run.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { type Reader, sql } from '../db/database.ts'
import { native } from '../primitives.ts'
import { isoTime } from '../trust/store.ts'
import type { RunRow } from './store.ts'

interface Listed {
  /** Number of the newest index. */
  readonly number: number
  /** One for each id that was asked for; null where it is not listed. */
  readonly entries: readonly (IndexEntry | null)[]
}

/** What the newest index of a project lists for some ids; null where there is none yet. */
async function listed(
  db: Reader,
  tenant: string,
  of: { readonly project: string; readonly ids: readonly string[] },
): Promise<Listed | null> {
  // Only these entries are taken out, inside the engine: an index may list thousands.
  const row = await db.selectFrom('project_index')
    .select(['number', sql<string>`json_array(${sql.join(of.ids.map(entryOf))})`.as('found')])
    .where('tenant', '=', tenant).where('project', '=', of.project)
    .orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row === undefined
    ? null
    : { number: row.number, entries: JSON.parse(row.found) as (IndexEntry | null)[] }
}

const entryOf = (id: string) => sql`json(json_extract(entries, ${`$."${id}"`}))`

/** A pipeline at exactly what the newest index of its project lists. */
export interface ListedPipeline extends SealedDocument {
  readonly index: number
  readonly hash: string
  readonly pipeline: Pipeline
}

/** Throws `index_missing`, `not_in_index`, or `not_at_index` where the edge lacks the version that is listed. */
export async function listedPipeline(
  db: Reader,
  tenant: string,
  of: { readonly project: string; readonly pipeline: string },
): Promise<ListedPipeline> {
  const found = await listed(db, tenant, { project: of.project, ids: [of.pipeline] })
  if (found === null) throw new Fault('index_missing')
  const [entry] = found.entries
  if (!entry || entry.kind !== 'pipeline') throw new Fault('not_in_index')
  const signed = await version(db, tenant, { table: 'pipeline_version', id: of.pipeline, entry })
  const { document } = readUnverified(native, 'pipeline', signed.document)
  return { ...signed, index: found.number, hash: entry.hash, pipeline: document }
}

export type Parts = Pick<RunJob, 'pipeline' | 'connections'> & { readonly index: number }

/** The documents of a run. Throws as `listedPipeline`. */
export async function partsOf(
  db: Reader,
  tenant: string,
  run: { readonly project: string; readonly pipeline: string },
): Promise<Parts> {
  const { project } = run
  const { index, pipeline, document, sealed } = await listedPipeline(db, tenant, run)
  const { source, destination } = pipeline.connections
  const ids = [...new Set([source, destination])]
  const found = await listed(db, tenant, { project, ids })
  if (found?.number !== index) return await partsOf(db, tenant, run)
  const connections = await Promise.all(ids.map((id, i) => {
    const entry = found.entries[i]
    if (!entry || entry.kind !== 'connection') throw new Fault('not_in_index')
    return version(db, tenant, { table: 'connection_version', id, entry })
  }))
  return { index, pipeline: { document, sealed }, connections }
}

async function version(
  db: Reader,
  tenant: string,
  of: {
    readonly table: 'pipeline_version' | 'connection_version'
    readonly id: string
    readonly entry: IndexEntry
  },
): Promise<SealedDocument> {
  const row = await db.selectFrom(of.table).select(['document', 'sealed']).where('tenant', '=', tenant)
    .where('id', '=', of.id).where('version', '=', of.entry.version).where('hash', '=', of.entry.hash)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('not_at_index')
  return { document: JSON.parse(row.document) as Dsse, sealed: toBase64(row.sealed) }
}

export function jobOf(
  row: RunRow,
  given: { readonly parts: Parts; readonly fence: number; readonly until: number },
): RunJob {
  const { parts: { index, pipeline, connections }, fence, until } = given
  return {
    kind: 'run',
    run: {
      id: row.id,
      project: row.project,
      pipeline_id: row.pipeline,
      index,
      trigger: JSON.parse(row.trigger) as Trigger,
      attempt: row.failures + 1,
    },
    lease: { fence, until: isoTime(until) },
    pipeline,
    connections,
  }
}
