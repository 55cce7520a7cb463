/**
 * What was found out about a connection: sealed here to the readers of its project and signed by the pool, so that the
 * edge that passes it on can neither read nor forge it. FORMAT.md, "Catalogue".
 */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { CatalogueBody } from '../../shared/schemas/catalogue.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type Catalogue, MAX_CATALOGUE_BYTES } from '../../shared/schemas/inspection.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { catalogueRecipients } from '../../shared/trust/recipients.ts'
import { native } from '../primitives.ts'
import type { Footing } from '../trust/footing.ts'
import type { VerifiedInspection } from './inspection_check.ts'

export interface SealedCatalogue {
  readonly document: Dsse
  /** Base64. */
  readonly sealed: string
}

/** Throws `relay_denied` where the policy lets nothing leave, and `readers_missing` where nobody could open it. */
export function checkRelay(
  policy: Pick<Policy, 'relay'>,
  { footing, project }: { readonly footing: Pick<Footing, 'chain'>; readonly project: string },
): void {
  if (policy.relay?.catalogue !== true) throw new Fault('relay_denied')
  catalogueRecipients(footing.chain.document, { project })
}

/** Of `order`, to the readers that `footing` names. Throws `value_too_large`, `readers_missing`. */
export function sealCatalogue(
  found: CatalogueBody,
  { order, footing, agent, now }: {
    readonly order: Pick<VerifiedInspection, 'id' | 'order'>
    readonly footing: Pick<Footing, 'ring' | 'chain'>
    readonly agent: string
    readonly now: number
  },
): SealedCatalogue {
  const { tenant, project, connection, action } = order.order.signed.document
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify(found)))
  const { version } = connection
  const context: Context = {
    tenant,
    project,
    type: 'catalogue',
    id: order.id,
    version,
    schema: schemas.catalogue,
  }
  const recipients = catalogueRecipients(footing.chain.document, { project })
  const sealed = seal(native, { context, plaintext, recipients })
  if (sealed.length > MAX_CATALOGUE_BYTES) {
    throw new Fault('value_too_large', 'More was found than can be handed over.')
  }
  const document: Catalogue = {
    type: 'catalogue',
    tenant,
    project,
    pool: footing.ring.pool,
    action,
    connection,
    inspection: order.id,
    agent,
    issued: new Date(now).toISOString(),
    commitment,
  }
  const seeds = [fromBase64(footing.ring.pool_key)]
  const { dsse } = signDocument(native, { type: 'catalogue', document, seeds })
  return { document: dsse, sealed: toBase64(sealed) }
}
