/** Sealing keys as the API shows them, what agents prove of them, and the receipts of agents. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Count, Hash, Id, Key, KeyId, Name, Suite, Time, Version } from './fields.ts'
import { SealingKeyState } from './trust_document.ts'

/** A sealing key of the current trust document. */
export const KeySummary = z.object({
  kid: KeyId,
  suite: Suite,
  pool: Name,
  state: SealingKeyState,
  since: Time.meta({ description: 'When the first trust document that lists it was issued.' }),
  age_days: Count.meta({ description: 'Whole days since then: what a reminder to rotate goes by.' }),
  records: Count.meta({ description: 'Stored versions of records that are sealed to it.' }),
  by_type: z.object({ connection: Count, pipeline: Count, policy: Count, log: Count }),
  holders: z.array(z.object({ agent: Id, proven: Time })).meta({
    description: 'Agents that have opened something sealed to it, and when they last did.',
  }),
}).meta({ id: 'KeySummary' })
export type KeySummary = z.infer<typeof KeySummary>

/**
 * `sealed` is an envelope whose plaintext is 32 random bytes, in the context (tenant, no project, `possession`, id of
 * the agent, version 1, `possession/1`).
 */
export const PossessionChallenge = z.object({ kid: KeyId, sealed: Base64 }).meta({
  id: 'PossessionChallenge',
})

export const PossessionChallenges = z.object({ challenges: z.array(PossessionChallenge) })
export type PossessionChallenges = z.infer<typeof PossessionChallenges>

/** `answer` is the plaintext, base64. A key that the agent does not hold is left out. */
export const AnswerPossession = z.strictObject({
  answers: z.array(z.strictObject({ kid: KeyId, answer: Key })).min(1).max(256)
    .refine(
      (answers) => new Set(answers.map(({ kid }) => kid)).size === answers.length,
      'a key stands there twice',
    ),
})
export type AnswerPossession = z.infer<typeof AnswerPossession>

export const ProvenKeys = z.object({ proven: z.array(KeyId) })

export const HandInReceipt = z.strictObject({ receipt: Dsse })
export type HandInReceipt = z.infer<typeof HandInReceipt>

/** False when a newer one was there already. */
export const ReceiptKept = z.object({ kept: z.boolean() })

/** The newest receipt of an agent. What counts is inside `receipt`, which the pool key signed: verify it. */
export const ReceiptRecord = z.object({
  agent: Id,
  pool: Name,
  trust: z.object({ version: Version, hash: Hash }),
  issued: Time,
  received: Time,
  receipt: Dsse,
}).meta({ id: 'ReceiptRecord' })
export type ReceiptRecord = z.infer<typeof ReceiptRecord>
