/** Runs that nobody has asked for: slots, requests and leases of the edge's own making, or used before. */
import { randomUUID } from 'node:crypto'
import { runId, type RunTrigger } from '../../shared/ids.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { altered, payloadOf, primitives, resigned } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Attack } from './attack.ts'
import { ledger, signatures } from './checks.ts'
import { signerSeed } from './estate.ts'
import { pipelineText, type Scene } from './scene.ts'
import { refusalOf, rowsGained, rowsIn, startUnsigned } from './watch.ts'

type Row = Record<string, string | number | null>

const unclaimed = {
  state: 'queued',
  failures: 0,
  lost: 0,
  agent: null,
  lease_until: null,
  due: 0,
  cancel: 0,
  code: null,
  started: null,
  finished: null,
} as const

/**
 * Puts a run into the edge's queue, made after another one that it has: under another id a new one, under the same
 * that one again. The agent asks anew.
 */
export async function queueRun(scene: Scene, after: string, change: Row = {}): Promise<string> {
  const { database } = scene.world.edge
  const [was] = edgeSql(database, 'select * from run where id = ?', [after]) as [Row]
  const row: Row = { ...was, ...unclaimed, ...change }
  await scene.stopAgent()
  edgeSql(database, 'delete from run where id = ?', [row['id'] as string])
  edgeSql(database, 'delete from run_stream where run = ?', [row['id'] as string])
  const columns = Object.keys(row)
  edgeSql(
    database,
    `insert into run (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    Object.values(row),
  )
  await scene.agent()
  return row['id'] as string
}

/** The id that a trigger gives its run: the edge can reckon it like everybody else. */
export function runIdOf(scene: Scene, pipeline: string, trigger: RunTrigger): string {
  return runId(primitives, { tenant: scene.world.tenant, pipeline, trigger })
}

export async function idOf({ world }: Scene, pipeline: string): Promise<string> {
  return (await world.does('pipeline', 'list')).find((one: Json) => one.name === pipeline).id
}

export const usedTrigger = {
  check: 'a trigger has one run',
  file: 'agent/runs/attempts.ts',
  find: "if (known && known.ended !== null) throw new Fault('trigger_used')",
  put: 'if (known && known.ended !== null) return object',
}

/** Rows beyond those of the run that was meant. */
async function twice(scene: Scene, table: string): Promise<string | null> {
  const rows = await rowsIn(scene.sql, table) ?? 0
  return rows > 3 ? `${rows} rows where 3 were ordered` : null
}

const appending = (name: string) => pipelineText(name, { mode: 'append' })

const slotInvented: Attack = {
  name: 'slot invented',
  tried: 'a third unsigned run of a day, of a pipeline that allows two',
  codes: ['trigger_not_allowed'],
  without: [{
    check: 'slots are those that the signed pipeline allows',
    file: 'agent/runs/trigger.ts',
    find: 'if (!Number.isInteger(slot) || slot < 1 || slot > perDay) {',
    put: 'if (false) {',
  }],
  async attempt(scene) {
    await scene.agent()
    const first = await startUnsigned(scene, 'tick')
    const { state } = await scene.world.endOf(first)
    const day = new Date().toISOString().slice(0, 10)
    const id = runIdOf(scene, await idOf(scene, 'tick'), { kind: 'api', day, slot: 3 })
    const trigger = JSON.stringify({ kind: 'api', day, slot: 3 })
    const refusal = await refusalOf(scene, 'tick', {
      start: () => queueRun(scene, first, { id, trigger, slot: 3, plan: 'x' }),
    })
    return { ...refusal, gained: state === 'succeeded' ? await twice(scene, 'public.tick') : null }
  },
}

const slotRepeated: Attack = {
  name: 'slot repeated',
  tried: 'an unsigned run that has ended, queued once more in the database',
  codes: ['trigger_used'],
  without: [usedTrigger, ledger],
  async attempt(scene) {
    await scene.agent()
    const first = await startUnsigned(scene, 'tick')
    await scene.world.endOf(first)
    const refusal = await refusalOf(scene, 'tick', { start: () => queueRun(scene, first) })
    return { ...refusal, gained: await twice(scene, 'public.tick') }
  },
}

const requestReplayed: Attack = {
  name: 'request replayed',
  tried: 'a signed request that has had its run, queued once more in the database',
  codes: ['trigger_used'],
  without: [usedTrigger, ledger],
  async attempt(scene) {
    await scene.world.applyPipeline(appending('asked'))
    await scene.agent()
    const { id } = await scene.world.run('asked')
    const refusal = await refusalOf(scene, 'asked', { start: () => queueRun(scene, id) })
    return { ...refusal, gained: await twice(scene, 'public.asked') }
  },
}

const otherLease: Attack = {
  name: 'lease of another run',
  tried: 'a request that has had its run, under the id and lease of a new one',
  codes: ['request_mismatch'],
  without: [{
    check: "a run's id is the one that its trigger gives it",
    file: 'agent/runs/trigger.ts',
    find: 'if (id !== job.run.id) {',
    put: 'if (false) {',
  }, usedTrigger],
  async attempt(scene) {
    await scene.world.applyPipeline(appending('asked'))
    await scene.agent()
    const { id } = await scene.world.run('asked')
    const another = { id: randomUUID().replace(/^(.{14})./, '$18'), plan: 'x' }
    const refusal = await refusalOf(scene, 'asked', { start: () => queueRun(scene, id, another) })
    return { ...refusal, gained: await twice(scene, 'public.asked') }
  },
}

/** A person's request for a pipeline, as `change` leaves it, in the queue for the pipeline that it then names. */
async function queueRequest(
  scene: Scene,
  pipeline: string,
  change: (request: Dsse) => Dsse,
): Promise<string> {
  await scene.stopAgent()
  const { database } = scene.world.edge
  const { id } = await scene.world.startRun(pipeline)
  const [row] = edgeSql(database, 'select trigger from run where id = ?', [id]) as [Row]
  const request = change(JSON.parse(String(row['trigger'])).request)
  const { pipeline: named, issued, nonce } = payloadOf(request)
  const made = runIdOf(scene, named.id, { kind: 'request', issued, nonce })
  const trigger = JSON.stringify({ kind: 'request', request })
  const queued = await queueRun(scene, id, { id: made, pipeline: named.id, trigger, plan: made })
  edgeSql(database, "update run set state = 'cancelled' where id = ? and id <> ?", [id, made])
  return queued
}

const requestAltered: Attack = {
  name: 'request altered',
  tried: 'a signed request for one pipeline, made one for another that takes signed requests alone',
  codes: ['signature_invalid'],
  without: [signatures],
  async attempt(scene) {
    await scene.world.applyPipeline(pipelineText('careful'))
    const { body: { id, hash } } = await scene.world.api(
      'GET',
      `/v1/pipelines/${await idOf(scene, 'careful')}`,
    )
    const change = (request: Dsse) => altered(request, (payload) => (payload.pipeline = { id, hash }))
    const refusal = await refusalOf(scene, 'careful', { start: () => queueRequest(scene, 'base', change) })
    const gained = await rowsGained(scene.sql, 'public.careful', 'the table of what nobody has started')
    return { ...refusal, gained }
  },
}

const requestOld: Attack = {
  name: 'request kept back',
  tried: 'a request of this morning, kept back until it had expired',
  codes: ['request_expired'],
  without: [{
    check: "a request has not expired by the host's clock",
    file: 'agent/runs/trigger.ts',
    find: "if (now >= until && !known) throw new Fault('request_expired')",
    put: '',
  }],
  async attempt(scene) {
    // As the signer signed it two hours ago, for one hour.
    const change = (request: Dsse) =>
      resigned(request, (payload) => {
        const issued = Date.now() - 7_200_000
        payload.issued = new Date(issued).toISOString()
        payload.expires = new Date(issued + 3_600_000).toISOString()
      }, [signerSeed(scene)])
    const refusal = await refusalOf(scene, 'base', { start: () => queueRequest(scene, 'base', change) })
    const gained = await rowsGained(scene.sql, 'public.base', 'a table, by a request that had expired')
    return { ...refusal, gained }
  },
}

export const triggers: readonly Attack[] = [
  slotInvented,
  slotRepeated,
  requestReplayed,
  requestAltered,
  requestOld,
  otherLease,
]
