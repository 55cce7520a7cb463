/** Pipelines as the API carries them. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Hash, Id, Name, Time, Version } from './fields.ts'

/** A line of the list. `api_runs_per_day` is there when the pipeline may run without a signed request. */
export const PipelineSummary = z.object({
  id: Id,
  project: Id,
  name: Name,
  version: Version,
  hash: Hash,
  pool: Name,
  source: Id,
  destination: Id,
  api_runs_per_day: Version.optional(),
  created: Time,
  updated: Time,
}).meta({ id: 'PipelineSummary' })
export type PipelineSummary = z.infer<typeof PipelineSummary>

export const PipelineRecord = z.object({ ...PipelineSummary.shape, document: Dsse, sealed: Base64 }).meta({
  id: 'PipelineRecord',
})
export type PipelineRecord = z.infer<typeof PipelineRecord>
