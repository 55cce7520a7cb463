/** Runs: one execution of a pipeline, in counts, states and codes. No message, name or value of the data. */
import { z } from 'zod'
import { type FaultCode, faultCodes } from '../faults.ts'
import { Dsse } from './dsse.ts'
import { Count, Day, Id, Name, Time, Version } from './fields.ts'
import { ParameterValues } from './parameter.ts'
import { RequestAction } from './request.ts'

/** Any code of the closed list, and no other text. */
export const Code = z.enum(faultCodes as readonly [FaultCode, ...FaultCode[]]).meta({ id: 'FaultCode' })

export const RunState = z.enum([
  'queued',
  'leased',
  'running',
  'succeeded',
  'partial',
  'failed',
  'refused',
  'cancelled',
  'dead',
]).meta({ id: 'RunState' })
export type RunState = z.infer<typeof RunState>

/** How a stream's bytes go: straight through, or through the hold. */
export const Route = z.enum(['direct', 'restowed'])

/** What an agent tells while a stream moves. `index` is the stream's place in the sealed pipeline. */
export const StreamProgress = z.strictObject({ index: z.int().min(0).max(9_999), rows: Count, bytes: Count })
export type StreamProgress = z.infer<typeof StreamProgress>

export const StreamStatus = z.enum(['succeeded', 'failed', 'refused', 'cancelled'])

/** How a stream ended. `rows` are rows written to the target. */
export const StreamResult = z.strictObject({
  index: z.int().min(0).max(9_999),
  route: Route.nullable().meta({ description: 'Null when it ended before one was chosen.' }),
  status: StreamStatus,
  rows_read: Count,
  rows: Count,
  bytes: Count,
  rejected: Count,
  seconds: z.number().min(0).max(1e9),
  code: Code.optional(),
  taken: z.literal(true).optional().meta({
    description: 'An attempt before has committed it: nothing was read or written again.',
  }),
}).meta({ id: 'StreamResult' })
export type StreamResult = z.infer<typeof StreamResult>

/** A stream as the API shows it: counts so far, and how it ended once it has. */
export const RunStream = z.object({
  index: Count,
  rows: Count,
  bytes: Count,
  status: StreamStatus.optional(),
  route: Route.optional(),
  rows_read: Count.optional(),
  rejected: Count.optional(),
  seconds: z.number().optional(),
  code: Code.optional(),
  taken: z.literal(true).optional(),
}).meta({ id: 'RunStream' })
export type RunStream = z.infer<typeof RunStream>

/** 9 goes first. It orders the runs of a project; between projects it counts for nothing. */
export const Priority = z.int().min(0).max(9).meta({ id: 'Priority' })
export const USUAL_PRIORITY = 5

/**
 * What made a run: a signed request, slot `slot` of a day's unsigned runs or of its webhook's, a fire time of the
 * schedule, or the end of another pipeline's run: the one that it came to after its last signed redrive.
 */
export const Trigger = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), request: Dsse }),
  z.object({
    kind: z.literal('api'),
    day: Day,
    slot: Version,
    parameters: ParameterValues.optional(),
  }),
  z.object({ kind: z.literal('schedule'), fire: Time }),
  z.object({ kind: z.literal('webhook'), day: Day, slot: Version }),
  z.object({
    kind: z.literal('after'),
    run: Id,
    redrive: Id.optional(),
    /** For which the edge has counted it. */
    day: Day.optional(),
  }),
]).meta({ id: 'Trigger' })
export type Trigger = z.infer<typeof Trigger>

/**
 * What `POST /v1/runs` takes. Without a request the pipeline has to allow unsigned runs, and `parameters` sets those
 * that it declares as enumerations; a request brings its own. The priority is its pipeline's unless said.
 */
export const CreateRun = z.strictObject({
  pipeline_id: Id,
  request: Dsse.optional(),
  parameters: ParameterValues.optional(),
  priority: Priority.optional(),
}).refine(({ request, parameters }) => request === undefined || parameters === undefined, {
  message: 'a signed request brings its own parameters',
  path: ['parameters'],
})
export type CreateRun = z.infer<typeof CreateRun>

