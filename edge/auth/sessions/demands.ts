/** What a tenant asks of who signs in to it; its rules say so (`edge/auth/rules`). */
import type { Gap } from '../rules/judge.ts'
import { type SessionLimits, type SignInMethod, usualLimits } from './sessions.ts'

/** Who wants to use a tenant, and how they have shown who they are. */
export interface Applicant {
  /** `emailKey` of their address. */
  readonly email: string
  readonly methods: readonly SignInMethod[]
}

export interface Demands {
  readonly limits: SessionLimits
  /** What they have not shown and it asks for; empty: they are let in. */
  readonly lacks: (who: Applicant) => readonly Gap[]
}

/** The demands of one tenant, read when they are needed: they count from the next request on. */
export type DemandsOf = (tenant: string) => Promise<Demands>

/** A tenant that asks for nothing in particular. */
export const noDemands: Demands = { limits: usualLimits, lacks: () => [] }
