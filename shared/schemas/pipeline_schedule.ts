import { z } from 'zod'
import { Id, Name, Time } from './fields.ts'
import { Schedule } from './pipeline.ts'

const paused = Time.optional().meta({ description: 'Since when somebody has paused the pipeline.' })

/** The schedule of the version that the newest index lists, and the times at which it fires next. */
export const PipelineSchedule = z.object({
  pipeline_id: Id,
  ...Schedule.shape,
  paused,
  next: z.array(Time).meta({
    description: 'When runs start, with what chance adds; of one that is paused none.',
  }),
}).meta({ id: 'PipelineSchedule' })
export type PipelineSchedule = z.infer<typeof PipelineSchedule>

/** A line of the list of schedules. */
export const ScheduleSummary = z.object({
  pipeline_id: Id,
  name: Name,
  project: Id,
  ...Schedule.shape,
  paused,
  next: Time.optional().meta({ description: 'When the next run starts.' }),
}).meta({ id: 'ScheduleSummary' })
export type ScheduleSummary = z.infer<typeof ScheduleSummary>

/** Whether a pipeline starts runs on its own: by its schedule, its webhook, after another pipeline. */
export const PipelinePause = z.object({ pipeline_id: Id, paused }).meta({ id: 'PipelinePause' })
export type PipelinePause = z.infer<typeof PipelinePause>
