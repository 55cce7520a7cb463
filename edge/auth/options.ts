import type { Storage } from '../db/storage.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { People } from './people.ts'

/** What the routes of signing in are made with. */
export interface AuthOptions {
  readonly people: People
  readonly storage: Storage
  /** Without a trailing slash. */
  readonly publicUrl: string
  /** What takes a member out of a tenant for good and erases them there, which a room further down knows. */
  readonly erasing: (
    db: Reader,
    member: { readonly tenant: string; readonly id: string },
    now: number,
  ) => Promise<{ readonly steps: readonly Step[]; readonly names: number }>
}
