/** What waits for agents, how it is ordered, and how much of it they may have in hand at once. */
import { z } from 'zod'
import { Count, Id, Name, Time } from './fields.ts'
import { Priority } from './run.ts'

/** What a limit is of: the tenant, a pool by its name, a pipeline or a connection by its id. */
export const LimitScope = z.string().regex(
  /^(tenant|pool:[A-Za-z0-9][A-Za-z0-9._-]{0,62}|(pipeline|connection):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  'tenant, pool:<name>, pipeline:<id> or connection:<id>',
).meta({ id: 'LimitScope' })

const MostRuns = z.int().min(1).max(1_000_000)

export const PutLimit = z.strictObject({ runs: MostRuns })

/** `held`: how many runs agents have in hand now; more than `runs` where the limit was set lower than that. */
export const Limit = z.object({ scope: LimitScope, runs: MostRuns, held: Count, updated: Time })
  .meta({ id: 'Limit' })
export type Limit = z.infer<typeof Limit>

/** How the runs of a pipeline are ordered among those of its project. */
export const Queueing = z.strictObject({ priority: Priority })
export const PipelineQueueing = z.object({ pipeline_id: Id, priority: Priority }).meta({
  id: 'PipelineQueueing',
})

const waits = {
  waiting: Count.meta({ description: 'Runs that are due and that no agent has.' }),
  held_back: Count.meta({
    description: 'Those of them that wait for a limit of their pipeline or connection.',
  }),
  later: Count.meta({ description: 'Runs that are not due yet.' }),
  oldest: Time.optional().meta({ description: 'Since when the oldest of those waits that are due.' }),
}

export const PoolQueue = z.object({
  pool: Name,
  ...waits,
  projects: z.array(z.object({ project: Id, ...waits })),
}).meta({ id: 'PoolQueue' })
export type PoolQueue = z.infer<typeof PoolQueue>

/** Of pools in which a run waits. */
export const QueueState = z.object({ pools: z.array(PoolQueue) }).meta({ id: 'QueueState' })
