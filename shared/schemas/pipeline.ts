import { z } from 'zod'
import { Hash, Id, Name, Version } from './fields.ts'

export const PipelineLimits = z.strictObject({
  rows: z.int().min(1).optional(),
  minutes: z.int().min(1).max(100_000).optional(),
  /** Attempts after the first. */
  retries: z.int().min(0).max(100),
  runs_per_day: z.int().min(1).max(100_000).optional(),
})
export type PipelineLimits = z.infer<typeof PipelineLimits>

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
  }),
  limits: PipelineLimits,
  commitment: Hash,
})
export type Pipeline = z.infer<typeof Pipeline>

/** One table or file set on its way. Names are as the connector spells them. */
export const PipelineStream = z.strictObject({
  from: z.string().min(1).max(1024),
  to: z.string().min(1).max(1024),
  mode: z.enum(['replace', 'append']),
  key: z.array(z.string().min(1).max(256)).min(1).max(64).optional(),
  cast: z.record(z.string().min(1).max(256), z.string().min(1).max(256)).optional(),
})
export type PipelineStream = z.infer<typeof PipelineStream>

/** What is sealed: the pipeline file with its defaults filled in. */
export const PipelineBody = z.strictObject({ streams: z.array(PipelineStream).min(1).max(10_000) })
export type PipelineBody = z.infer<typeof PipelineBody>
