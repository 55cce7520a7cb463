/**
 * Challenges by which agents show that they hold a sealing key. The edge keeps none of them: the 32 bytes follow, under
 * a key derived from the master key, from who is asked for which key and when, so any instance knows the answer.
 *
 * Nothing that keeps a secret may be decided by the outcome: an edge could claim any agent had proven anything. What it
 * is good for is to tell an honest operator that a new key has arrived, before the old one goes, and to keep records
 * that are passed on out of the hands of agents that could only spoil them.
 */
import { equal, fromBase64, lengthPrefixed, toBase64, utf8 } from '../../shared/bytes.ts'
import type { SealingKey } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import type { Primitives } from '../../shared/seal/primitives.ts'
import { derivedKey, type MasterKeys } from '../db/master_keys.ts'

const PURPOSE = 'possession challenge'
/** An answer counts in the window of its challenge and in the next one. */
const WINDOW_MS = 10 * 60_000

export interface PossessionOptions {
  readonly primitives: Primitives
  readonly master: MasterKeys
}

export interface Asked {
  readonly tenant: string
  /** Agent id. */
  readonly agent: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The challenge for a key, as an envelope in base64. */
export function challengeFor(options: PossessionOptions, asked: Asked, key: SealingKey): string {
  const { primitives, master } = options
  const window = Math.floor(asked.now / WINDOW_MS)
  const plaintext = secretOf(options, {
    ...asked,
    kid: key.kid,
    window,
    version: master.newest,
  }) as Uint8Array
  const { tenant, agent: id } = asked
  const context = {
    tenant,
    project: null,
    type: 'possession',
    id,
    version: 1,
    schema: schemas.possession,
  } as const
  const recipients = [{ suite: key.suite, publicKey: fromBase64(key.public) }]
  return toBase64(seal(primitives, { context, plaintext, recipients }))
}

/** Whether this is what the key's challenge held; compared in constant time. */
export function isAnswer(
  options: PossessionOptions,
  asked: Asked,
  given: { readonly kid: string; readonly answer: string },
): boolean {
  const answer = fromBase64(given.answer)
  const now = Math.floor(asked.now / WINDOW_MS)
  const secrets = [...options.master.keys.keys()].flatMap((version) =>
    [now, now - 1].map((window) => secretOf(options, { ...asked, kid: given.kid, window, version }))
  )
  return secrets.filter((secret) => secret !== null && equal(secret, answer)).length > 0
}

function secretOf(
  { primitives, master }: PossessionOptions,
  of: Asked & { readonly kid: string; readonly window: number; readonly version: number },
): Uint8Array | null {
  const key = derivedKey(primitives, master, { version: of.version, purpose: PURPOSE })
  const parts = [of.tenant, of.agent, of.kid, String(of.window)].map(utf8)
  return key === null ? null : primitives.hmacSha256(key, lengthPrefixed(...parts))
}
