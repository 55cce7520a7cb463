/** The agent's side of the API. Every reply is parsed before it is used. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { MAX_POLL_SECONDS } from '../../shared/protocol.ts'
import { AgentCheckpoint, AgentSelf } from '../../shared/schemas/agent.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { HeartbeatReply, RunJob } from '../../shared/schemas/job.ts'
import { TrustRecord } from '../../shared/schemas/trust_record.ts'
import type { AgentEdge } from './agent_edge.ts'
import { answer, type Edge } from './edge_client.ts'

/** A signed document with its envelope, as it came: its own check says what is wrong with it. */
const Unjudged = z.object({ document: z.unknown(), sealed: z.string() })

/**
 * A job whose documents nobody has looked at. Were they judged here, a bad one would be a bad answer, and asked for
 * again; as it is, it becomes a refusal that is kept and told.
 */
const UnjudgedJob = RunJob.extend({
  run: RunJob.shape.run.extend({
    trigger: z.union([
      z.object({ kind: z.literal('request'), request: z.unknown() }),
      z.object({ kind: z.literal('api'), day: z.string(), slot: z.int() }),
    ]),
  }),
  pipeline: Unjudged,
  connections: z.array(Unjudged),
})
const PollReply = z.object({ job: z.union([UnjudgedJob, z.null()]) })

export function httpAgentEdge(edge: Edge): AgentEdge {
  const run = (id: string) => ({ params: { path: { id } } })
  return {
    async self(signal) {
      return checked(AgentSelf, await answer(edge.GET('/v1/agent/self', { signal })))
    },
    async trustAfter(version, signal) {
      const query = { after: String(version) }
      const { data } = await answer(edge.GET('/v1/agent/trust', { params: { query }, signal }))
      return data.map((one) => checked(TrustRecord, one))
    },
    async indexAfter(project, number, signal) {
      const params = { path: { id: project }, query: { after: String(number) } }
      const { data } = await answer(edge.GET('/v1/agent/projects/{id}/index', { params, signal }))
      return data.map(({ document }) => checked(Dsse, document))
    },
    async poll({ slots, waitSeconds }, signal) {
      const body = { slots, wait_seconds: Math.min(waitSeconds, MAX_POLL_SECONDS) }
      const { job } = checked(PollReply, await answer(edge.POST('/v1/agent/poll', { body, signal })))
      return job as RunJob | null
    },
    async started({ run: id, fence }, signal) {
      await answer(edge.POST('/v1/agent/runs/{id}/started', { ...run(id), body: { fence }, signal }))
    },
    async heartbeat({ run: id, fence }, signal) {
      const call = edge.POST('/v1/agent/runs/{id}/heartbeat', { ...run(id), body: { fence }, signal })
      return checked(HeartbeatReply, await answer(call))
    },
    async progress({ run: id, fence }, streams, signal) {
      const body = { fence, streams: [...streams] }
      await answer(edge.POST('/v1/agent/runs/{id}/progress', { ...run(id), body, signal }))
    },
    async complete({ run: id, fence }, end, signal) {
      const body = { fence, ...end }
      await answer(edge.POST('/v1/agent/runs/{id}/complete', { ...run(id), body, signal }))
    },
    async checkpoint(from, signal) {
      const query = { from: String(from) }
      return checked(
        AgentCheckpoint,
        await answer(edge.GET('/v1/agent/checkpoint', { params: { query }, signal })),
      )
    },
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'the top level'
  throw new Fault('edge_unexpected', `The edge's answer is not what its description says, at ${where}.`)
}
