import { z } from 'zod'
import { Id, Time } from './fields.ts'
import { Schedule } from './pipeline.ts'

/** The schedule of the version that the newest index lists, and the times at which it fires next. */
export const PipelineSchedule = z.object({
  pipeline_id: Id,
  cron: Schedule.shape.cron,
  timezone: Schedule.shape.timezone,
  overlap: Schedule.shape.overlap,
  catch_up: Schedule.shape.catch_up,
  next: z.array(Time),
}).meta({ id: 'PipelineSchedule' })
export type PipelineSchedule = z.infer<typeof PipelineSchedule>
