/** The closed list of permissions, and what each role of a tenant's member holds. */
export const permissions = [
  'tenant.read',
  'tenants.create',
  'workspaces.read',
  'workspaces.write',
  'projects.read',
  'projects.write',
  'members.read',
  'members.write',
  'tokens.read',
  'tokens.write',
  'trust.read',
  'trust.write',
  'keys.read',
  'keys.write',
  'index.read',
  'index.write',
  'agents.read',
  'agents.write',
  'connections.read',
  'connections.write',
  'pipelines.read',
  'pipelines.write',
  'runs.read',
  'runs.write',
  'audit.read',
] as const

export type Permission = (typeof permissions)[number]

export const roles = ['admin', 'editor', 'viewer'] as const
export type Role = (typeof roles)[number]

const viewer: readonly Permission[] = permissions.filter((name) => name.endsWith('.read'))
const editor: readonly Permission[] = [
  ...viewer,
  'index.write',
  'connections.write',
  'pipelines.write',
  'runs.write',
  'tokens.write',
]

/** What a role holds. `tenants.create` belongs to the operator of an installation, not to a role. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer,
  editor,
  admin: permissions.filter((name) => name !== 'tenants.create'),
}
