/** The trust document that is being made here: edited, signed by as many root keys as it takes, then published. */
import { z } from 'zod'
import { join } from 'node:path'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { Base64, Version } from '../../shared/schemas/fields.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { answer, type Edge } from '../edge_client/edge_client.ts'
import { readIfThere, writeAtomic } from '../files.ts'
import { parseFile, places } from '../home.ts'
import { native } from '../primitives.ts'
import { raiseFloor } from './floor.ts'
import { firstFloor } from './new_tenant.ts'
import type { Store } from './store.ts'
import { rmSync } from 'node:fs'

export const Draft = z.strictObject({
  document: Dsse,
  /** The envelope of a policy that this document is the first to commit to. */
  policy: z.strictObject({ version: Version, envelope: Base64 }).nullable(),
})
export type Draft = z.infer<typeof Draft>

export function draftPath(home: string): string {
  return join(home, places.draft)
}

export function readDraft(home: string): Draft | null {
  const path = draftPath(home)
  const text = readIfThere(path)
  return text === null ? null : parseFile(Draft, text, path)
}

export function writeDraft(home: string, draft: Draft): void {
  writeAtomic(draftPath(home), JSON.stringify(draft, null, 2) + '\n')
}

export function dropDraft(home: string): void {
  rmSync(draftPath(home), { force: true })
}

/** Raises the floor first, where there is one: what it names, agents demand of every edge from then on. */
export async function publishDraft(
  draft: Draft,
  { edge, floor }: { readonly edge: Edge; readonly floor: Store | null },
): Promise<{ readonly version: number; readonly hash: string }> {
  const { document, hash } = readUnverified(native, 'trust', draft.document)
  const { version, tenant } = document
  if (floor !== null) {
    const raise = (one: Floor): Floor => ({ ...one, trust: { version, hash } })
    await raiseFloor(floor, firstFloor({ tenant, version, hash }), raise)
  }
  const body = { document: draft.document, ...(draft.policy === null ? {} : { policy: draft.policy }) }
  await answer(edge.POST('/v1/trust', { body, headers: { 'idempotency-key': hash } }))
  return { version, hash }
}
