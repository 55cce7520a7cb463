import { z } from 'zod'
import { permissions, roles } from '../permissions.ts'
import { Id, Line } from './fields.ts'

export const PermissionName = z.enum(permissions).meta({ id: 'Permission' })
export const RoleName = z.enum(roles).meta({ id: 'Role', description: 'What a member may do in the tenant.' })

/** Who the caller is. */
export const Whoami = z.object({
  tenant: Id,
  member: Id,
  name: Line,
  role: RoleName,
  token: Id,
  permissions: z.array(PermissionName),
}).meta({ id: 'Whoami' })
export type Whoami = z.infer<typeof Whoami>
