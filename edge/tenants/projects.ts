/** Projects, each in a workspace. What is signed names them, so they keep their names. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { NewProject, Project } from '../../shared/schemas/project.ts'
import { withinLimit } from '../access/limits.ts'
import { change } from '../http/change.ts'
import { projectsOf } from '../http/grants.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { removeProject, workspaceStands } from './place_store.ts'
import { insertProject, project, projects, toProject, workspace } from './store.ts'

const params = z.strictObject({ id: Id })
const workspaceExample = { id: '019a9f3e-7c00-7000-8000-000000000003' }
const projectExample = {
  id: '019a9f3e-7c00-7000-8000-000000000004',
  workspace: workspaceExample.id,
  name: 'default',
  environment: 'other',
  production: false,
  created: '2026-11-22T08:00:00.000Z',
}

export const projectRoutes: readonly Route[] = [
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
    description: 'A tenant has at most 10,000 projects.',
    body: NewProject,
    reply: Project,
    faults: ['not_found', 'already_exists', 'limit_reached'],
    example: {
      body: { workspace: workspaceExample.id, name: 'ads' },
      reply: { ...projectExample, name: 'ads' },
    },
    async handle({ db, principal, body, now, newId }) {
      const of = await workspace(db, principal.tenant, body.workspace)
      if (of === null) throw new Fault('not_found')
      const { environment } = of
      const row = { id: newId(), tenant: principal.tenant, ...body, created: now }
      return change({
        writes: [
          workspaceStands(row.tenant, row.workspace),
          insertProject(row),
          withinLimit(row.tenant, 'project'),
        ],
        target: row.id,
        facts: { workspace: row.workspace },
        reply: () => toProject({ ...row, environment }),
      })
    },
  }),
  command({
    id: 'removeProject',
    method: 'delete',
    path: '/v1/projects/{id}',
    tag: 'Projects',
    permission: 'projects.write',
    within: ({ params }) => Promise.resolve({ level: 'project', id: params.id }),
    fresh: true,
    twoPerson: 'deletion',
    audit: 'project.removed',
    summary: 'Remove a project that has no connections and no pipelines; roles bound to it go too',
    description:
      'A project is never renamed, and its id never comes back: what was signed for it names both.',
    params,
    reply: Project,
    faults: ['not_found', 'conflict'],
    example: { params: { id: projectExample.id }, reply: projectExample },
    async handle({ db, principal, params }) {
      const row = await project(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      return change({
        writes: removeProject(row.tenant, row.id),
        target: row.id,
        facts: { workspace: row.workspace },
        reply: () => toProject(row),
      })
    },
  }),
]