/** A fingerprint of what ended runs short of their end: code, codes of the streams, pipeline and version. */
export const Reason = z.string().regex(/^[0-9a-f]{16}$/)

/** How an attempt ended: as its agent said, or by the word of the edge; `redriven` is when a run began anew. */
export const AttemptOutcome = z.enum([
  ...[
    'partial',
    'failed',
    'refused',
    'cancelled',
    'released',
    'expired',
    'overrun',
    'withdrawn',
    'redriven',
  ] as const,
])
export type AttemptOutcome = z.infer<typeof AttemptOutcome>

/** `attempt` counts from 1; `code` says why it ended other than well, or why the attempt before did. */
export const Run = z.object({
  id: Id,
  project: Id,
  pipeline_id: Id,
  pool: Name,
  state: RunState,
  trigger: z.enum(['request', 'api', 'schedule', 'webhook', 'after']),
  action: RequestAction,
  priority: Priority,
  fire: Time.optional().meta({ description: 'Of a scheduled run: the time that it stands for.' }),
  after: Id.optional().meta({ description: 'Of a run after another one: which one it follows.' }),
  attempt: Version,
  attempts: Version.meta({ description: 'The most attempts that the run gets.' }),
  cancel: z.boolean().meta({ description: 'Someone has asked for it to be cancelled.' }),
  agent_id: Id.optional(),
  code: Code.optional(),
  created: Time,
  started: Time.optional(),
  finished: Time.optional(),
  next_attempt: Time.optional(),
  version: Version.optional().meta({ description: 'Of the pipeline, as it was handed out last.' }),
  reason: Reason.optional().meta({
    description: 'What ended it short of its end: runs with one reason have one.',
  }),
  redriven: Version.optional().meta({ description: 'How often somebody had it attempted again.' }),
  redrive: z.enum(['free', 'signed']).optional().meta({
    description:
      'What it takes to have it attempted again: nothing, or a signed request, as its attempts are used up.',
  }),
}).meta({ id: 'Run' })
export type Run = z.infer<typeof Run>

/** A request that names the run and lets it be attempted again; nothing, where it has attempts left. */
export const Redrive = z.strictObject({ request: Dsse.optional() })

/** `ended` is the end of the run itself, where it was not that of an attempt that succeeded. */
export const RunTimeline = z.object({
  run: Id,
  state: RunState,
  events: z.array(z.object({
    at: Time,
    kind: z.enum([...AttemptOutcome.options, 'created', 'claimed', 'started', 'succeeded', 'ended']),
    agent_id: Id.optional(),
    fence: Version.optional().meta({ description: 'Of the lease, which is an attempt.' }),
    code: Code.optional(),
  })),
}).meta({ id: 'RunTimeline' })
export type RunTimeline = z.infer<typeof RunTimeline>

/** Runs that ended for one reason; `state` and `code` are those of the last one. */
export const DeadLetter = z.object({
  reason: Reason,
  project: Id,
  pipeline_id: Id,
  version: Version.optional(),
  state: RunState,
  code: Code.optional(),
  runs: Version,
  first: Time,
  last: Time,
  last_run: Id,
}).meta({ id: 'DeadLetter' })
export type DeadLetter = z.infer<typeof DeadLetter>

export const DeadLetters = z.object({ data: z.array(DeadLetter), complete: z.boolean() }).meta({
  id: 'DeadLetters',
})

/** Null: for good. */
export const Retention = z.strictObject({
  run_days: z.int().min(7).max(3650).nullable().meta({
    description: 'Runs go with their counts and logs so many days after their end.',
  }),
}).meta({ id: 'Retention' })

export const RunRecord = z.object({ ...Run.shape, streams: z.array(RunStream) }).meta({ id: 'RunRecord' })
export type RunRecord = z.infer<typeof RunRecord>
