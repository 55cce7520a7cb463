import { z } from 'zod'
import { Id, Name, Time } from './fields.ts'
import { Environment } from './workspace.ts'

export const Project = z.object({
  id: Id,
  workspace: Id,
  name: Name,
  environment: Environment,
  production: z.boolean(),
  created: Time,
}).meta({ id: 'Project' })
export type Project = z.infer<typeof Project>

export const NewProject = z.strictObject({
  workspace: Id,
  name: Name.meta({ description: 'For good: it is signed in every index of the project.' }),
}).meta({ id: 'NewProject' })
