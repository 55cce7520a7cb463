import type { FaultCode } from '../../shared/faults.ts'
import type { Permission, Role } from '../../shared/permissions.ts'
import type { AgentState } from '../../shared/schemas/agent.ts'

/** A person or a machine with an API token. */
export interface MemberPrincipal {
  readonly kind: 'member'
  readonly tenant: string
  /** Member id. */
  readonly id: string
  readonly token: string
  readonly role: Role
  /** What the role holds, cut down to the token's scopes. */
  readonly permissions: ReadonlySet<Permission>
  /** True when the token has scopes of its own. */
  readonly scoped: boolean
}

/** An enrolled agent that signed its request. */
export interface AgentPrincipal {
  readonly kind: 'agent'
  readonly tenant: string
  /** Agent id. */
  readonly id: string
  readonly pool: string
  readonly state: AgentState
}

export type Principal = MemberPrincipal | AgentPrincipal

/** What an agent needs to be: known, whatever its state, or approved by a person. */
export type AgentPermission = 'agent:enrolled' | 'agent:approved'

/** `member:any`: any member with a valid token. */
export type RoutePermission = Permission | 'member:any' | AgentPermission

export function isAgentPermission(permission: string): permission is AgentPermission {
  return permission.startsWith('agent:')
}

/** Whether the principal may; a member never passes an agent's route nor the other way round. */
export function allows(principal: Principal, permission: RoutePermission): boolean {
  if (principal.kind === 'member') {
    return !isAgentPermission(permission) &&
      (permission === 'member:any' || principal.permissions.has(permission))
  }
  return permission === 'agent:enrolled' ||
    (permission === 'agent:approved' && principal.state === 'approved')
}

/** Why `allows` said no. */
export function refusalOf(principal: Principal): FaultCode {
  if (principal.kind === 'agent' && principal.state === 'pending') return 'agent_not_approved'
  return principal.kind === 'agent' && principal.state === 'revoked' ? 'agent_revoked' : 'forbidden'
}

/** A request as an authenticator sees it. `body` reads at most what the route takes, once. */
export interface Incoming {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  body(): Promise<Uint8Array>
}

/** Finds out who asks; null when nobody valid does. Throws Fault `unavailable` when it cannot find out. */
export type Authenticator<P extends Principal> = (request: Incoming) => Promise<P | null>

/** The credentials of an `Authorization: Bearer` header, or null. RFC 6750 section 2.1. */
export function bearer(headers: Headers): string | null {
  const match = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')
  return match?.[1] ?? null
}
