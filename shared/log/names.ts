/**
 * Personal data beside the log. An entry holds SHA-256 over a salt and the name, each behind its length; salt and name
 * stand beside it and can be erased without breaking it. FORMAT.md, "Entries".
 */
import { fromBase64, lengthPrefixed, toHex, utf8 } from '../bytes.ts'
import type { Primitives } from '../seal/primitives.ts'

type Hashing = Pick<Primitives, 'sha256'>

/** What the entry holds, in hex. */
export function nameHash(p: Hashing, salt: Uint8Array, value: string): string {
  return toHex(p.sha256(lengthPrefixed(salt, utf8(value))))
}

/**
 * Whether the entry holds this name under this field. `leaf` is the entry's exact text, `salt` base64; false for what
 * is no entry and no base64.
 */
export function holdsName(
  p: Hashing,
  leaf: string,
  name: { readonly field: string; readonly value: string; readonly salt: string },
): boolean {
  try {
    const { names } = JSON.parse(leaf) as { names?: Readonly<Record<string, unknown>> }
    const held = names !== undefined && Object.hasOwn(names, name.field) ? names[name.field] : undefined
    return held === nameHash(p, fromBase64(name.salt), name.value)
  } catch {
    return false
  }
}
