/** Seals a body and signs the document that commits to it: what `connection add` and `pipeline apply` have in common. */
import { toBase64, utf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { type Recipient, seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { type DocumentOf, signDocument } from '../../shared/sign/documents.ts'
import { native } from '../primitives.ts'

type Kind = 'connection' | 'pipeline'

export interface Sealing<T extends Kind> {
  readonly type: T
  /** Its commitment is filled in here. */
  readonly document: Omit<DocumentOf<T>, 'commitment'>
  /** A connection's is sealed together with the pools of its document. */
  readonly body: object
  readonly recipients: readonly Recipient[]
  /** Seed of the signer. */
  readonly signer: Uint8Array
}

export interface SealedAndSigned {
  readonly document: Dsse
  /** Base64. */
  readonly sealed: string
  readonly hash: string
}

export function sealAndSign<T extends Kind>(given: Sealing<T>): SealedAndSigned {
  const { type, body, recipients, signer } = given
  const sealedBody = 'pools' in given.document ? { ...body, pools: given.document.pools } : body
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify(sealedBody)))
  const document = { ...given.document, commitment } as DocumentOf<T>
  const { tenant, project, id, version } = document
  const context: Context = { tenant, project, type, id, version, schema: schemas[type] }
  const sealed = seal(native, { context, plaintext, recipients })
  const { dsse, hash } = signDocument(native, { type, document, seeds: [signer] })
  return { document: dsse, sealed: toBase64(sealed), hash }
}
