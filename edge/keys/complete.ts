/** What an agent hands back of a batch, looked at record by record. */
import { equal, fromBase64, toHex } from '../../shared/bytes.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { type CompleteRewrap, nameOfRecord, type Rewrapped } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { parseEnvelope } from '../../shared/seal/envelope_bytes.ts'
import { native } from '../primitives.ts'
import { sealedToText } from '../trust/sealed_records.ts'
import { type Requirements, requirementsOf } from './required.ts'
import type { HeldRecord, Swap, Trial } from './rewrap_store.ts'

/** Wrong answers for one record after which it counts as refused: an agent that errs is not asked for ever. */
const MAX_TRIES = 5

/** Codes that are about the agent and what it stands on, when they are given for a whole batch. */
const ownCodes: ReadonlySet<FaultCode> = new Set([
  'kid_missing',
  'ring_mismatch',
  'pin_mismatch',
  'trust_rolled_back',
  'trust_forked',
  'trust_missing',
  'trust_expired',
  'trust_stale',
  'floor_missing',
  'anchor_missing',
  'anchor_rolled_back',
  'release_refused',
  'clock_turned_back',
  'denied',
  'rewrap_stale',
])

export interface Judged {
  /** The agent could do nothing with any of them, for reasons of its own. */
  readonly gaveUp: boolean
  readonly passed: readonly Swap[]
  readonly trials: readonly Trial[]
  readonly counts: { readonly done: number; readonly refused: number; readonly left: number }
}

/**
 * An envelope is taken where its record is in the batch and still what the agent was given, and where the new one is
 * sealed to exactly whom the current trust document says, around the very same body; a body of its own is what a record
 * gets, and has to get, whose data key may have leaked or whose suite changes. What the agent refuses is kept with its code. Everything else
 * waits for another batch, and is refused with `rewrap_refused` when that has happened too often.
 */
export function judge(
  body: CompleteRewrap,
  given: {
    readonly batch: string
    readonly held: readonly HeldRecord[]
    readonly trust: TrustDocument
    /** What is stored of the held ones, by `nameOfRecord`. */
    readonly stored: ReadonlyMap<string, Uint8Array>
  },
): Judged {
  const { trust, stored } = given
  const requirements = requirementsOf(trust)
  const answers = new Map(body.records.map((record) => [nameOfRecord(record), record]))
  const codes = new Map(body.refused.map((record) => [nameOfRecord(record), record.code]))
  const gaveUp = isAboutAgent(body, given.held.length)
  const passed: Swap[] = []
  const trials: Trial[] = []
  for (const held of given.held) {
    const { type, id, version } = held
    const name = nameOfRecord(held)
    const answer = answers.get(name)
    const before = stored.get(name)
    const sealed = answer === undefined || answer.was !== held.hash || before === undefined
      ? null
      : accepted(answer, { audience: held.audience, before, trust, requirements })
    if (sealed !== null) {
      const { audience, hash: was } = held
      passed.push({ ...sealed, type, id, version, was, audience, batch: given.batch })
      continue
    }
    const code = codes.get(name) ?? 'rewrap_refused'
    // By the trust document that the agent knows the record is as it should be: one of the two is behind.
    const behind = code === 'rewrap_stale'
    const counts = held.tries + 1 >= MAX_TRIES || (codes.has(name) && !gaveUp && !behind)
    trials.push({ type, id, version, refused: counts ? code : null })
  }
  const refused = trials.filter((trial) => trial.refused !== null).length
  return { gaveUp, passed, trials, counts: { done: passed.length, refused, left: trials.length - refused } }
}

/** Another agent may well do what this one cannot: its refusals are tries, as wrong answers are. */
function isAboutAgent({ records, refused }: CompleteRewrap, held: number): boolean {
  const [first] = refused
  return first !== undefined && records.length === 0 && refused.length === held &&
    ownCodes.has(first.code) && refused.every(({ code }) => code === first.code)
}

/** Null for what is no envelope, one to others, or one around another body than it has to be. */
function accepted(
  { sealed }: Rewrapped,
  { audience, before, trust, requirements }: {
    readonly audience: string
    readonly before: Uint8Array
    readonly trust: TrustDocument
    readonly requirements: Requirements
  },
): Pick<Swap, 'sealedTo' | 'hash' | 'envelope'> | null {
  const envelope = fromBase64(sealed)
  try {
    const sealedTo = sealedToText(describeEnvelope(envelope))
    if (sealedTo !== requirements.of(audience)?.sealedTo) return null
    if (isSameBody(before, envelope) === hasToBeResealed(before, { trust, sealedTo })) return null
    return { sealedTo, hash: toHex(native.sha256(envelope)), envelope }
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

/** Salt, commitment and chunks: what a rewrap keeps to the byte. */
function isSameBody(before: Uint8Array, after: Uint8Array): boolean {
  return equal(parseEnvelope(before).body, parseEnvelope(after).body)
}

/** The agents' own rule: a data key that may have leaked is not passed on, nor one from suite to suite. */
function hasToBeResealed(
  before: Uint8Array,
  { trust, sealedTo }: { readonly trust: TrustDocument; readonly sealedTo: string },
): boolean {
  const { suite, kids } = describeEnvelope(before)
  return !sealedTo.startsWith(`${suite}:`) ||
    trust.sealing_keys.some(({ kid, state }) => state === 'compromised' && kids.includes(kid))
}
