/**
 * The operator's plane: how much each tenant of the installation has, and keeping one out. It shows numbers and a name;
 * nothing sealed, signed or logged is within its reach. What it does stands in the log of the tenant that it does it to.
 */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { OperatedTenant, quotaNames, TenantQuotas } from '../../shared/schemas/operated_tenant.ts'
import { change } from '../http/change.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { runsInstallation } from './life_store.ts'
import { agentsOf, operatedTenant, operatedTenants, resumeTenant, suspendTenant } from './operator_store.ts'
import { setQuotas } from './quotas.ts'

const acrossTenants = 'the operator looks after every tenant of the installation'
/** In the body, so that the path says nothing of whose it is. */
const body = z.strictObject({ tenant: Id }).meta({ id: 'OfTenant' })

const example: OperatedTenant = {
  id: '019a9f3e-7c00-7000-8000-000000000000',
  name: 'Acme',
  created: '2026-11-22T08:00:00.000Z',
  usage: { members: 12, agents: 3, connections: 8, pipelines: 20, runs_today: 480, runs_waiting: 2 },
  quotas: { members: 20 },
}

const list = query({
  id: 'listTenants',
  path: '/v1/tenants',
  tag: 'Tenants',
  permission: 'tenants.operate',
  acrossTenants,
  summary: 'Every tenant of the installation, and how much it has, by id',
  description: 'For the operator. It shows nothing of what a tenant has but how many.',
  query: z.strictObject({ ...pageShape, tenant: Id.optional().meta({ description: 'This one alone.' }) }),
  reply: pageOf(OperatedTenant),
  example: { reply: { data: [example] } },
  async handle({ db, query, now }) {
    const { after, take, limit } = window(query)
    const rows = await operatedTenants(db, { after, take, now, tenant: query.tenant ?? null })
    return paged(rows, { limit, key: ({ id }) => id, item: (row) => row })
  },
})

/** `drained` answers the polls of an agent that wait here. */
const suspend = ({ drained }: OperatorOptions) =>
  command({
    id: 'suspendTenant',
    method: 'post',
    path: '/v1/tenants/suspend',
    tag: 'Tenants',
    permission: 'tenants.operate',
    acrossTenants,
    fresh: true,
    audit: 'tenant.suspended',
    summary: 'Keep the members and agents of a tenant out',
    description:
      'They are answered 403 `tenant_suspended` from the next request on. Its runs stay as they are: what waits goes ' +
      'on waiting, what an agent works at is given up by it. No schedule fires and no webhook starts anything. The ' +
      'tenant that the installation was set up with cannot be suspended.',
    body,
    reply: OperatedTenant,
    faults: ['not_found', 'conflict'],
    example: { body: { tenant: example.id }, reply: { ...example, suspended: '2026-11-22T09:00:00.000Z' } },
    async handle({ db, body: { tenant: id }, now }) {
      const found = await operatedTenant(db, id, now)
      if (found === null) throw new Fault('not_found')
      if (await runsInstallation(db, id)) {
        throw new Fault('conflict', 'The installation was set up with this tenant, which stays.')
      }
      const agents = await agentsOf(db, id)
      return change({
        writes: [suspendTenant(id, now)],
        alsoIn: [id],
        target: id,
        reply: () => ({ ...found, suspended: new Date(now).toISOString() }),
        committed: () => agents.forEach(drained),
      })
    },
  })

const resume = command({
  id: 'resumeTenant',
  method: 'post',
  path: '/v1/tenants/resume',
  tag: 'Tenants',
  permission: 'tenants.operate',
  acrossTenants,
  fresh: true,
  audit: 'tenant.resumed',
  summary: 'Let the members and agents of a suspended tenant in again',
  description: 'Schedules go on from now; what they missed is not made up for.',
  body,
  reply: OperatedTenant,
  faults: ['not_found', 'conflict'],
  example: { body: { tenant: example.id }, reply: example },
  async handle({ db, body: { tenant: id }, now }) {
    const found = await operatedTenant(db, id, now)
    if (found === null) throw new Fault('not_found')
    const { suspended: _, ...resumed } = found
    return change({
      writes: [resumeTenant(id)],
      alsoIn: [id],
      target: id,
      reply: () => resumed,
    })
  },
})

const setTenantQuotas = command({
  id: 'setTenantQuotas',
  method: 'put',
  path: '/v1/tenants/quotas',
  tag: 'Tenants',
  permission: 'tenants.operate',
  acrossTenants,
  fresh: true,
  audit: 'tenant.quotas_changed',
  summary: 'Say how many members, agents, connections, pipelines, runs and logs a tenant may have',
  description:
    'All of them at once: what is left out has no limit, as all have until somebody says so. What a tenant has beyond ' +
    'it stays; what would be one more is refused with 403 `quota_reached`. A fire time for which there is no room passes, ' +
    'and a run whose log is refused goes on.',
  body: TenantQuotas,
  reply: OperatedTenant,
  faults: ['not_found'],
  example: { body: { tenant: example.id, quotas: { members: 20 } }, reply: example },
  async handle({ db, principal, body: { tenant: id, quotas }, now }) {
    const found = await operatedTenant(db, id, now)
    if (found === null) throw new Fault('not_found')
    return change({
      writes: setQuotas(id, quotas),
      alsoIn: id === principal.tenant ? [] : [id],
      target: id,
      facts: Object.fromEntries(quotaNames.map((what) => [what, quotas[what] ?? null])),
      reply: () => ({ ...found, quotas }),
    })
  },
})

export interface OperatorOptions {
  readonly drained: (agent: string) => void
}

export function operatorRoutes(options: OperatorOptions): readonly Route[] {
  return [list, suspend(options), resume, setTenantQuotas]
}
