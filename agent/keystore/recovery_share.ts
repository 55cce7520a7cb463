/**
 * The private half of a recovery key, split among several people (Shamir, over GF(256)), and a share as it is printed
 * or kept in a file: lines of text that a person can also type in.
 */
import { combine, split } from 'shamir-secret-sharing'
import { concat, equal, fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Id, KeyId, type Suite, Version } from '../../shared/schemas/fields.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { newPrivateKey, publicKeyOf } from '../../shared/seal/suites.ts'
import { native } from '../primitives.ts'
import { bytesOfWords, wordOf } from '../trust/fingerprint.ts'

/** The private half is 32 bytes; a share has one more, which tells it from the others. */
const SHARE_BYTES = 33
const CHECK_BYTES = 4
const WORDS_A_LINE = 8

/** One person's share. */
export interface Share {
  readonly tenant: string
  /** Key id of the recovery key. */
  readonly kid: string
  readonly suite: Suite
  /** From 1. */
  readonly number: number
  readonly shares: number
  readonly threshold: number
  readonly bytes: Uint8Array
}

export interface RecoveryKey {
  readonly kid: string
  readonly suite: Suite
  /** Base64. */
  readonly public: string
  readonly shares: readonly Share[]
}

/** A new key of which only the shares are left: any `threshold` of them make it again. */
export async function makeRecoveryKey(
  { tenant, suite, shares, threshold }: Pick<Share, 'tenant' | 'suite' | 'shares' | 'threshold'>,
): Promise<RecoveryKey> {
  const secret = newPrivateKey(native)
  const publicKey = publicKeyOf(native, suite, secret)
  const kid = keyId(native, publicKey)
  const parts = await split(secret, shares, threshold)
  secret.fill(0)
  return {
    kid,
    suite,
    public: toBase64(publicKey),
    shares: parts.map((bytes, at) => ({ tenant, kid, suite, number: at + 1, shares, threshold, bytes })),
  }
}

/** Over everything that the share says, so that a slip of the pen is found before anything is tried. */
function checkOf({ tenant, kid, suite, number, shares, threshold, bytes }: Share): Uint8Array {
  const words = ['sallyport recovery share v1', tenant, kid, suite, number, shares, threshold]
  return native.sha256(concat(utf8(words.join('\n') + '\n'), bytes)).slice(0, CHECK_BYTES)
}

/** The share as lines of text; its bytes and four more that check it stand there as words. */
export function shareText(share: Share): string {
  const { tenant, kid, suite, number, shares, threshold, bytes } = share
  const words = [...concat(bytes, checkOf(share))].map(wordOf)
  const lines = words.flatMap((_, at) =>
    at % WORDS_A_LINE === 0 ? [`  ${words.slice(at, at + WORDS_A_LINE).join(' ')}`] : []
  )
  return [
    `Sallyport recovery share ${number} of ${shares}; any ${threshold} of them open the ring.`,
    `tenant  ${tenant}`,
    `key     ${kid}`,
    `suite   ${suite}`,
    'words',
    ...lines,
    '',
  ].join('\n')
}

const shape = new RegExp(
  '^Sallyport recovery share (\\d+) of (\\d+); any (\\d+) of them open the ring\\.\\s+tenant\\s+(\\S+)\\s+' +
    'key\\s+(\\S+)\\s+suite\\s+([12])\\s+words\\s+([a-z\\s]+)$',
)

/** Throws `recovery_refused`, which names `place` and says what is wrong. */
export function parseShare(text: string, place: string): Share {
  const refuse = (why: string) => new Fault('recovery_refused', `${place} ${why}`)
  const match = shape.exec(text.trim())
  if (match === null) throw refuse('is no recovery share.')
  const [, number, shares, threshold, tenant, kid, suite, words] = match as unknown as string[]
  const bytes = bytesOfWords((words as string).trim().split(/\s+/))
  if (bytes === null || bytes.length !== SHARE_BYTES + CHECK_BYTES) {
    throw refuse(`has not the ${SHARE_BYTES + CHECK_BYTES} words of a share.`)
  }
  const share: Share = {
    tenant: tenant as string,
    kid: kid as string,
    suite: Number(suite) as Suite,
    number: Number(number),
    shares: Number(shares),
    threshold: Number(threshold),
    bytes: bytes.slice(0, SHARE_BYTES),
  }
  const shaped = Id.safeParse(share.tenant).success && KeyId.safeParse(share.kid).success &&
    [share.number, share.shares, share.threshold].every((one) => Version.safeParse(one).success)
  if (!shaped || !equal(checkOf(share), bytes.slice(SHARE_BYTES))) {
    throw refuse('has a wrong checksum: a word or a number of it is not as it was printed.')
  }
  return share
}

/**
 * The private half, from at least `threshold` different shares of one key. Throws `recovery_refused` on too few, on
 * shares of different keys, and when what they make is not the key that they name.
 */
export async function joinShares(shares: readonly Share[]): Promise<{ key: Uint8Array; share: Share }> {
  const [first] = shares
  if (first === undefined) throw new Fault('recovery_refused', 'No share was given.')
  const { tenant, kid, suite, threshold } = first
  const mixed = shares.find((one) => one.tenant !== tenant || one.kid !== kid || one.suite !== suite)
  if (mixed !== undefined) {
    throw new Fault(
      'recovery_refused',
      `The shares are of different keys: share ${first.number} is of ${kid}, share ${mixed.number} of ${mixed.kid}.`,
    )
  }
  const different = [...new Map(shares.map((one) => [one.number, one])).values()]
  if (different.length < threshold) {
    const missing = threshold - different.length
    const have = different.map(({ number }) => number).join(', ')
    throw new Fault(
      'recovery_refused',
      `It takes ${threshold} different shares; ${missing} more besides ${have}.`,
    )
  }
  const key = await combined(different.slice(0, threshold).map(({ bytes }) => bytes))
  if (key?.length !== 32 || keyId(native, publicKeyOf(native, suite, key)) !== kid) {
    throw new Fault('recovery_refused', `The shares do not make the key ${kid} that they name.`)
  }
  return { key, share: first }
}

/** Null when the shares cannot be of one secret: two with one mark, say. */
async function combined(parts: Uint8Array[]): Promise<Uint8Array | null> {
  try {
    return await combine(parts)
  } catch {
    return null
  }
}

/** The key of the trust document that these shares would have to make. Throws `recovery_refused` on another one. */
export function checkRecovery(
  share: Share,
  recovery: { readonly kid: string; readonly public: string } | null,
) {
  if (recovery?.kid === share.kid && keyId(native, fromBase64(recovery.public)) === share.kid) return
  throw new Fault(
    'recovery_refused',
    recovery === null
      ? 'The trust document names no recovery key.'
      : `The shares are of the key ${share.kid}; the trust document names ${recovery.kid}.`,
  )
}
