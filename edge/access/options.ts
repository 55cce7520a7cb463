import type { Step } from '../db/plan.ts'
import type { MemberPrincipal } from '../http/principal.ts'

export interface AccessOptions {
  /** Steps that end the sessions of members whose rights a plan changes; the one who changes them goes on. */
  readonly rightsChanged: (
    principal: MemberPrincipal,
    changed: { readonly members: readonly string[]; readonly now: number },
  ) => readonly Step[]
  /** What an operation does, in words: its summary; its id where it is none of ours any more. */
  readonly summaryOf: (operation: string) => string
}
