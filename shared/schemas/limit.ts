/** Limits of how many runs agents have in hand at once, and what waits for them. */
import { z } from 'zod'
import { Count, Id, Name, Time } from './fields.ts'

/** What a limit is of. */
export const LimitOf = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tenant') }),
  z.strictObject({ kind: z.literal('pool'), pool: Name }),
  z.strictObject({ kind: z.literal('pipeline'), pipeline_id: Id }),
  z.strictObject({ kind: z.literal('connection'), connection_id: Id }),
]).meta({ id: 'LimitOf' })
export type LimitOf = z.infer<typeof LimitOf>

const Runs = z.int().min(1).max(1_000_000)

export const PutLimit = z.strictObject({ of: LimitOf, runs: Runs })

/** `held`: how many runs agents have in hand now; more than `runs` where the limit was set lower than that. */
export const Limit = z.object({ of: LimitOf, runs: Runs, held: Count, updated: Time }).meta({ id: 'Limit' })
export type Limit = z.infer<typeof Limit>
