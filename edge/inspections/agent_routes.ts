/** What an agent says of an order that it was handed: what it found, sealed, or why there is nothing. */
import { z } from 'zod'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import {
  type Catalogue,
  CompleteInspection,
  InspectionState,
  MAX_CATALOGUE_BYTES,
} from '../../shared/schemas/inspection.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { catalogueRecipients } from '../../shared/trust/recipients.ts'
import type { Reader } from '../db/database.ts'
import { change, unchanged } from '../http/change.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, type Route } from '../http/route.ts'
import { native } from '../primitives.ts'
import { ids, sealedToReader, signedCatalogue } from '../trust/examples.ts'
import { checkEnvelope, requireTrust } from '../trust/rules.ts'
import type { Inspections } from './inspections.ts'
import { inspection, type InspectionRow, moveInspection, putCatalogue, type Signed } from './store.ts'

/** Base64 of the largest envelope, and the document beside it. */
const MAX_BODY_BYTES = Math.ceil(MAX_CATALOGUE_BYTES / 3) * 4 + 64 * 1024

interface Finding {
  readonly row: InspectionRow
  readonly found: NonNullable<CompleteInspection['found']>
}

/** The catalogue as far as the edge can tell: who reads it verifies all of it again. */
async function readCatalogue(
  db: Reader,
  principal: AgentPrincipal,
  { row, found }: Finding,
): Promise<Signed<Catalogue>> {
  const trust = await requireTrust(db, row.tenant)
  const { document, hash } = verifyPooled(native, {
    trust,
    deny: [],
    type: 'catalogue',
    pool: row.pool,
    dsse: found.document,
  })
  const { connection } = document
  const same = document.project === row.project && document.inspection === row.id &&
    document.agent === principal.id && document.action === row.action && connection.id === row.connection &&
    connection.version === row.version && connection.hash === row.hash
  if (!same) throw new InvalidRequest([{ at: 'found/document', message: 'not that of the order' }])
  if (fromBase64(found.sealed).length > MAX_CATALOGUE_BYTES) {
    throw new InvalidRequest([{ at: 'found/sealed', message: `more than ${MAX_CATALOGUE_BYTES} bytes` }])
  }
  const kids = catalogueRecipients(trust, document).map(({ publicKey }) => keyId(native, publicKey))
  checkEnvelope(found.sealed, { at: 'found/sealed', kids, exactly: true })
  return { document, dsse: found.document, hash, sealed: found.sealed }
}

function completeRoute(inspections: Inspections): Route {
  return command({
    id: 'completeInspection',
    method: 'post',
    path: '/v1/agent/inspections/{id}/complete',
    tag: 'Agent',
    summary: 'Say how an inspection ended, and hand over what was found',
    description:
      'With `succeeded` comes what was found, signed by the key of the pool and sealed to the readers of the project ' +
      'and nobody else; it takes the place of what was found before. `released` hands the order back. The same word ' +
      'said twice is answered as the first time.',
    permission: 'agent:approved',
    audit: 'inspection.completed',
    params: z.strictObject({ id: Id }),
    body: CompleteInspection,
    maxBodyBytes: MAX_BODY_BYTES,
    reply: z.object({ state: InspectionState }),
    faults: [
      'not_found',
      'lease_lost',
      'trust_missing',
      'readers_missing',
      'signature_invalid',
      'document_invalid',
      'wrong_pool',
    ],
    example: {
      params: { id: ids.inspection },
      body: {
        fence: 1,
        status: 'succeeded',
        count: 12,
        found: { document: signedCatalogue.dsse, sealed: sealedToReader },
      },
      reply: { state: 'succeeded' },
    },
    async handle({ db, principal, params, body, now }) {
      const row = await inspection(db, principal.tenant, params.id)
      if (row === null || row.pool !== principal.pool) throw new Fault('not_found')
      if (row.agent !== principal.id || row.fence !== body.fence) throw new Fault('lease_lost')
      const { status, found, code = null, count } = body
      const state: InspectionState = status === 'released' ? 'queued' : status
      if (row.state === state) return unchanged({ state })
      if (row.state !== 'leased') throw new Fault('lease_lost')
      const kept = found === undefined ? null : await readCatalogue(db, principal, { row, found })
      const ended = status === 'released' ? { state: 'queued', lease_until: null } as const : {
        state: status,
        lease_until: null,
        code,
        count: kept === null ? null : count,
        finished: now,
      } as const
      return change({
        writes: [
          moveInspection(row, ended, 'lease_lost'),
          ...(kept === null ? [] : [putCatalogue(kept, now)]),
        ],
        target: row.id,
        facts: { connection: row.connection, fence: row.fence, state, code, hash: kept?.hash ?? null },
        reply: () => ({ state }),
        committed: () => {
          if (state === 'queued') inspections.changed(row)
        },
        again: true,
      })
    },
  })
}

export function agentInspectionRoutes(inspections: Inspections): readonly Route[] {
  return [completeRoute(inspections)]
}
