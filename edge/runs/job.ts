/** What an agent needs for a run, put together from what the newest index lists. */
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { IndexEntry } from '../../shared/schemas/index.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { Trigger } from '../../shared/schemas/run.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { perStorage, type Reader, sql, writes } from '../db/database.ts'
import { lookup } from '../db/prepared.ts'
import { native } from '../primitives.ts'
import { isoTime } from '../trust/store.ts'
import type { RunRow } from './store.ts'

/** The number of a project's newest index, and its hash, which says everything that it lists. */
const newestIndex = lookup(
  (of: { readonly tenant: string; readonly project: string }) =>
    writes.selectFrom('project_index').select(['number', 'hash']).where('tenant', '=', of.tenant)
      .where('project', '=', of.project).orderBy('number', 'desc').limit(1),
  { steady: true },
)

interface At {
  readonly project: string
  readonly number: number
}

/** What an index of a project lists for some ids, one each; null where an id is not listed. */
async function entriesAt(
  db: Reader,
  tenant: string,
  of: At & { readonly ids: readonly string[] },
): Promise<readonly (IndexEntry | null)[]> {
  // Only these entries are taken out, inside the engine: an index may list thousands.
  const row = await db.selectFrom('project_index')
    .select(sql<string>`json_array(${sql.join(of.ids.map(entryOf))})`.as('found'))
    .where('tenant', '=', tenant).where('project', '=', of.project).where('number', '=', of.number)
    .executeTakeFirstOrThrow()
  return JSON.parse(row.found) as (IndexEntry | null)[]
}

const entryOf = (id: string) => sql`json(json_extract(entries, ${`$."${id}"`}))`

/** A pipeline at exactly what the newest index of its project lists. */
export interface ListedPipeline {
  readonly index: number
  readonly hash: string
  readonly pipeline: Pipeline
}

/** What never changes of something that an index lists. */
interface Signed {
  readonly id: string
  readonly entry: IndexEntry
  readonly document: Dsse
}

interface Known {
  /** Of the index that lists it so. */
  readonly indexHash: string
  readonly listed: ListedPipeline
  readonly signed: Signed
  /** Null until a run has needed them: the source, and the destination where that is another one. */
  connections: readonly Signed[] | null
}

/**
 * What the newest indexes listed when they were last looked into, by tenant and pipeline. Believed for as long as the
 * newest index has the same hash, which is asked every time; what was sealed changes, and is not kept here.
 */
const knownOf = perStorage(() => new Map<string, Known>())
const MAX_KNOWN = 5_000

function remember(known: Map<string, Known>, key: string, one: Known): void {
  known.delete(key)
  known.set(key, one)
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value as string)
}

interface Place {
  readonly project: string
  readonly pipeline: string
}

const keyOf = (tenant: string, { project, pipeline }: Place) => `${tenant}/${project}/${pipeline}`

/** Throws `index_missing`, `not_in_index`, or `not_at_index` where the edge lacks the version that is listed. */
export async function listedPipeline(db: Reader, tenant: string, of: Place): Promise<ListedPipeline> {
  return (await knownPipeline(db, tenant, of)).listed
}

async function knownPipeline(db: Reader, tenant: string, of: Place): Promise<Known> {
  const newest = await newestIndex(db, { tenant, project: of.project })
  if (newest === null) throw new Fault('index_missing')
  const known = knownOf(db)
  const before = known.get(keyOf(tenant, of))
  if (before?.indexHash === newest.hash) return before
  const at = { project: of.project, number: newest.number }
  const [signed] = await signedAt(db, tenant, { ...at, kind: 'pipeline', ids: [of.pipeline] })
  if (signed === undefined) throw new Fault('not_in_index')
  const { document } = readUnverified(native, 'pipeline', signed.document)
  const found: Known = {
    indexHash: newest.hash,
    listed: { index: newest.number, hash: signed.entry.hash, pipeline: document },
    signed,
    connections: null,
  }
  remember(known, keyOf(tenant, of), found)
  return found
}

