/** What a connection has and lacks, as an agent found it: sealed to the readers of its project, never in the clear. */
import { z } from 'zod'
import { Count, Time } from './fields.ts'
import { Code } from './run.ts'

/** `test` asks whether a connection works, `discover` what streams it has. */
export const InspectAction = z.enum(['test', 'discover'])
export type InspectAction = z.infer<typeof InspectAction>

/** What the connection is wanted for. */
export const Direction = z.enum(['read', 'write'])
export type Direction = z.infer<typeof Direction>

const Words = z.string().max(8_192)

/** One thing that was looked at. Without a code it is as it has to be. */
export const Check = z.strictObject({
  what: Words,
  code: Code.nullable(),
  /** What the connector says about it; never a driver's words. */
  said: Words.nullable(),
  /** What mends it: a statement where there is one. */
  remedy: Words.nullable(),
})
export type Check = z.infer<typeof Check>

export const CatalogueColumn = z.strictObject({
  name: z.string(),
  /** As `cast` spells it; `other` for what is carried as its text. */
  type: z.string(),
  /** As the source spells it. */
  native: z.string(),
  nullable: z.boolean(),
  generated: z.literal(true).optional(),
})

export const CatalogueStream = z.strictObject({
  name: z.string(),
  columns: z.array(CatalogueColumn),
  key: z.array(z.string()),
  /** As the source's own statistics have it; null where it has none. */
  estimated_rows: z.number().min(0).nullable(),
  estimated_bytes: z.number().min(0).nullable(),
})
export type CatalogueStream = z.infer<typeof CatalogueStream>

export const TestResult = z.strictObject({
  action: z.literal('test'),
  at: Time,
  direction: Direction,
  checks: z.array(Check),
})
export type TestResult = z.infer<typeof TestResult>

export const DiscoverResult = z.strictObject({
  action: z.literal('discover'),
  at: Time,
  streams: z.array(CatalogueStream),
  /** Streams that fit, and did not fit in here any more. */
  left_off: Count,
  /** Streams that are there, and that the policy lets nobody read. */
  withheld: Count,
})
export type DiscoverResult = z.infer<typeof DiscoverResult>

/** What is sealed. */
export const CatalogueBody = z.discriminatedUnion('action', [TestResult, DiscoverResult])
export type CatalogueBody = z.infer<typeof CatalogueBody>
