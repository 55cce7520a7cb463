/** Triggers as they are signed: the pipeline that another one follows is named in the file, and an id in the document. */
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { PipelineFile } from '../pipeline_files/pipeline.ts'
import { verifiedPipeline } from './pipeline_show.ts'
import { entryNamed, type Project } from './project.ts'

/** Throws `not_found` where the index lists no such pipeline, and what verifying it throws. */
export async function signedTriggers(
  project: Project,
  { after, ...triggers }: PipelineFile['triggers'],
): Promise<Pipeline['triggers']> {
  if (after === undefined) return triggers
  const entry = entryNamed(project, 'pipeline', after.pipeline)
  const { pool } = (await verifiedPipeline(project, entry)).signed.document
  const { api, schedule, webhook } = triggers
  return {
    ...(api === undefined ? {} : { api }),
    ...(schedule === undefined ? {} : { schedule }),
    after: { pipeline: entry.id, pool, on: after.on, per_day: after.per_day },
    ...(webhook === undefined ? {} : { webhook }),
  }
}
