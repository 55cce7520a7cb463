/**
 * A run, or a look at a connection, as the edge orders it, from the answer to a poll to what is opened: whatever is altered, the agent opens what
 * was signed or nothing. The records are sealed by chance, so a case is made again with the same changes to others.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from '../../shared/fuzz/target_fixture.ts'
import { json } from '../../shared/fuzz/world_fixture.ts'
import { orderOf } from '../catalogue/inspection_fixture.ts'
import { verifyInspection } from '../catalogue/inspection_check.ts'
import { openInspection } from '../catalogue/permit.ts'
import { openJob } from '../runs/open.ts'
import { verifyJob } from '../runs/verify.ts'
import { draft, ids, World } from '../runs/world_fixture.ts'
import { pollAnswered } from './edge_targets_fixture.ts'

const world = new World(draft())
process.on('exit', () => rmSync(world.folder, { recursive: true, force: true }))
const signal = new AbortController().signal

/** An anchor that remembers nothing: each case is the first. */
async function fresh(): Promise<void> {
  for (const name of ['anchor.json', 'anchor.d']) {
    rmSync(join(world.folder, name), { recursive: true, force: true })
  }
  await world.settle()
}

export const jobTargets: readonly Target[] = [{
  name: 'run-job',
  structure: 'json',
  seeds: [json({ job: world.job, newest: { trust: 1, indexes: {} }, log: null })],
  async take(input) {
    const { job } = await pollAnswered(input)
    if (job?.kind !== 'run') return null
    await fresh()
    const { anchor, edge } = world
    const options = { anchor, edge, agentId: ids.agent, now: () => world.now, pausesMs: [] }
    const verified = await verifyJob(job, { ...options, footings: world.footings() }, signal)
    return [verified.job.run.id, verified.order, openJob(verified)]
  },
  authentic: true,
}, {
  name: 'inspect-job',
  structure: 'json',
  seeds: [json({ job: orderOf(world, { names: ['a*'] }), newest: { trust: 1, indexes: {} }, log: null })],
  async take(input) {
    const { job } = await pollAnswered(input)
    if (job?.kind !== 'inspect') return null
    await fresh()
    const { anchor, edge } = world
    const footings = world.footings()
    const options = { anchor, edge, agentId: ids.agent, now: () => world.now, pausesMs: [], footings }
    const verified = await verifyInspection(job, options, signal)
    return [verified.id, verified.order.signed.document, await openInspection(verified, footings)]
  },
  authentic: true,
}]
