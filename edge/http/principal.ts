import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Permission } from '../../shared/permissions.ts'
import type { AgentState } from '../../shared/schemas/agent.ts'
import type { Client } from './client.ts'
import type { Grants } from './grants.ts'

/** What a member's request was signed in by. */
export type By =
  | {
    readonly kind: 'token'
    readonly id: string
    readonly sort: 'personal' | 'service' | 'device'
    /** When a person last confirmed it by passkey or code, in ms; null: never. */
    readonly fresh: number | null
  }
  | {
    readonly kind: 'session'
    readonly id: string
    readonly account: string
    readonly fresh: number | null
  }

/** A person or a machine as a member of one tenant. */
export interface MemberPrincipal {
  readonly kind: 'member'
  readonly tenant: string
  /** Member id. */
  readonly id: string
  readonly by: By
  /** What the member's roles hold and where, cut down to a token's scopes. */
  readonly grants: Grants
  /** True when the token has scopes of its own. */
  readonly scoped: boolean
  /** True while the tenant waits to be erased: its owners get in, to read and to restore it. */
  readonly closing: boolean
}

/** A person at this installation, signed in in a browser; whatever they are in tenants. */
export interface AccountPrincipal {
  readonly kind: 'account'
  readonly account: string
  readonly session: string
  /** The tenant that the session has chosen. */
  readonly tenant: string | null
  /** When they last confirmed by passkey or code, in ms; null: never. */
  readonly fresh: number | null
}

/** An enrolled agent that signed its request. */
export interface AgentPrincipal {
  readonly kind: 'agent'
  readonly tenant: string
  /** Agent id. */
  readonly id: string
  readonly pool: string
  readonly state: AgentState
  /** What it speaks: PROTOCOL_VERSION, or the one before. */
  readonly protocol: number
  /** It is handed no work. */
  readonly draining: boolean
}

export type Principal = MemberPrincipal | AccountPrincipal | AgentPrincipal

/** Of whoever asks, by whatever token or session. */
export function idOf(principal: Principal): string {
  return principal.kind === 'account' ? principal.account : principal.id
}

/** What an agent needs to be: known, whatever its state, or approved by a person. */
export type AgentPermission = 'agent:enrolled' | 'agent:approved'

/**
 * `member:any`: any member, by token or by a session that has chosen the tenant; `account:any`: any person with a
 * session.
 */
export type RoutePermission = Permission | 'member:any' | 'account:any' | AgentPermission

export function isAgentPermission(permission: string): permission is AgentPermission {
  return permission.startsWith('agent:')
}

/** Whether the principal may, somewhere; nobody passes the route of another kind of principal. */
export function allows(principal: Principal, permission: RoutePermission): boolean {
  if (principal.kind === 'account') return permission === 'account:any'
  if (principal.kind === 'agent') {
    return permission === 'agent:enrolled' ||
      (permission === 'agent:approved' && principal.state === 'approved')
  }
  if (isAgentPermission(permission) || permission === 'account:any') return false
  return permission === 'member:any' || principal.grants.anywhere.has(permission)
}

/** Why `allows` said no. */
export function refusalOf(principal: Principal): FaultCode {
  if (principal.kind === 'agent' && principal.state === 'pending') return 'agent_not_approved'
  return principal.kind === 'agent' && principal.state === 'revoked' ? 'agent_revoked' : 'forbidden'
}

/** `forbidden` that says which permission it takes: the table of them is public, so that nobody learns more by it. */
export function lacking(permission: RoutePermission): Fault {
  if (isAgentPermission(permission)) return new Fault('forbidden', 'Agents alone may do this.')
  if (permission === 'account:any') {
    return new Fault('forbidden', 'A person’s session in a browser alone may do this.')
  }
  if (permission === 'member:any') return new Fault('forbidden')
  return new Fault(
    'forbidden',
    `Your roles or the scope of your token do not allow this: it needs ${permission}.`,
  )
}

/** How old the last passkey or code may be where a route asks for a fresh one. ASVS 5.0, 7.5.3. */
export const FRESH_MS = 5 * 60_000

/** Whether a person confirmed just now; tokens of programs are exempt, since making one needed that. */
export function isFresh(principal: Principal, now: number): boolean {
  if (principal.kind === 'agent') return true
  if (principal.kind === 'member' && principal.by.kind === 'token' && principal.by.sort !== 'device') {
    return true
  }
  const fresh = principal.kind === 'member' ? principal.by.fresh : principal.fresh
  return fresh !== null && now - fresh <= FRESH_MS
}

/** A request as an authenticator sees it. `body` reads at most what the route takes, once. */
export interface Incoming {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly client: Client
  body(): Promise<Uint8Array>
}

/** Finds out who asks; null when nobody valid does. Throws Fault `unavailable` when it cannot find out. */
export type Authenticator<P extends Principal> = (request: Incoming) => Promise<P | null>

/** Who a session's cookie stands for. */
export interface SignedIn {
  readonly account: AccountPrincipal
  /** As a member of the tenant that it has chosen; or why not: `forbidden` when it has chosen none. */
  readonly member: MemberPrincipal | Fault
}

/** By the value of the session's cookie; null when it is unknown, has ended or was revoked. */
export type SessionAuthenticator = (cookie: string, request: Incoming) => Promise<SignedIn | null>

/** The credentials of an `Authorization: Bearer` header, or null. RFC 6750 section 2.1. */
export function bearer(headers: Headers): string | null {
  const match = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')
  return match?.[1] ?? null
}
