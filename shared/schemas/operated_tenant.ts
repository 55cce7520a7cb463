/** Tenants as the operator of an installation sees them: how much there is, and nothing of what it is. */
import { z } from 'zod'
import { Count, Id, Line, Time } from './fields.ts'

export const TenantUsage = z.object({
  members: Count.meta({ description: 'Active and invited ones.' }),
  agents: Count.meta({ description: 'Pending and approved ones.' }),
  connections: Count,
  pipelines: Count,
  runs_today: Count.meta({ description: 'Made since midnight, UTC.' }),
  runs_waiting: Count,
}).meta({ id: 'TenantUsage' })

export const quotaNames = [
  'members',
  'agents',
  'connections',
  'pipelines',
  'runs_per_day',
  'runs_waiting',
  'log_bytes_per_day',
] as const
export type QuotaName = (typeof quotaNames)[number]

/** How many a tenant may have; of what is left out as many as it likes. */
export const Quotas = z.strictObject({
  members: Count.optional(),
  agents: Count.optional(),
  connections: Count.optional(),
  pipelines: Count.optional(),
  runs_per_day: Count.optional().meta({ description: 'Made in a UTC day, by whatever trigger.' }),
  runs_waiting: Count.max(10_000).optional().meta({ description: 'At a time.' }),
  log_bytes_per_day: Count.optional().meta({
    description: 'Bytes of sealed logs that agents hand over in a UTC day. A run goes on without.',
  }),
}).meta({ id: 'Quotas' })
export type Quotas = z.infer<typeof Quotas>

export const TenantQuotas = z.strictObject({ tenant: Id, quotas: Quotas }).meta({ id: 'TenantQuotas' })

export const OperatedTenant = z.object({
  id: Id,
  name: Line,
  created: Time,
  closing: Time.optional().meta({ description: 'When its deletion was asked for.' }),
  suspended: Time.optional().meta({ description: 'Since when its members and agents are kept out.' }),
  usage: TenantUsage,
  quotas: Quotas,
}).meta({ id: 'OperatedTenant' })
export type OperatedTenant = z.infer<typeof OperatedTenant>
