import type { Storage } from '../db/storage.ts'
import type { Step } from '../db/plan.ts'
import type { People } from './people.ts'

/** What the routes of signing in are made with. */
export interface AuthOptions {
  readonly people: People
  readonly storage: Storage
  /** Without a trailing slash. */
  readonly publicUrl: string
  /** How a member leaves a tenant, which a room further down knows. */
  readonly leave: (tenant: string, member: string, now: number) => readonly Step[]
}
