/** Indexes of another day. */
import type { Json } from '../e2e/tampering_proxy.ts'
import { payloadOf } from '../e2e/forge.ts'
import type { Attack } from './attack.ts'
import { seenJob } from './forge.ts'
import { pipelineText, type Scene } from './scene.ts'
import { refusalOf, rowsGained, unsigned } from './watch.ts'

/** Shows the indexes up to the job's own, and hands that job's documents out. */
function showOld({ proxy }: Scene, old: Json): void {
  const last: number = old.run.index
  proxy.alter((answer) => {
    if (answer.path.startsWith('/v1/agent/projects/')) {
      answer.body.data = answer.body.data.filter((one: Json) => payloadOf(one.document).number <= last)
      return true
    }
    if (answer.path !== '/v1/agent/poll') return false
    if (answer.body.newest) answer.body.newest.indexes = { [old.run.project]: last }
    const { job } = answer.body
    if (job) Object.assign(job, { pipeline: old.pipeline, connections: old.connections })
    if (job) job.run.index = last
    return true
  })
}

const moved = (to: string) => pipelineText('moved', { to: `public.${to}`, unsigned: true })

const oldIndex: Attack = {
  name: 'old index',
  tried: 'an agent that has run a newer version is shown the index before, and its pipeline',
  codes: ['index_rolled_back'],
  without: [{
    check: 'an index is not older than the last one seen',
    file: 'agent/runs/anchored_index.ts',
    find: 'const last = (await readAnchor(anchor, ring)).index[project] ?? null',
    put: 'const last = null as { number: number; hash: string } | null',
  }, {
    check: 'the index reaches what the floor names',
    file: 'agent/runs/anchored_index.ts',
    find: 'floor: floor?.index[project] ?? null,',
    put: 'floor: null,',
  }, {
    check: 'the anchor names the index that the run was verified against',
    file: 'agent/runs/verify.ts',
    find: 'seen[job.run.project]?.hash === index.hash',
    put: 'true',
  }],
  async attempt(scene) {
    await scene.world.applyPipeline(moved('left'))
    const old = await seenJob(scene, 'moved')
    await scene.world.applyPipeline(moved('current'))
    await scene.world.run('moved')
    await scene.sql.unsafe('truncate public.left')
    showOld(scene, old)
    const refusal = await refusalOf(scene, 'moved', unsigned(scene, 'moved'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.left', 'the place that was given up') }
  },
}

const frozenIndex: Attack = {
  name: 'index withheld',
  tried: 'an agent that has not run the new version yet is never shown the index that lists it',
  codes: ['index_rolled_back'],
  without: [{
    check: 'the index reaches what the floor names',
    file: 'agent/runs/anchored_index.ts',
    find: 'floor: floor?.index[project] ?? null,',
    put: 'floor: null,',
  }],
  async attempt(scene) {
    await scene.world.applyPipeline(moved('left'))
    const old = await seenJob(scene, 'moved')
    showOld(scene, old)
    await scene.world.applyPipeline(moved('current'))
    await scene.sql.unsafe('truncate public.left')
    const refusal = await refusalOf(scene, 'moved', unsigned(scene, 'moved'))
    return { ...refusal, gained: await rowsGained(scene.sql, 'public.left', 'the place that was given up') }
  },
}

export const indexes: readonly Attack[] = [oldIndex, frozenIndex]
