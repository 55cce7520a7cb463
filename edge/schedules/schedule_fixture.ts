/** A published pipeline with a schedule, an agent, and the moves that stories about it are made of. */
import assert from 'node:assert/strict'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import type { Kind } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import type { Edge } from '../wiring.ts'

export const hourly: Schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'none' }
export const HOUR_MS = 3_600_000

/** A published pipeline with a schedule, at nine o'clock, and an agent. */
export async function scene(schedule: Partial<Schedule> = {}, kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({ triggers: { schedule: { ...hourly, ...schedule } } })
  const agent = await estate.enrol()
  return { edge, estate, pipeline, agent, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

export type Scene = Awaited<ReturnType<typeof scene>>

/** Moves the clock to a time of the day, or by `after` ms, and lets an edge look. */
export async function until(s: Scene, time: string | number, edge: Edge = s.edge.edge): Promise<number> {
  s.edge.now = typeof time === 'number' ? s.edge.now + time : Date.parse(`2026-11-22T${time}:00.000Z`)
  return await edge.tick()
}

/** Fire times of the runs that there are, by the time of day, with their states. */
export async function runs(s: Scene): Promise<string[]> {
  const { data } = await s.estate.made('GET', '/v1/runs?limit=200')
  return data.map(({ fire, state, trigger }: { fire: string; state: string; trigger: string }) => {
    assert.equal(trigger, 'schedule')
    return `${fire.slice(11, 16)} ${state}`
  }).sort()
}

export async function entries(s: Scene, action: string) {
  return (await s.edge.leaves(s.estate.tenant)).filter((leaf) => leaf.action === action)
}

/** The agent takes the next run and ends it; its fire time, or null when there is none. */
export async function serve(s: Pick<Scene, 'agent'>): Promise<string | null> {
  const { job } = (await s.agent.poll()).body
  if (job === null) return null
  await s.agent.call('POST', `/v1/agent/runs/${job.run.id}/complete`, {
    fence: job.lease.fence,
    status: 'succeeded',
    retry: false,
    streams: [],
  })
  return job.run.trigger.fire.slice(11, 16)
}
