/** Workspaces: the environments of a tenant. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { NewWorkspace, Workspace, WorkspaceChange } from '../../shared/schemas/workspace.ts'
import { change, unchanged } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { moveWorkspace, removeWorkspace, workspaceNamed } from './place_store.ts'
import { insertWorkspace, toWorkspace, workspace, workspaces } from './store.ts'

const params = z.strictObject({ id: Id })
const workspaceExample = {
  id: '019a9f3e-7c00-7000-8000-000000000003',
  name: 'default',
  environment: 'other',
  production: false,
  created: '2026-11-22T08:00:00.000Z',
}

export const workspaceRoutes: readonly Route[] = [
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
      const { name, environment = 'other' } = body
      const row = { id: newId(), tenant: principal.tenant, name, environment, created: now }
      return Promise.resolve(
        change({
          writes: [insertWorkspace(row)],
          target: row.id,
          facts: { environment },
          reply: () => toWorkspace(row),
        }),
      )
    },
  }),
  command({
    id: 'changeWorkspace',
    method: 'patch',
    path: '/v1/workspaces/{id}',
    tag: 'Workspaces',
    permission: 'workspaces.write',
    within: ({ params }) => Promise.resolve({ level: 'workspace', id: params.id }),
    audit: 'workspace.changed',
    summary: 'Rename a workspace, or say what it is for',
    description: 'Nothing that is signed names a workspace. Roles and tokens bound to it go on.',
    params,
    body: WorkspaceChange,
    reply: Workspace,
    faults: ['not_found', 'already_exists', 'conflict'],
    example: {
      params: { id: workspaceExample.id },
      body: { environment: 'production' },
      reply: { ...workspaceExample, environment: 'production', production: true },
    },
    async handle({ db, principal, params, body }) {
      const row = await workspace(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      const { name = row.name, environment = row.environment } = body
      if (name === row.name && environment === row.environment) return unchanged(toWorkspace(row))
      if (name !== row.name && await workspaceNamed(db, principal.tenant, name)) {
        throw new Fault('already_exists')
      }
      return change({
        writes: [moveWorkspace(row, { name, environment })],
        target: row.id,
        facts: { environment, before: row.environment, renamed: name !== row.name },
        reply: () => toWorkspace({ ...row, name, environment }),
        again: true,
      })
    },
  }),
  command({
    id: 'removeWorkspace',
    method: 'delete',
    path: '/v1/workspaces/{id}',
    tag: 'Workspaces',
    permission: 'workspaces.write',
    within: ({ params }) => Promise.resolve({ level: 'workspace', id: params.id }),
    fresh: true,
    twoPerson: 'deletion',
    audit: 'workspace.removed',
    summary: 'Remove a workspace that has no projects; roles bound to it go too',
    params,
    reply: Workspace,
    faults: ['not_found', 'conflict'],
    example: { params: { id: workspaceExample.id }, reply: workspaceExample },
    async handle({ db, principal, params }) {
      const row = await workspace(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      return change({
        writes: removeWorkspace(row.tenant, row.id),
        target: row.id,
        reply: () => toWorkspace(row),
      })
    },
  }),
]
