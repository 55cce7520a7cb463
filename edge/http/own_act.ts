/** What the edge does of its own accord, because a time has come: with an audit entry like everybody else's act. */
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { type Change, change } from './change.ts'
import { freshIdentity, planOf } from './entry.ts'

export interface OwnActOptions {
  readonly storage: Storage
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

/** Resolves once it is durable. Throws the Fault of an expectation that failed, `unavailable`, `internal`. */
export async function actAsEdge(
  { storage, clock, randomBytes }: OwnActOptions,
  act: {
    readonly tenant: string
    readonly action: string
    readonly target: string
    readonly facts: NonNullable<Change<null>['facts']>
    readonly writes: readonly Step[]
  },
): Promise<void> {
  const { tenant, action, ...rest } = act
  const now = clock()
  const entry = { tenant, actor: { kind: 'edge' }, action, now } as const
  const decided = change({ ...rest, reply: () => null })
  await storage.write(planOf(decided, { identity: freshIdentity(now, randomBytes), entry, randomBytes }))
}
