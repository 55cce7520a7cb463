import type { Principal } from './principal.ts'

/** Looks on while requests are refused and answered: what stands out is a security event. Never waits, never throws. */
export interface Watch {
  /** The principal was refused for want of a right. */
  refused(principal: Principal): void
  /** The principal got an answer; `further` is true for every page of a list but its first. */
  answered(principal: Principal, asked: { readonly further: boolean }): void
}
