import type { FaultCode } from '../../shared/faults.ts'
import type { Client } from './client.ts'
import type { Principal } from './principal.ts'
import type { Route } from './route.ts'

/** A request that was refused, by whomever. */
export interface Refusal {
  readonly route: Pick<Route, 'id' | 'kind' | 'permission' | 'params'>
  readonly code: FaultCode
  /** Null: it was refused before anybody knew who asks. */
  readonly principal: Principal | null
  readonly client: Client
  readonly headers: Headers
}

/** Looks on while requests are refused and answered: what stands out is a security event. Never waits, never throws. */
export interface Watch {
  /** The principal was refused for want of a right. */
  refused(principal: Principal): void
  /** The principal got an answer; `further` is true for every page of a list but its first. */
  answered(principal: Principal, asked: { readonly further: boolean }): void
  /** A request was refused, for whatever reason. */
  turnedAway(refusal: Refusal): void
}
