import { Fault } from '../../shared/faults.ts'
import { Tenant } from '../../shared/schemas/tenant.ts'
import { query, type Route } from '../http/route.ts'
import { erasureRoutes } from './erasure.ts'
import { type ExportOptions, exportRoutes } from './export.ts'
import { invitationRoutes } from './invitations.ts'
import { lifeRoutes } from './life_routes.ts'
import { runsInstallation } from './life_store.ts'
import { memberRoutes } from './members.ts'
import { type OperatorOptions, operatorRoutes } from './operator.ts'
import { ownRoutes } from './own_routes.ts'
import { ownerRoutes } from './owner.ts'
import { projectRoutes } from './projects.ts'
import { type RegistrationOptions, registrationRoute } from './registration.ts'
import { type SetupOptions, setupRoutes } from './setup.ts'
import { tenant, toTenant } from './store.ts'
import { workspaceRoutes } from './workspaces.ts'

export interface TenantOptions extends SetupOptions, RegistrationOptions, OperatorOptions, ExportOptions {}

export function tenantRoutes(options: TenantOptions): readonly Route[] {
  return [
    ...setupRoutes(options),
    ...operatorRoutes(options),
    getTenant,
    ...lifeRoutes(options),
    ...ownerRoutes,
    ...exportRoutes(options),
    ...workspaceRoutes,
    ...projectRoutes,
    ...ownRoutes,
    ...memberRoutes(options),
    ...erasureRoutes,
    ...invitationRoutes(options),
    registrationRoute(options),
  ]
}

const getTenant = query({
  id: 'getTenant',
  path: '/v1/tenant',
  tag: 'Tenants',
  permission: 'tenant.read',
  summary: 'The tenant that you are in',
  reply: Tenant,
  example: {
    reply: {
      id: '019a9f3e-7c00-7000-8000-000000000000',
      name: 'Acme',
      log_key: '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=',
      created: '2026-11-22T08:00:00.000Z',
    },
  },
  async handle({ db, principal }) {
    const row = await tenant(db, principal.tenant)
    if (row === null) throw new Fault('not_found')
    return { ...toTenant(row), ...(await runsInstallation(db, row.id) ? { stays: true } : {}) }
  },
})
