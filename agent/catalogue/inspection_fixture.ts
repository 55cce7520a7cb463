/** An order to look at the source of a small customer, as an edge hands it out. */
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { inspectionId } from '../../shared/ids.ts'
import type { Inspection, InspectJob } from '../../shared/schemas/inspection.ts'
import type { Reader } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { ids, keys, sealingPublic, seedOf, start, time, type World } from '../runs/world_fixture.ts'

export const readerKey = { suite: 1, privateKey: seedOf(41) } as const
const readerPublic = p.x25519.publicKey(readerKey.privateKey)

export const reader: Reader = {
  kid: keyId(p, readerPublic),
  suite: 1,
  public: toBase64(readerPublic),
  owner: 'Grace',
  projects: [ids.project],
}

interface Ordering {
  readonly change?: Partial<Inspection>
  readonly names?: readonly string[]
  /** Number of the seed that signs. */
  readonly by?: number
}

/** Signed over the world's source as its index lists it. */
export function orderOf(
  { documents }: World,
  { change = {}, names = [], by = keys.signer }: Ordering = {},
): InspectJob {
  const { plaintext, commitment } = commit(p, utf8(JSON.stringify({ names })))
  const order: Inspection = {
    type: 'inspection',
    tenant: ids.tenant,
    project: ids.project,
    action: 'discover',
    direction: 'read',
    pool: 'default',
    index: 1,
    connection: { id: ids.source, version: 1, hash: documents.source.hash },
    nonce: '00112233445566778899aabbccddeeff',
    issued: time(start),
    expires: time(start + 600_000),
    commitment,
    ...change,
  }
  const { tenant, project, connection, issued, nonce } = order
  const id = inspectionId(p, { tenant, connection: connection.id, issued, nonce })
  const sealed = seal(p, {
    context: {
      tenant,
      project,
      type: 'inspection',
      id,
      version: connection.version,
      schema: schemas.inspection,
    },
    plaintext,
    recipients: [{ suite: 1, publicKey: sealingPublic }],
  })
  const { dsse } = signDocument(p, { type: 'inspection', document: order, seeds: [seedOf(by)] })
  const { document, sealed: envelope } = documents.source
  return {
    kind: 'inspect',
    inspection: id,
    project: ids.project,
    lease: { fence: 1, until: time(start + 120_000) },
    order: { document: dsse, sealed: toBase64(sealed) },
    connection: { document, sealed: envelope },
  }
}
