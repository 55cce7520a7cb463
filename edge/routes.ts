/** Every route of every room. What is not in this list is not served. */
import type { Grantor } from './access/grantor.ts'
import { accessRoutes } from './access/routes.ts'
import { joinRoutes } from './agents/join_routes.ts'
import type { Presence } from './agents/presence.ts'
import { agentRoutes } from './agents/routes.ts'
import { agentSelfRoutes } from './agents/self_routes.ts'
import { logKeyRoutes } from './audit/log_key_routes.ts'
import { auditRoutes } from './audit/routes.ts'
import type { TenantLogs } from './audit/tenant_log.ts'
import type { People } from './auth/people.ts'
import { factorRoutes } from './auth/factors/routes.ts'
import { deviceApprovalRoutes } from './auth/devices/approval_routes.ts'
import { deviceRoutes } from './auth/devices/routes.ts'
import { signInByProvider } from './auth/providers/options.ts'
import { byProviderRoutes } from './auth/providers/routes.ts'
import { accountRoutes } from './auth/accounts/account_routes.ts'
import { registerRoutes } from './auth/accounts/register_routes.ts'
import { signInRoutes } from './auth/accounts/sign_in_routes.ts'
import { authRoutes } from './auth/routes.ts'
import { sessionRoutes } from './auth/sessions/routes.ts'
import { erasing } from './tenants/erasure.ts'
import { ruleRoutes } from './auth/rules/routes.ts'
import { dropSessionsOfMember } from './auth/sessions/sessions.ts'
import { tokenRoutes } from './auth/tokens/routes.ts'
import { connectionRoutes } from './connections/routes.ts'
import type { Reader } from './db/database.ts'
import type { Metrics } from './http/metrics.ts'
import { operationRoutes } from './http/operation.ts'
import type { Route } from './http/route.ts'
import { agentInspectionRoutes } from './inspections/agent_routes.ts'
import type { Inspections } from './inspections/inspections.ts'
import { inspectionRoutes } from './inspections/routes.ts'
import { keyAgentRoutes } from './keys/agent_routes.ts'
import { rewrapRoutes } from './keys/rewrap_routes.ts'
import type { Rewraps } from './keys/rewraps.ts'
import { keyRoutes } from './keys/routes.ts'
import { pipelineRoutes } from './pipelines/routes.ts'
import { agentRunRoutes } from './runs/agent_routes.ts'
import { labelRoutes } from './runs/label_routes.ts'
import type { Briefings } from './runs/briefing.ts'
import type { Queue } from './runs/queue.ts'
import { queueRoutes } from './runs/queue_routes.ts'
import { runLogRoutes } from './runs/log_routes.ts'
import { runRoutes } from './runs/routes.ts'
import type { Stops } from './runs/stops.ts'
import type { Waiting } from './runs/waiting.ts'
import { scheduleRoutes } from './schedules/routes.ts'
import { placeForMember } from './tenants/quotas.ts'
import { tenantRoutes } from './tenants/routes.ts'
import type { Newest } from './trust/newest.ts'
import { trustRoutes } from './trust/routes.ts'
import type { Failures } from './webhooks/failures.ts'
import { webhookRoutes } from './webhooks/routes.ts'
import type { EdgeOptions } from './wiring.ts'

export interface RoomOptions extends EdgeOptions {
  readonly db: Reader
  readonly logs: TenantLogs
  readonly metrics: Metrics
  readonly people: People
  readonly grantor: Grantor
  readonly newest: Newest
  readonly rewraps: Rewraps
  readonly inspections: Inspections
  readonly queue: Queue
  readonly stops: Stops
  readonly waiting: Waiting
  readonly presence: Presence
  readonly drained: (agent: string) => void
  readonly briefings: Briefings
  readonly failures: Failures
}

export function routes(options: RoomOptions): readonly Route[] {
  const all: readonly Route[] = allRoutes(
    options,
    (id) => all.find((route) => route.id === id)?.summary ?? id,
  )
  return all
}

function allRoutes(options: RoomOptions, summaryOf: (operation: string) => string): readonly Route[] {
  const auth = { ...options, erasing }
  return [
    ...operationRoutes(options),
    ...auditRoutes(options.logs),
    ...logKeyRoutes(options),
    ...accessRoutes({
      summaryOf,
      rightsChanged: ({ tenant, id }, { members, now }) =>
        members.filter((member) => member !== id).map((member) =>
          dropSessionsOfMember({ tenant, member }, 'role_changed', now)
        ),
    }),
    ...authRoutes,
    ...registerRoutes(auth),
    ...signInRoutes(auth),
    ...sessionRoutes(auth),
    ...accountRoutes(auth),
    ...factorRoutes({ ...options, ...options.people }),
    ...tokenRoutes,
    ...deviceRoutes(options),
    ...deviceApprovalRoutes(options),
    ...byProviderRoutes(signInByProvider({ ...options, placeFor: placeForMember })),
    ...ruleRoutes,
    ...tenantRoutes(options),
    ...trustRoutes(options),
    ...keyRoutes,
    ...rewrapRoutes(options.rewraps),
    ...keyAgentRoutes(options),
    ...agentRoutes({ ...options, randomBytes: options.primitives.randomBytes }),
    ...joinRoutes(options),
    ...agentSelfRoutes(options.logs),
    ...connectionRoutes,
    ...inspectionRoutes(options.inspections),
    ...agentInspectionRoutes(options.inspections),
    ...pipelineRoutes,
    ...runRoutes(options),
    ...labelRoutes(options),
    ...agentRunRoutes(options),
    ...runLogRoutes(options.queue),
    ...queueRoutes(options.queue),
    ...scheduleRoutes,
    ...webhookRoutes(options),
  ]
}
