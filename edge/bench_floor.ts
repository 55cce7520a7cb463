/**
 * What the edge is measured against: the same body through OpenAPIHono and zod, the same two rows in one group commit of
 * the same storage, and nothing else – no token, no permission, no Kysely, an audit entry that is always the same.
 * `deno run … bench_floor.ts FILE` prints its port.
 */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../shared/ids.ts'
import { NewWorkspace, Workspace } from '../shared/schemas/workspace.ts'
import { loadMigrations, migrate, migrationsFolder } from './db/migrate.ts'
import { openStorage } from './db/open.ts'
import { native } from './primitives.ts'

const TENANT = '019a9f3e-7c00-7000-8000-000000000000'
const LEAF = JSON.stringify({
  v: 1,
  time: '2026-11-22T09:00:00.000Z',
  plan: TENANT,
  actor: { kind: 'member', id: TENANT, token: TENANT },
  action: 'workspace.created',
  target: TENANT,
})
const SQL = 'INSERT INTO workspace (id, tenant, name, created) VALUES (?, ?, ?, ?)'

const storage = await openStorage(`file:${Deno.args[0]}`, { token: null })
await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: Date.now() })

const route = createRoute({
  method: 'post',
  path: '/v1/workspaces',
  request: { body: { required: true, content: { 'application/json': { schema: NewWorkspace } } } },
  responses: { 201: { description: 'Made.', content: { 'application/json': { schema: Workspace } } } },
})

const app = new OpenAPIHono()
app.openapi(route, async (c) => {
  const { name } = c.req.valid('json')
  const created = Date.now()
  const id = newId(created, native.randomBytes)
  const steps = [{ sql: SQL, parameters: [id, TENANT, name, created], reads: false }]
  const leaf = { tenant: TENANT, action: 'workspace.created', time: created, request: null, text: LEAF }
  await storage.write({ id, steps, leaf, repeatable: false })
  const made = { id, name, environment: 'other' as const, production: false }
  return c.json({ ...made, created: new Date(created).toISOString() }, 201)
})

Deno.serve({
  port: 0,
  hostname: '127.0.0.1',
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
}, app.fetch)
