/** Pipelines: what their documents say in the clear, and every version as it came. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import { USUAL_PRIORITY } from '../../shared/schemas/run.ts'
import type { PipelineRecord, PipelineSummary } from '../../shared/schemas/pipeline_record.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { lookup } from '../db/prepared.ts'
import { keepSealed } from '../trust/sealed_records.ts'
import { isoTime } from '../trust/store.ts'

/** A document that was checked, with its sealed part. */
export interface SignedPipeline {
  readonly document: Pipeline
  readonly dsse: Dsse
  readonly hash: string
  /** Envelope, base64. */
  readonly sealed: string
}

const columns = [
  'id',
  'project',
  'name',
  'pool',
  'source',
  'destination',
  'api_runs_per_day',
  'version',
  'hash',
  'created',
  'updated',
] as const

type Row =
  & { readonly [K in 'id' | 'project' | 'name' | 'pool' | 'source' | 'destination' | 'hash']: string }
  & { readonly [K in 'version' | 'created' | 'updated']: number }
  & { readonly api_runs_per_day: number | null }

function toSummary({ api_runs_per_day, ...row }: Row): PipelineSummary {
  return {
    ...row,
    ...(api_runs_per_day === null ? {} : { api_runs_per_day }),
    created: isoTime(row.created),
    updated: isoTime(row.updated),
  }
}

/** Oldest first. */
export async function pipelines(
  db: Reader,
  tenant: string,
  page: {
    readonly project: string | null
    /** Those that the list keeps to; null: all. */
    readonly projects: readonly string[] | null
    readonly after: string | null
    readonly take: number
  },
): Promise<PipelineSummary[]> {
  let query = db.selectFrom('pipeline').select(columns).where('tenant', '=', tenant)
    .where('deleted', 'is', null).orderBy('id').limit(page.take)
  if (page.projects !== null) query = query.where('project', 'in', oneOf(page.projects))
  if (page.project !== null) query = query.where('project', '=', page.project)
  if (page.after !== null) query = query.where('id', '>', page.after)
  return (await query.execute()).map(toSummary)
}

/** The newest version; null when there is none, or it was deleted. */
export async function pipeline(db: Reader, tenant: string, id: string): Promise<PipelineRecord | null> {
  const row = await db.selectFrom('pipeline as c').innerJoin(
    'pipeline_version as v',
    (join) =>
      join.onRef('v.id', '=', 'c.id').onRef('v.version', '=', 'c.version').on('v.tenant', '=', tenant),
  )
    .select(columns.map((name) => `c.${name}` as const)).select(['v.document', 'v.sealed'])
    .where('c.tenant', '=', tenant).where('c.id', '=', id).where('c.deleted', 'is', null).executeTakeFirst()
  if (row === undefined) return null
  const { document, sealed, ...rest } = row
  return { ...toSummary(rest), document: JSON.parse(document) as Dsse, sealed: toBase64(sealed) }
}

interface PipelinePlace {
  readonly project: string
  readonly created: number
  readonly deleted: number | null
  /** Of its runs, unless one says another. */
  readonly priority: number
}

/** What does not change between versions, also of one that was deleted. */
export async function pipelinePlace(db: Reader, tenant: string, id: string): Promise<PipelinePlace | null> {
  return await placeById(db, { tenant, id })
}

const placeById = lookup(
  (of: { readonly tenant: string; readonly id: string }) =>
    writes.selectFrom('pipeline').select(['project', 'created', 'deleted', 'priority'])
      .where('tenant', '=', of.tenant).where('id', '=', of.id),
  { steady: true },
)

export function toRecord(
  signed: SignedPipeline,
  times: { readonly created: number; readonly updated: number },
): PipelineRecord {
  const { document, dsse, sealed } = signed
  return { ...toSummary({ ...clear(signed), id: document.id, ...times }), document: dsse, sealed }
}

/** What may change from version to version. */
function clear({ document, hash }: SignedPipeline) {
  const { project, name, pool, connections: { source, destination }, triggers, version } = document
  return {
    project,
    name,
    pool,
    source,
    destination,
    api_runs_per_day: triggers.api?.per_day ?? null,
    version,
    hash,
  }
}

function insertVersion(signed: SignedPipeline, now: number): Step[] {
  const { document: { tenant, project, id, version, pool, triggers }, hash, dsse } = signed
  const envelope = fromBase64(signed.sealed)
  const document = JSON.stringify(dsse)
  const schedule = triggers.schedule === undefined ? null : JSON.stringify(triggers.schedule)
  const after = triggers.after === undefined ? null : JSON.stringify(triggers.after)
  const row = { tenant, id, version, hash, document, sealed: envelope, created: now, schedule, after }
  const audience = { type: 'pipeline', project, pools: [pool] } as const
  return [
    step(writes.insertInto('pipeline_version').values(row), { otherwise: 'conflict' }),
    ...keepSealed({ tenant, type: 'pipeline', id, version, project, audience, envelope }),
  ]
}

/** Both connections are there and of this project: a write that touches two rows (one, where both are the same). */
function useConnections({ document }: SignedPipeline): Step {
  const { tenant, project, connections: { source, destination } } = document
  const query = writes.updateTable('connection').set(({ ref }) => ({ updated: ref('updated') }))
    .where('tenant', '=', tenant).where('project', '=', project).where('id', 'in', [source, destination])
    .where('deleted', 'is', null)
  return step(query, { rows: source === destination ? 1 : 2, otherwise: 'connection_unknown' })
}

/** An id that was ever used, and a name that is in use, are `already_exists`. */
export function insertPipeline(signed: SignedPipeline, now: number): Step[] {
  const { document: { tenant, id } } = signed
  const times = { created: now, updated: now, deleted: null }
  const row = { ...clear(signed), tenant, id, priority: USUAL_PRIORITY, ...times }
  return [
    useConnections(signed),
    step(writes.insertInto('pipeline').values(row), { otherwise: 'already_exists' }),
    ...insertVersion(signed, now),
  ]
}

/** Compare-and-set on the version before; `conflict` also when the name is in use. */
export function updatePipeline(signed: SignedPipeline, now: number): Step[] {
  const { document: { tenant, id, version } } = signed
  const query = writes.updateTable('pipeline')
    .set({ ...clear(signed), updated: now })
    .where('tenant', '=', tenant).where('id', '=', id).where('version', '=', version - 1)
    .where('deleted', 'is', null)
  return [useConnections(signed), step(query, { otherwise: 'conflict' }), ...insertVersion(signed, now)]
}

/** Runs that wait for an agent end with it; one that an agent has goes on. */
export function deletePipeline(tenant: string, id: string, now: number): Step[] {
  const query = writes.updateTable('pipeline').set({ deleted: now })
    .where('tenant', '=', tenant).where('id', '=', id).where('deleted', 'is', null)
  const waiting = writes.updateTable('run').set({ state: 'cancelled', finished: now })
    .where('tenant', '=', tenant).where('pipeline', '=', id).where(sql<boolean>`state = 'queued'`)
  const schedule = writes.deleteFrom('schedule').where('tenant', '=', tenant).where('pipeline', '=', id)
  const starters = (['pause', 'follower', 'webhook'] as const).map((table) =>
    writes.deleteFrom(table).where('tenant', '=', tenant).where('pipeline', '=', id)
  )
  const limit = writes.deleteFrom('run_limit').where('tenant', '=', tenant).where(
    'scope',
    '=',
    `pipeline:${id}`,
  )
  return [
    step(query, { otherwise: 'not_found' }),
    step(waiting),
    step(limit),
    step(schedule),
    ...starters.map((one) => step(one)),
  ]
}
