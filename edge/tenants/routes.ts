import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { NewProject, Project } from '../../shared/schemas/project.ts'
import { Tenant } from '../../shared/schemas/tenant.ts'
import { NewWorkspace, Workspace } from '../../shared/schemas/workspace.ts'
import { change } from '../http/change.ts'
import { projectsOf } from '../http/grants.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { erasureRoutes } from './erasure.ts'
import { memberRoutes } from './members.ts'
import { type SetupOptions, setupRoutes } from './setup.ts'
import {
  insertProject,
  insertWorkspace,
  project,
  projects,
  tenant,
  toProject,
  toTenant,
  toWorkspace,
  workspace,
  workspaces,
} from './store.ts'

const params = z.strictObject({ id: Id })
const created = '2026-11-22T08:00:00.000Z'
const tenantExample = {
  id: '019a9f3e-7c00-7000-8000-000000000000',
  name: 'Acme',
  log_key: '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=',
  created,
}
const workspaceExample = { id: '019a9f3e-7c00-7000-8000-000000000003', name: 'default', created }
const projectExample = {
  id: '019a9f3e-7c00-7000-8000-000000000004',
  workspace: workspaceExample.id,
  name: 'default',
  created,
}

export function tenantRoutes(options: SetupOptions): readonly Route[] {
  return [
    ...setupRoutes(options),
    ...ownTenantRoutes,
    ...workspaceRoutes,
    ...projectRoutes,
    ...memberRoutes,
    ...erasureRoutes,
  ]
}

const ownTenantRoutes: readonly Route[] = [
  query({
    id: 'getTenant',
    path: '/v1/tenant',
    tag: 'Tenants',
    permission: 'tenant.read',
    summary: 'The tenant of the token',
    reply: Tenant,
    example: { reply: tenantExample },
    async handle({ db, principal }) {
      const row = await tenant(db, principal.tenant)
      if (row === null) throw new Fault('not_found')
      return toTenant(row)
    },
  }),
]

const workspaceRoutes: readonly Route[] = [
  query({
    id: 'listWorkspaces',
    path: '/v1/workspaces',
    tag: 'Workspaces',
    permission: 'workspaces.read',
    within: 'list',
    summary: 'Workspaces, oldest first',
    query: Page,
    reply: pageOf(Workspace),
    example: { reply: { data: [workspaceExample] } },
    async handle({ db, principal, query, reach }) {
      const { after, take, limit } = window(query)
      const among = reach.all ? null : reach.workspaces
      const rows = await workspaces(db, principal.tenant, { after, take, among })
      return paged(rows, { limit, key: (row) => row.id, item: toWorkspace })
    },
  }),
  query({
    id: 'getWorkspace',
    path: '/v1/workspaces/{id}',
    tag: 'Workspaces',
    permission: 'workspaces.read',
    within: ({ params }) => Promise.resolve({ level: 'workspace', id: params.id }),
    summary: 'One workspace',
    params,
    reply: Workspace,
    faults: ['not_found'],
    example: { params: { id: workspaceExample.id }, reply: workspaceExample },
    async handle({ db, principal, params }) {
      const row = await workspace(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      return toWorkspace(row)
    },
  }),
  command({
    id: 'createWorkspace',
    method: 'post',
    path: '/v1/workspaces',
    status: 201,
    tag: 'Workspaces',
    permission: 'workspaces.write',
    within: () => Promise.resolve({ level: 'tenant' }),
    audit: 'workspace.created',
    summary: 'Make a workspace',
    body: NewWorkspace,
    reply: Workspace,
    faults: ['already_exists'],
    example: { body: { name: 'marketing' }, reply: { ...workspaceExample, name: 'marketing' } },
    handle({ principal, body, now, newId }) {
      const row = { id: newId(), tenant: principal.tenant, name: body.name, created: now }
      return Promise.resolve(
        change({ writes: [insertWorkspace(row)], target: row.id, reply: () => toWorkspace(row) }),
      )
    },
  }),
]

const projectRoutes: readonly Route[] = [
  query({
    id: 'listProjects',
    path: '/v1/projects',
    tag: 'Projects',
    permission: 'projects.read',
    within: 'list',
    summary: 'Projects, oldest first',
    query: Page.extend({ workspace: Id.optional() }),
    reply: pageOf(Project),
    example: { reply: { data: [projectExample] } },
    async handle({ db, principal, query, reach }) {
      const { after, take, limit } = window(query)
      const { workspace = null } = query
      const among = projectsOf(reach)
      const rows = await projects(db, principal.tenant, { after, take, workspace, among })
      return paged(rows, { limit, key: (row) => row.id, item: toProject })
    },
  }),
  query({
    id: 'getProject',
    path: '/v1/projects/{id}',
    tag: 'Projects',
    permission: 'projects.read',
    within: ({ params }) => Promise.resolve({ level: 'project', id: params.id }),
    summary: 'One project',
    params,
    reply: Project,
    faults: ['not_found'],
    example: { params: { id: projectExample.id }, reply: projectExample },
    async handle({ db, principal, params }) {
      const row = await project(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      return toProject(row)
    },
  }),
  command({
    id: 'createProject',
    method: 'post',
    path: '/v1/projects',
    status: 201,
    tag: 'Projects',
    permission: 'projects.write',
    within: ({ body }) => Promise.resolve({ level: 'workspace', id: body.workspace }),
    audit: 'project.created',
    summary: 'Make a project in a workspace',
    body: NewProject,
    reply: Project,
    faults: ['not_found', 'already_exists'],
    example: {
      body: { workspace: workspaceExample.id, name: 'ads' },
      reply: { ...projectExample, name: 'ads' },
    },
    async handle({ db, principal, body, now, newId }) {
      if (await workspace(db, principal.tenant, body.workspace) === null) throw new Fault('not_found')
      const row = { id: newId(), tenant: principal.tenant, ...body, created: now }
      return change({
        writes: [insertProject(row)],
        target: row.id,
        facts: { workspace: row.workspace },
        reply: () => toProject(row),
      })
    },
  }),
]