async function signedAt(
  db: Reader,
  tenant: string,
  of: At & { readonly kind: IndexEntry['kind']; readonly ids: readonly string[] },
): Promise<readonly Signed[]> {
  const entries = await entriesAt(db, tenant, of)
  return await Promise.all(of.ids.map(async (id, i) => {
    const entry = entries[i]
    if (!entry || entry.kind !== of.kind) throw new Fault('not_in_index')
    const row = await db.selectFrom(`${of.kind}_version`).select('document').where('tenant', '=', tenant)
      .where('id', '=', id).where('version', '=', entry.version).where('hash', '=', entry.hash)
      .executeTakeFirst()
    if (row === undefined) throw new Fault('not_at_index')
    return { id, entry, document: JSON.parse(row.document) as Dsse }
  }))
}

export type Parts = Pick<RunJob, 'pipeline' | 'connections'> & {
  readonly index: number
  /** Of the pipeline. */
  readonly version: number
  /** Ids of connections. */
  readonly source: string
  readonly destination: string
}

/** The documents of a run. Throws as `listedPipeline`. */
export async function partsOf(db: Reader, tenant: string, run: Place): Promise<Parts> {
  for (;;) {
    const one = knownOf(db).get(keyOf(tenant, run)) ?? await knownPipeline(db, tenant, run)
    const { signed, listed: { index, pipeline: { connections: { source, destination } } } } = one
    one.connections ??= await signedAt(db, tenant, {
      ...{ project: run.project, number: index, kind: 'connection' },
      ids: [...new Set([source, destination])],
    })
    const [first, second = first] = one.connections as [Signed, Signed?]
    const row = await sealedParts(db, {
      ...{ tenant, project: run.project },
      ...{ pipeline: signed.id, version: signed.entry.version, hash: signed.entry.hash },
      ...{ source: first.id, source_version: first.entry.version, source_hash: first.entry.hash },
      ...{ other: second.id, other_version: second.entry.version, other_hash: second.entry.hash },
    })
    if (row?.index_hash !== one.indexHash) {
      // Something newer is listed.
      knownOf(db).delete(keyOf(tenant, run))
      continue
    }
    if (row.pipeline === null || row.source === null || row.other === null) throw new Fault('not_at_index')
    const sealed = [row.source, row.other]
    return {
      index,
      version: signed.entry.version,
      source,
      destination,
      pipeline: { document: signed.document, sealed: toBase64(row.pipeline) },
      connections: one.connections.map(({ document }, i) => ({
        document,
        sealed: toBase64(sealed[i] as Uint8Array),
      })),
    }
  }
}

/** The hash of the newest index, and what is sealed of a pipeline and of its connections at these versions. */
const sealedParts = lookup((of: {
  readonly tenant: string
  readonly project: string
  readonly pipeline: string
  readonly version: number
  readonly hash: string
  readonly source: string
  readonly source_version: number
  readonly source_hash: string
  readonly other: string
  readonly other_version: number
  readonly other_hash: string
}) =>
  writes.selectFrom('project_index as i')
    .leftJoin('pipeline_version as p', (join) =>
      join.onRef('p.tenant', '=', 'i.tenant').on('p.id', '=', of.pipeline)
        .on('p.version', '=', of.version).on('p.hash', '=', of.hash))
    .leftJoin('connection_version as s', (join) =>
      join.onRef('s.tenant', '=', 'i.tenant').on('s.id', '=', of.source)
        .on('s.version', '=', of.source_version).on('s.hash', '=', of.source_hash))
    .leftJoin('connection_version as d', (join) =>
      join.onRef('d.tenant', '=', 'i.tenant').on('d.id', '=', of.other)
        .on('d.version', '=', of.other_version).on('d.hash', '=', of.other_hash))
    .select(['i.hash as index_hash', 'p.sealed as pipeline', 's.sealed as source', 'd.sealed as other'])
    .where('i.tenant', '=', of.tenant).where('i.project', '=', of.project)
    .orderBy('i.number', 'desc').limit(1), { steady: true })

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
      ...(row.redrive === null ? {} : { redrive: JSON.parse(row.redrive) as Dsse }),
    },
    lease: { fence, until: isoTime(until) },
    pipeline,
    connections,
  }
}
