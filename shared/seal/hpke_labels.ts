/** The labelled derivations of HPKE, RFC 9180 §4, with HKDF-SHA256. */
import { concat, utf8 } from '../bytes.ts'
import { expand, extract } from './hkdf.ts'
import type { Primitives } from './primitives.ts'

const version = utf8('HPKE-v1')

export interface Labeled {
  readonly suiteId: Uint8Array
  readonly label: Uint8Array
}

/** RFC 9180 §4. */
export function labeledExtract(
  p: Primitives,
  { suiteId, label }: Labeled,
  salt: Uint8Array,
  ikm: Uint8Array,
): Uint8Array {
  return extract(p.hmacSha256, salt, concat(version, suiteId, label, ikm))
}

/** RFC 9180 §4. */
export function labeledExpand(
  p: Primitives,
  { suiteId, label }: Labeled,
  from: { readonly prk: Uint8Array; readonly info: Uint8Array; readonly length: number },
): Uint8Array {
  const length = Uint8Array.of(from.length >> 8, from.length & 0xff)
  return expand(p.hmacSha256, from.prk, concat(length, version, suiteId, label, from.info), from.length)
}
