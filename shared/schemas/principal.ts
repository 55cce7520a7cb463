import { z } from 'zod'
import { builtInRoles, permissions } from '../permissions.ts'
import { Id, Line, Time } from './fields.ts'

export const PermissionName = z.enum(permissions).meta({ id: 'Permission' })
/** `personal`: a person's; `service`: of a member that is a machine; `device`: of `sallyport login`. */
export const TokenSort = z.enum(['personal', 'service', 'device']).meta({ id: 'TokenSort' })
export type TokenSort = z.infer<typeof TokenSort>

export const RoleName = z.union([z.enum(builtInRoles), Id]).meta({
  id: 'Role',
  description: 'A built-in role by its name, or a custom one by its id.',
})
export type RoleName = z.infer<typeof RoleName>

/** A role that somebody has, and where. */
export const HeldRole = z.object({
  role: RoleName,
  level: z.enum(['tenant', 'workspace', 'project']),
  place: Id.optional().meta({ description: 'Of the workspace or project.' }),
  group: Id.optional().meta({ description: 'Where it comes from being in a group.' }),
  role_name: Line.optional().meta({ description: 'Of a custom role.' }),
  place_name: Line.optional().meta({ description: 'Of the workspace or project, for who may see it.' }),
  group_name: Line.optional(),
}).meta({ id: 'HeldRole' })
export type HeldRole = z.infer<typeof HeldRole>

/** Who the caller is. */
export const Whoami = z.object({
  tenant: Id,
  tenant_name: Line,
  member: Id,
  name: Line,
  /** The one at the tenant, where there is one. */
  role: RoleName.optional(),
  roles: z.array(HeldRole),
  token: Id.optional().meta({ description: 'Where a token said who it is.' }),
  /** Of the token. */
  sort: TokenSort.optional(),
  expires: Time.optional().meta({ description: 'Of the token.' }),
  session: Id.optional().meta({ description: 'Where a session did.' }),
  account: Id.optional(),
  fresh_until: Time.optional().meta({
    description: 'Of a session or a device: until then it counts as confirmed just now. May be past.',
  }),
  permissions: z.array(PermissionName).meta({
    description: 'What you may do somewhere in the tenant: a permission may be held at some places only.',
  }),
}).meta({ id: 'Whoami' })
export type Whoami = z.infer<typeof Whoami>
