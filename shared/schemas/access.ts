/** Roles, groups, bindings, approvals: who may what, where. */
import { z } from 'zod'
import { isPlacePermission, type Permission } from '../permissions.ts'
import { Count, distinct, Id, Line, Time } from './fields.ts'
import { HeldRole, PermissionName, RoleName } from './principal.ts'

export const RoleRecord = z.object({
  id: RoleName,
  name: Line,
  built_in: z.boolean(),
  permissions: z.array(PermissionName),
  created: Time.optional(),
}).meta({ id: 'RoleRecord' })
export type RoleRecord = z.infer<typeof RoleRecord>

const rolePermissions = z.array(PermissionName).min(1).max(100).refine(
  distinct,
  'a permission stands here twice',
)
  .meta({ description: 'Of the closed list, and none that you do not hold yourself at the tenant.' })

export const NewRole = z.strictObject({ name: Line, permissions: rolePermissions }).meta({ id: 'NewRole' })

export const RoleChange = z.strictObject({
  name: Line.optional(),
  permissions: rolePermissions.optional(),
}).meta({ id: 'RoleChange' })

export const Group = z.object({ id: Id, name: Line, members: Count, created: Time }).meta({ id: 'Group' })
export type Group = z.infer<typeof Group>

export const NewGroup = z.strictObject({ name: Line }).meta({ id: 'NewGroup' })

export const GroupMember = z.object({ member: Id, since: Time }).meta({ id: 'GroupMember' })
export type GroupMember = z.infer<typeof GroupMember>

export const Level = z.enum(['tenant', 'workspace', 'project'])

export const Binding = z.object({
  id: Id,
  member: Id.optional(),
  group: Id.optional(),
  role: RoleName,
  level: Level,
  place: Id.optional().meta({ description: 'Of the workspace or project.' }),
  created: Time,
}).meta({ id: 'Binding' })
export type Binding = z.infer<typeof Binding>

export const NewBinding = z.strictObject({
  member: Id.optional().meta({ description: 'A member or a group: one of them.' }),
  group: Id.optional(),
  role: RoleName,
  level: Level,
  place: Id.optional().meta({ description: 'Of the workspace or project; left out at the tenant.' }),
}).refine(({ member, group }) => (member === undefined) !== (group === undefined), 'a member or a group')
  .refine(
    ({ level, place }) => (level === 'tenant') === (place === undefined),
    'a place unless at the tenant',
  )
  .meta({ id: 'NewBinding' })
export type NewBinding = z.infer<typeof NewBinding>

/** Why a permission is held. */
export const Because = z.object({
  by: z.enum(['role', 'membership', 'operator']).meta({
    description: '`membership`: every active member holds it; `operator`: they set the installation up.',
  }),
  ...HeldRole.partial({ role: true }).shape,
}).meta({ id: 'Because' })
export type Because = z.infer<typeof Because>

export const Explanation = z.object({
  member: Id,
  permission: PermissionName,
  level: Level,
  place: Id.optional(),
  allowed: z.boolean(),
  because: z.array(Because),
  missing: z.object({
    active: z.boolean().meta({ description: 'True: they are not an active member of the tenant.' }),
    levels: z.array(Level).meta({ description: 'Where it would have to be held: one of them is enough.' }),
    roles: z.array(RoleName).meta({ description: 'The roles that hold it: one of them, bound there.' }),
  }).optional(),
  signing: z.string().optional().meta({
    description: 'Where what is done is signed: what the signer needs besides.',
  }),
}).meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof Explanation>

export const Approval = z.object({
  id: Id,
  kind: z.enum(['keys', 'deletion', 'rules']),
  operation: z.string().meta({ description: 'The operationId of what was asked.' }),
  summary: z.string().meta({ description: 'What that operation does, in words.' }),
  request: z.string().meta({ description: 'SHA-256 over method, path and body: exactly this is approved.' }),
  asked_by: Id,
  asked_by_name: z.string().nullable(),
  state: z.enum(['waiting', 'approved', 'refused', 'used', 'expired']),
  created: Time,
  expires: Time,
  decided_by: Id.optional(),
  decided: Time.optional(),
}).meta({ id: 'Approval' })
export type Approval = z.infer<typeof Approval>

/** What people do by a signed document: a role lets them hand it in, and agents judge the signature. */
const signed: readonly Permission[] = [
  'trust.write',
  'keys.write',
  'connections.write',
  'pipelines.write',
  'index.write',
  'runs.write',
]

/** What somebody with the permission needs besides, or null. */
export function signingOf(permission: Permission): string | null {
  if (!signed.includes(permission)) return null
  const scope = isPlacePermission(permission)
    ? 'with a scope that covers the project'
    : 'as a signer of trust'
  return 'The role lets them hand it in. What counts for agents is the signature: the trust document has to list ' +
    `their key ${scope}.`
}
