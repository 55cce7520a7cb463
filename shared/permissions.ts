/** The closed list of permissions, and what each built-in role of a tenant's member holds. */
export const permissions = [
  'tenant.read',
  'tenant.write',
  'tenant.delete',
  'tenant.export',
  'tenants.create',
  'tenants.operate',
  'workspaces.read',
  'workspaces.write',
  'projects.read',
  'projects.write',
  'members.read',
  'members.write',
  'roles.read',
  'roles.write',
  'rules.read',
  'rules.write',
  'approvals.read',
  'approvals.write',
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
  'audit.export',
] as const

export type Permission = (typeof permissions)[number]

export function isPermission(text: string): text is Permission {
  return (permissions as readonly string[]).includes(text)
}

/** Those that can be held at a workspace or a project too; every other one is held at the tenant or not at all. */
export type PlacePermission = Extract<
  Permission,
  `${'workspaces' | 'projects' | 'connections' | 'pipelines' | 'runs' | 'index'}.${string}`
>

export function isPlacePermission(permission: string): permission is PlacePermission {
  return /^(workspaces|projects|connections|pipelines|runs|index)\./.test(permission)
}

export const placePermissions: readonly PlacePermission[] = permissions.filter(isPlacePermission)

/** Whether a role that is bound at a workspace or project gives it: `tokens.write` is about one's own, and so too. */
export function countsAtPlace(permission: string): boolean {
  return isPlacePermission(permission) || permission === 'tokens.write'
}

/** What lets somebody see the thing that a permission of this name acts on. */
export function readingOf(permission: PlacePermission): PlacePermission {
  return permission.replace(/\.\w+$/, '.read') as PlacePermission
}

export const builtInRoles = [
  'owner',
  'admin',
  'editor',
  'viewer',
  'security_officer',
  'auditor',
  'agent_operator',
] as const
export type BuiltInRole = (typeof builtInRoles)[number]

export function isBuiltInRole(text: string): text is BuiltInRole {
  return (builtInRoles as readonly string[]).includes(text)
}

/** What a token that counts in one place alone holds of the tenant: without it nothing signed could be checked. */
export const besidePlaces: readonly Permission[] = ['tenant.read', 'trust.read']

/** What belongs to the operator of an installation, and to no role. */
export const operatorHolds: readonly Permission[] = ['tenants.create', 'tenants.operate']

/** What every active member of a tenant holds there, whatever their roles are; of tokens they see their own. */
export const everybodyHolds: readonly Permission[] = [...besidePlaces, 'tokens.read']

const without = (held: readonly Permission[], taken: readonly Permission[]) =>
  held.filter((permission) => !taken.includes(permission))

const reads = permissions.filter((name) => name.endsWith('.read'))
const viewer = without(reads, ['audit.read', 'rules.read', 'approvals.read'])
const owner = without(permissions, operatorHolds)

/** What a role holds where it is bound. At a workspace or project only what `countsAtPlace` does. */
export const rolePermissions: Readonly<Record<BuiltInRole, readonly Permission[]>> = {
  owner,
  admin: without(owner, ['tenant.delete', 'trust.write', 'keys.write', 'rules.write']),
  editor: [
    ...viewer,
    'index.write',
    'connections.write',
    'pipelines.write',
    'runs.write',
    'tokens.write',
  ],
  viewer,
  security_officer: [
    ...reads,
    'trust.write',
    'keys.write',
    'agents.write',
    'rules.write',
    'audit.export',
    'approvals.write',
    'tokens.write',
  ],
  auditor: [...reads, 'audit.export'],
  agent_operator: [
    'agents.read',
    'agents.write',
    'runs.read',
    'connections.read',
    'pipelines.read',
    ...everybodyHolds,
  ],
}
