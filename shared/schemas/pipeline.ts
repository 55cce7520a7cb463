import { z } from 'zod'
import { Hash, Id, Name, Version } from './fields.ts'
import { Parameter, ParameterName } from './parameter.ts'

export const PipelineLimits = z.strictObject({
  rows: z.int().min(1).optional(),
  minutes: z.int().min(1).max(100_000).optional(),
  /** Attempts after the first. */
  retries: z.int().min(0).max(100),
  runs_per_day: z.int().min(1).max(100_000).optional(),
})
export type PipelineLimits = z.infer<typeof PipelineLimits>

/** When the edge may start a run on its own. Times are those of `cron` in `timezone`, and no other. */
export const Schedule = z.strictObject({
  /** Five fields. */
  cron: z.string().min(1).max(200),
  /** A name of the IANA time zone database. */
  timezone: z.string().min(1).max(64),
  /** What happens when the run before is not over. */
  overlap: z.enum(['skip', 'queue']),
  /** Which fire times that were missed are made up for. */
  catch_up: z.enum(['none', 'last', 'all']),
})
export type Schedule = z.infer<typeof Schedule>

/** What is signed about a pipeline, and what the edge can see of it. */
export const Pipeline = z.strictObject({
  type: z.literal('pipeline'),
  tenant: Id,
  project: Id,
  id: Id,
  version: Version,
  name: Name,
  connections: z.strictObject({ source: Id, destination: Id }),
  pool: Name,
  triggers: z.strictObject({
    /** Runs that the edge may start without a signed request, a UTC day. */
    api: z.strictObject({ per_day: z.int().min(1).max(10_000) }).optional(),
    schedule: Schedule.optional(),
  }),
  parameters: z.record(ParameterName, Parameter),
  limits: PipelineLimits,
  commitment: Hash,
})
export type Pipeline = z.infer<typeof Pipeline>

const ColumnName = z.string().min(1).max(256)

/** One table or file set on its way. Names are as the connector spells them; those of columns are the source's. */
export const PipelineStream = z.strictObject({
  from: z.string().min(1).max(1024),
  to: z.string().min(1).max(1024),
  mode: z.enum(['replace', 'append', 'merge', 'history', 'mirror']),
  /** A condition in the source's SQL; `${name}` is a parameter, bound as a value. */
  where: z.string().min(1).max(10_000).optional(),
  key: z.array(ColumnName).min(1).max(64).optional(),
  cast: z.record(ColumnName, z.string().min(1).max(256)).optional(),
  /** Only rows are read that are newer than the last run's, by this column. */
  cursor: z.strictObject({
    column: ColumnName,
    /** Read once more from so far before the last value on: `5m`, or a whole number. */
    lag: z.string().regex(/^\d{1,15}[smhd]?$/).optional(),
  }).optional(),
  /** Either of the two; all columns where both are missing. */
  include: z.array(ColumnName).min(1).max(10_000).optional(),
  exclude: z.array(ColumnName).min(1).max(10_000).optional(),
  /** The source's name → the target's. */
  rename: z.record(ColumnName, ColumnName).optional(),
  /** `evolve` where it is missing. */
  schema: z.enum(['evolve', 'columns_only', 'freeze']).optional(),
  /** `fail` where it is missing. */
  on_bad_row: z.enum(['fail', 'quarantine']).optional(),
})
export type PipelineStream = z.infer<typeof PipelineStream>

/** What is sealed: the pipeline file with its defaults filled in. */
export const PipelineBody = z.strictObject({ streams: z.array(PipelineStream).min(1).max(10_000) })
export type PipelineBody = z.infer<typeof PipelineBody>
