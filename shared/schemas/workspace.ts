import { z } from 'zod'
import { Id, Name, Time } from './fields.ts'

/** What a workspace is for. */
export const Environment = z.enum(['development', 'staging', 'production', 'other']).meta({
  id: 'Environment',
})
export type Environment = z.infer<typeof Environment>

export const Workspace = z.object({
  id: Id,
  name: Name,
  environment: Environment,
  production: z.boolean().meta({ description: 'What happens here happens to real data.' }),
  created: Time,
}).meta({ id: 'Workspace' })
export type Workspace = z.infer<typeof Workspace>

export const NewWorkspace = z.strictObject({
  name: Name,
  environment: Environment.optional(),
}).meta({ id: 'NewWorkspace', description: 'Its environment is `other` unless said.' })

export const WorkspaceChange = z.strictObject({
  name: Name.optional(),
  environment: Environment.optional(),
}).refine(({ name, environment }) => name !== undefined || environment !== undefined, 'nothing to change')
  .meta({ id: 'WorkspaceChange' })
