/** The kinds of signed documents: their payload types and their schemas. */
import type { z } from 'zod'
import { fromBase64, toHex, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { judge } from '../judge.ts'
import { Connection } from '../schemas/connection.ts'
import { Dsse } from '../schemas/dsse.ts'
import { Index } from '../schemas/index.ts'
import { Catalogue, Inspection } from '../schemas/inspection.ts'
import { Pipeline } from '../schemas/pipeline.ts'
import { Enrolment, Receipt, RunLog } from '../schemas/receipt.ts'
import { Request } from '../schemas/request.ts'
import { TrustDocument } from '../schemas/trust_document.ts'
import type { Primitives } from '../seal/primitives.ts'
import { sign, verify } from './dsse.ts'
import { parsePlainJson } from './plain_json.ts'

const kinds = {
  trust: TrustDocument,
  connection: Connection,
  pipeline: Pipeline,
  index: Index,
  request: Request,
  inspection: Inspection,
  receipt: Receipt,
  enrolment: Enrolment,
  log: RunLog,
  catalogue: Catalogue,
} as const

export type DocumentType = keyof typeof kinds
export type DocumentOf<T extends DocumentType> = z.infer<(typeof kinds)[T]>

export function payloadTypeOf(type: DocumentType): string {
  return `application/vnd.sallyport.${type}.v1+json`
}

/** A document whose signatures have been checked, and the hash by which others name it. */
export interface SignedDocument<T extends DocumentType> {
  readonly document: DocumentOf<T>
  /** SHA-256 of exactly the payload bytes, lowercase hex. */
  readonly hash: string
  /** Key ids of those who have signed it, out of those who were asked for. */
  readonly signers: readonly string[]
}

function parse<T extends DocumentType>(type: T, payload: Uint8Array): DocumentOf<T> {
  try {
    return kinds[type].parse(parsePlainJson(payload)) as DocumentOf<T>
  } catch (cause) {
    throw new Fault('document_invalid', undefined, { cause })
  }
}

export function hashOf(p: Primitives, payload: Uint8Array): string {
  return toHex(p.sha256(payload))
}

/** Signs a document with each seed. Throws `document_invalid` on one that no reader would take. */
export function signDocument<T extends DocumentType>(
  p: Primitives,
  given: { readonly type: T; readonly document: DocumentOf<T>; readonly seeds: readonly Uint8Array[] },
): { readonly dsse: Dsse; readonly hash: string } {
  const payload = utf8(JSON.stringify(given.document))
  parse(given.type, payload)
  const dsse = sign(p, { payloadType: payloadTypeOf(given.type), payload, seeds: given.seeds })
  return { dsse, hash: hashOf(p, payload) }
}

/**
 * Verifies, then parses what was verified. Throws `signature_invalid` when fewer than `threshold` of the keys have
 * signed, `document_invalid` on an unknown field or another shape.
 */
export function verifyDocument<T extends DocumentType>(
  p: Primitives,
  given: {
    readonly type: T
    readonly dsse: unknown
    readonly keys: readonly Uint8Array[]
    readonly threshold: number
  },
): SignedDocument<T> {
  if (!(given.threshold >= 1)) throw new RangeError('a threshold counts from 1')
  const { type, dsse, keys } = given
  const { payload, signers } = verify(p, { dsse, keys, payloadType: payloadTypeOf(type) })
  if (signers.length < given.threshold) throw new Fault('signature_invalid')
  return { document: parse(type, payload), hash: hashOf(p, payload), signers }
}

/**
 * What a document says, with nobody's word for it: to show it, to route by its clear labels, or where its hash is
 * vouched for by something else. Throws `document_invalid`.
 */
export function readUnverified<T extends DocumentType>(
  p: Primitives,
  type: T,
  dsse: unknown,
): { readonly document: DocumentOf<T>; readonly hash: string } {
  const parsed = judge(Dsse, dsse)
  if (!parsed.success || parsed.data.payloadType !== payloadTypeOf(type)) throw new Fault('document_invalid')
  const payload = fromBase64(parsed.data.payload)
  return { document: parse(type, payload), hash: hashOf(p, payload) }
}
