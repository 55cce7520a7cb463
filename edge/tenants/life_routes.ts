/** The life of a tenant after it was made: its name, its owner, its end and the way back. */
import { z } from 'zod'
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { checkpointLine, leafLine } from '../../shared/log/export.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { ErasedTenant, Tenant, TenantChange, TenantDeletion } from '../../shared/schemas/tenant.ts'
import { exportStream } from '../audit/routes.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import {
  closeTenant,
  erasedTenant,
  type ErasedTenantRow,
  renameTenant,
  restoreTenant,
  runsInstallation,
} from './life_store.ts'
import { tenant, type TenantRow, toTenant } from './store.ts'

const GRACE_MS = 30 * 24 * 60 * 60 * 1000

const example = {
  id: '019a9f3e-7c00-7000-8000-000000000000',
  name: 'Acme',
  log_key: '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=',
  created: '2026-11-22T08:00:00.000Z',
}
const closingExample = {
  ...example,
  closing: '2026-11-22T09:00:00.000Z',
  erase_at: '2026-12-22T09:00:00.000Z',
}

const changeTenant = command({
  id: 'changeTenant',
  method: 'patch',
  path: '/v1/tenant',
  tag: 'Tenants',
  permission: 'tenant.write',
  audit: 'tenant.changed',
  summary: 'Give the tenant another name',
  body: TenantChange,
  reply: Tenant,
  faults: ['conflict'],
  example: { body: { name: 'Acme Ltd' }, reply: { ...example, name: 'Acme Ltd' } },
  async handle({ db, principal, body: { name } }) {
    const row = await own(tenant(db, principal.tenant))
    if (row.name === name) return unchanged(toTenant(row))
    return change({
      writes: [renameTenant(row.id, { from: row.name, to: name })],
      target: row.id,
      reply: () => toTenant({ ...row, name }),
      again: true,
    })
  },
})

const deleteTenant = command({
  id: 'deleteTenant',
  method: 'delete',
  path: '/v1/tenant',
  tag: 'Tenants',
  permission: 'tenant.delete',
  fresh: true,
  twoPerson: 'deletion',
  audit: 'tenant.closed',
  summary: 'Delete the tenant: in 30 days everything of it is erased',
  description:
    'Its name is the confirmation. From now on nobody but its owners gets in, who may read, export and restore; what ' +
    'runs is told to stop, nothing is started, no schedule fires. After 30 days every row of it goes, but for the ' +
    'audit log, which keeps verifying and names nobody. The tenant that the installation was set up with stays.',
  body: TenantDeletion,
  reply: Tenant,
  faults: ['conflict', 'tenant_closing'],
  example: { body: { name: 'Acme' }, reply: closingExample },
  possible: async ({ db, tenant, body }) => void await deletable(db, tenant, body.name),
  async handle({ db, principal, body: { name }, now }) {
    const row = await deletable(db, principal.tenant, name)
    const eraseAt = now + GRACE_MS
    return change({
      writes: closeTenant(row.id, { now, eraseAt }),
      target: row.id,
      facts: { erase_at: new Date(eraseAt).toISOString() },
      reply: () => toTenant({ ...row, closing: now, erase_at: eraseAt }),
    })
  },
})

/** Throws Fault `conflict` for the tenant that the installation was set up with, `InvalidRequest` for another name. */
async function deletable(db: Reader, id: string, name: string): Promise<TenantRow> {
  if (await runsInstallation(db, id)) {
    throw new Fault('conflict', 'The installation was set up with this tenant, which stays.')
  }
  const row = await own(tenant(db, id))
  if (row.name !== name) throw new InvalidRequest([{ at: 'name', message: 'not the name of the tenant' }])
  return row
}

const restoreRoute = command({
  id: 'restoreTenant',
  method: 'post',
  path: '/v1/tenant/restore',
  tag: 'Tenants',
  permission: 'tenant.delete',
  whileClosing: true,
  fresh: true,
  audit: 'tenant.restored',
  summary: 'Take the deletion of the tenant back',
  description:
    'Members get in again and agents get work. Schedules go on from now; what was called off stays so.',
  reply: Tenant,
  faults: ['conflict'],
  example: { reply: example },
  async handle({ db, principal, planId }) {
    const row = await own(tenant(db, principal.tenant))
    if (row.closing === null) return unchanged(toTenant(row))
    return change({
      writes: restoreTenant(row.id, planId),
      target: row.id,
      reply: () => toTenant({ ...row, closing: null, erase_at: null }),
    })
  },
})

const getErased = query({
  id: 'getErasedTenant',
  path: '/v1/erased-tenants',
  tag: 'Tenants',
  permission: 'tenants.create',
  summary: 'What is left of a tenant that was erased',
  description: 'For the operator: when it went, and the end of its audit log with the key that signed it.',
  query: z.strictObject({ tenant: Id }),
  reply: ErasedTenant,
  faults: ['not_found'],
  example: {
    query: { tenant: example.id },
    reply: {
      id: example.id,
      erased: '2026-12-22T09:00:00.000Z',
      log_key: example.log_key,
      size: 12,
      checkpoint: `sallyport/${example.id}\n12\n…\n`,
    },
  },
  async handle({ db, query }) {
    const row = await erasedTenant(db, query.tenant)
    if (row === null) throw new Fault('not_found')
    return toErased(row)
  },
})

function toErased({ id, erased, log_key, size, checkpoint }: ErasedTenantRow): ErasedTenant {
  return { id, erased: new Date(erased).toISOString(), log_key: toBase64(log_key), size, checkpoint }
}

async function own(found: Promise<TenantRow | null>): Promise<TenantRow> {
  const row = await found
  if (row === null) throw new Fault('not_found')
  return row
}

/** `db` reads beyond the tenant of who asks. */
const exportErased = ({ db }: { readonly db: Reader }) =>
  query({
    id: 'exportErasedAudit',
    path: '/v1/erased-tenants/audit',
    tag: 'Tenants',
    permission: 'tenants.create',
    fresh: true,
    summary: 'The audit log of a tenant that was erased, with its last checkpoint, as JSON lines',
    description: 'For the operator. `sallyport audit verify` checks it offline; it names ids and nobody.',
    query: z.strictObject({ tenant: Id }),
    media: 'application/jsonl',
    reply: z.string(),
    faults: ['not_found'],
    example: {
      query: { tenant: example.id },
      reply: leafLine('{"v":1,…}') + checkpointLine(`sallyport/${example.id}\n1\n…\n`),
    },
    async handle({ query }) {
      const row = await erasedTenant(db, query.tenant)
      if (row === null) throw new Fault('not_found')
      return exportStream(db, row.id, row)
    },
  })

export function lifeRoutes(options: { readonly db: Reader }): readonly Route[] {
  return [changeTenant, deleteTenant, restoreRoute, getErased, exportErased(options)]
}
