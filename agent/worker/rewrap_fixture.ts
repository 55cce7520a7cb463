/** A world whose trust document goes on: keys come and go, and records are handed out to be passed on. */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import type { RewrapRecord } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { open, seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { publicKeyOf, type Suite } from '../../shared/seal/suites.ts'
import { readUnverified, signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { ids, keys, sealingPublic, seedOf, time, type World } from '../runs/world_fixture.ts'

/** A sealing key made of `n`. */
export function sealingKey(n: number, suite: Suite = 1) {
  const privateKey = seedOf(n)
  const publicKey = publicKeyOf(p, suite, privateKey)
  return { suite, privateKey, publicKey, public: toBase64(publicKey), kid: keyId(p, publicKey) }
}

export const reader = (n: number, suite: Suite = 1) => {
  const { kid, public: key } = sealingKey(n, suite)
  return { kid, suite, public: key, owner: 'Grace', projects: ['*'] as ['*'] }
}

/** Publishes the next trust document, signed by the root; the floor stays where it is. */
export function advance(world: World, change: (document: TrustDocument) => TrustDocument): void {
  const last = readUnverified(p, 'trust', world.shown.trust.at(-1)!.document)
  const version = last.document.version + 1
  const document = { ...change(last.document), version, previous: last.hash }
  const { dsse } = signDocument(p, { type: 'trust', document, seeds: [seedOf(keys.root)] })
  world.shown.trust.push({ version, document: dsse, policy: world.documents.policy.envelope })
}

/** The next key into the ring and, active, into the trust document; the one of before in `state`. */
export function rotate(
  world: World,
  { n = 41, suite = 1, state = 'retiring' }: {
    n?: number
    suite?: Suite
    state?: 'retiring' | 'compromised'
  } = {},
) {
  const next = sealingKey(n, suite)
  const { kid } = next
  const created = time(world.now)
  const mine: Ring['sealing'][number] = {
    kid,
    suite,
    private: toBase64(next.privateKey),
    state: 'active',
    created,
  }
  const before = world.ring.sealing.map((key) => key.state === 'active' ? { ...key, state } : key)
  world.ring = { ...world.ring, sealing: [...before, mine] }
  advance(world, (document) => ({
    ...document,
    sealing_keys: [
      ...document.sealing_keys.map((key) => key.state === 'active' ? { ...key, state } : key),
      { kid, suite, pool: 'default', public: next.public, state: 'active' },
    ],
  }))
  return next
}

export function recordOf(world: World, name: 'source' | 'destination' | 'pipeline'): RewrapRecord {
  const { document, sealed } = world.documents[name]
  const type = name === 'pipeline' ? 'pipeline' : 'connection'
  return { type, id: ids[name], version: 1, project: ids.project, document, sealed }
}

export function policyRecord(world: World): RewrapRecord {
  const { envelope } = world.documents.policy
  return { type: 'policy', id: ids.tenant, version: 1, project: null, document: null, sealed: envelope }
}

/** A run's log, sealed to the first key of the world and signed by the seed. */
export function logRecord(change: Partial<RunLog> = {}, seed = seedOf(keys.pool)): RewrapRecord {
  const { plaintext, commitment } = commit(p, utf8(JSON.stringify({ lines: ['a line'] })))
  const document: RunLog = {
    type: 'log',
    tenant: ids.tenant,
    project: ids.project,
    pool: 'default',
    run: ids.agent,
    pipeline: ids.pipeline,
    agent: ids.agent,
    fence: 3,
    commitment,
    ...change,
  }
  const { run, fence } = document
  const context: Context = {
    tenant: ids.tenant,
    project: ids.project,
    type: 'log',
    id: run,
    version: fence,
    schema: schemas.log,
  }
  const envelope = seal(p, { context, plaintext, recipients: [{ suite: 1, publicKey: sealingPublic }] })
  const { dsse } = signDocument(p, { type: 'log', document, seeds: [seed] })
  const named = { type: 'log', id: run, version: fence, project: ids.project } as const
  return { ...named, document: dsse, sealed: toBase64(envelope) }
}

/** What is inside, for the one key. */
export function opened(
  record: Pick<RewrapRecord, 'type' | 'id' | 'version' | 'project'>,
  sealed: string,
  key: { readonly suite: Suite; readonly privateKey: Uint8Array },
): Uint8Array {
  const { type, id, version, project } = record
  const context: Context = { tenant: ids.tenant, project, type, id, version, schema: schemas[type] }
  return open(p, { context, envelope: fromBase64(sealed), keys: [key] })
}
