/** Fields that documents share. Every one has exactly one spelling for one value. */
import { z } from 'zod'

/** A UUID in lowercase. */
export const Id = z.string().regex(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  'not a UUID in lowercase',
)

/** SHA-256, or another 32 bytes, in lowercase hex. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'not 64 lowercase hex digits')

/** A key id: see `shared/seal/key_id.ts`. */
export const KeyId = z.string().regex(/^[0-9a-f]{32}$/, 'not 32 lowercase hex digits')

/** A 32-byte key in canonical base64. */
export const Key = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'not 32 bytes in base64')

/** How a data key is wrapped: 1 is HPKE with X25519, 2 is HPKE with X-Wing. FORMAT.md, "Wrap". */
export const Suite = z.union([z.literal(1), z.literal(2)])
export type Suite = z.infer<typeof Suite>

/** A public sealing key in canonical base64: 32 bytes of suite 1, 1,216 bytes of suite 2. */
export const SealingPublic = z.string().regex(
  /^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{1620}[A-Za-z0-9+/][AQgw]==)$/,
  'not a public sealing key in base64',
)

/** Canonical base64 of any length, at least one byte. */
export const Base64 = z.string().min(4).regex(/^[A-Za-z0-9+/]+={0,2}$/, 'not base64').refine((text) => {
  // The end alone decides: looking at all of a long text in fours is more than some regular expressions can do.
  const end = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)$/
  return text.length % 4 === 0 && end.test(text.slice(-4))
}, 'not canonical base64')

/** A moment in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'not a UTC time').refine(
  (text) => {
    const ms = Date.parse(text)
    return !Number.isNaN(ms) && new Date(ms).toISOString() === text
  },
  'no such moment',
)

/** A day in UTC, `2026-11-22`. */
export const Day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'not a day').refine((text) => {
  const ms = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}, 'no such day')

/** Counts from 1. */
export const Version = z.int().min(1).max(Number.MAX_SAFE_INTEGER)

/** Counts from 0. */
export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

/** A name that people choose and read aloud: no two look alike. */
export const Name = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  'letters, digits, dot, dash and underscore, at most 63',
)

const line = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u

/** A line of text for people. The reference is told the pattern: it would write the flag into it. */
export const Line = z.string().min(1).max(200).regex(line, 'no control characters')
  .meta({ pattern: line.source })

/** True when no two are equal. */
export function distinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}
