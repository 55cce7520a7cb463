/** The agent's side of the API. Every reply is parsed before it is used. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { AgentCheckpoint, AgentSelf } from '../../shared/schemas/agent.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { InspectJob } from '../../shared/schemas/inspection.ts'
import { HeartbeatReply, PollReply, RunJob } from '../../shared/schemas/job.ts'
import { PossessionChallenges } from '../../shared/schemas/key_record.ts'
import { RewrapJob, RewrapRecord } from '../../shared/schemas/rewrap.ts'
import { TrustRecord } from '../../shared/schemas/trust_record.ts'
import type { AgentEdge, Polled } from './agent_edge.ts'
import { answer, type Call, type Edge } from './edge_client.ts'
import { notForEdge } from './problem.ts'

/** A signed document with its envelope, as it came: its own check says what is wrong with it. */
const Unjudged = z.object({ document: z.unknown(), sealed: z.string() })

/**
 * A job whose documents nobody has looked at. Were they judged here, a bad one would be a bad answer, and asked for
 * again; as it is, it becomes a refusal that is kept and told.
 */
const UnjudgedRun = RunJob.extend({
  run: RunJob.shape.run.extend({
    trigger: z.union([
      z.object({ kind: z.literal('request'), request: z.unknown() }),
      z.object({
        kind: z.literal('api'),
        day: z.string(),
        slot: z.int(),
        parameters: z.record(z.string(), z.string()).optional(),
      }),
      z.object({ kind: z.literal('schedule'), fire: z.string() }),
      z.object({ kind: z.literal('webhook'), day: z.string(), slot: z.int() }),
      z.object({ kind: z.literal('after'), run: z.string(), redrive: z.string().optional() }),
    ]),
  }),
  pipeline: Unjudged,
  connections: z.array(Unjudged),
})
const UnjudgedRewrap = RewrapJob.extend({
  records: z.array(RewrapRecord.extend({ document: z.unknown(), sealed: z.string() })),
})
const UnjudgedInspect = InspectJob.extend({ order: Unjudged, connection: Unjudged })
const Reply = PollReply.extend({ job: z.union([UnjudgedRun, UnjudgedRewrap, UnjudgedInspect, z.null()]) })

export function httpAgentEdge(edge: Edge): AgentEdge {
  const run = (id: string) => ({ params: { path: { id } } })
  return {
    async self(signal) {
      return checked(AgentSelf, await heard(edge.GET('/v1/agent/self', { signal }), signal))
    },
    async trustAfter(version, signal) {
      const query = { after: String(version) }
      const call = edge.GET('/v1/agent/trust', { params: { query }, signal })
      return checked(z.object({ data: z.array(TrustRecord) }), await heard(call, signal)).data
    },
    async indexAfter(project, number, signal) {
      const params = { path: { id: project }, query: { after: String(number) } }
      const call = edge.GET('/v1/agent/projects/{id}/index', { params, signal })
      const page = checked(
        z.object({ data: z.array(z.object({ document: Dsse })) }),
        await heard(call, signal),
      )
      return page.data.map(({ document }) => document)
    },
    async poll({ slots, waitSeconds, logSize, held, about }, signal) {
      const body = { slots, wait_seconds: waitSeconds, log_size: logSize, held: [...held], about }
      return checked(Reply, await heard(edge.POST('/v1/agent/poll', { body, signal }), signal)) as Polled
    },
    async started({ run: id, fence }, signal) {
      await heard(edge.POST('/v1/agent/runs/{id}/started', { ...run(id), body: { fence }, signal }), signal)
    },
    async heartbeat({ run: id, fence }, signal) {
      const call = edge.POST('/v1/agent/runs/{id}/heartbeat', { ...run(id), body: { fence }, signal })
      return checked(HeartbeatReply, await heard(call, signal))
    },
    async progress({ run: id, fence }, streams, signal) {
      const body = { fence, streams: [...streams] }
      await heard(edge.POST('/v1/agent/runs/{id}/progress', { ...run(id), body, signal }), signal)
    },
    async putLog({ run: id, fence }, { document, sealed }, signal) {
      const body = { fence, document, sealed }
      await heard(edge.PUT('/v1/agent/runs/{id}/log', { ...run(id), body, signal }), signal)
    },
    async complete({ run: id, fence }, end, signal) {
      const body = { fence, ...end }
      await heard(edge.POST('/v1/agent/runs/{id}/complete', { ...run(id), body, signal }), signal)
    },
    async challenges(signal) {
      const call = edge.GET('/v1/agent/possession', { signal })
      return checked(PossessionChallenges, await heard(call, signal)).challenges
    },
    async prove(answers, signal) {
      await heard(edge.POST('/v1/agent/possession', { body: { answers: [...answers] }, signal }), signal)
    },
    async handIn(receipt, signal) {
      await heard(edge.POST('/v1/agent/receipts', { body: { receipt }, signal }), signal)
    },
    async completeRewrap({ batch, fence }, { records, refused }, signal) {
      const body = { fence, records: [...records], refused: [...refused] }
      const params = { path: { batch } }
      await heard(edge.POST('/v1/agent/rewraps/{batch}/complete', { params, body, signal }), signal)
    },
    async completeInspection({ inspection: id, fence }, end, signal) {
      const body = { fence, ...end }
      const params = { path: { id } }
      await heard(edge.POST('/v1/agent/inspections/{id}/complete', { params, body, signal }), signal)
    },
    async checkpoint(from, signal) {
      const query = { from: String(from) }
      const call = edge.GET('/v1/agent/checkpoint', { params: { query }, signal })
      return checked(AgentCheckpoint, await heard(call, signal))
    },
  }
}

/**
 * The answer, or a Fault that says what to do next: whatever else goes wrong with it is the edge's doing, and passes.
 * Agents judge for themselves, so no refusal is the edge's to make. Throws the signal's reason when it has aborted.
 */
async function heard<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer(call)
  } catch (error) {
    if (error instanceof Fault) throw error.class === 'refused' ? notForEdge(error.code) : error
    signal.throwIfAborted()
    throw new Fault('edge_unexpected', 'The answer of the edge cannot be read.', { cause: error })
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = judge(schema, value)
  if (parsed.success) return parsed.data
  const where = parsed.error?.issues[0]?.path.join('.') || 'the top level'
  throw new Fault('edge_unexpected', `The edge's answer is not what its description says, at ${where}.`)
}
