import { z } from 'zod'
import { Id, Name, Time } from './fields.ts'

export const Workspace = z.object({ id: Id, name: Name, created: Time }).meta({ id: 'Workspace' })
export type Workspace = z.infer<typeof Workspace>

export const NewWorkspace = z.strictObject({ name: Name }).meta({ id: 'NewWorkspace' })
