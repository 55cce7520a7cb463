/** What an edge that was taken over can make by itself: jobs, documents, records sealed to keys that are public. */
import { fromBase64, toBase64, toHex, utf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type Context, type RecordType, schemas } from '../../shared/seal/context.ts'
import { type Recipient, seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { newPrivateKey, publicKeyOf, type Suite } from '../../shared/seal/suites.ts'
import { edgeSql } from '../e2e/edge_rows.ts'
import { newSeed, payloadOf, primitives, resigned } from '../e2e/forge.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import type { Scene } from './scene.ts'

/** Changes every job that passes on its way to the agent. */
export function alterJobs({ proxy }: Scene, change: (job: Json) => void): void {
  proxy.alter((answer) => {
    if (answer.path !== '/v1/agent/poll' || !answer.body.job) return false
    change(answer.body.job)
    return true
  })
}

/** The job of an honest run, as it passed. */
export async function seenJob(scene: Scene, pipeline: string): Promise<Json> {
  let seen: Json = null
  alterJobs(scene, (job) => (seen ??= structuredClone(job)))
  await scene.agent()
  const run = await scene.world.run(pipeline)
  scene.proxy.alter(null)
  if (run.state !== 'succeeded' || seen === null) throw new Error(`${pipeline}: ${JSON.stringify(run)}`)
  return seen
}

/** The newest trust document, out of the edge's database. */
export function trustOf({ world }: Scene): Json {
  const [row] = edgeSql(
    world.edge.database,
    'select document from trust_document where tenant = ? order by version desc limit 1',
    [world.tenant],
  )
  return payloadOf(JSON.parse(String(row?.['document'])))
}

/** Who records of the tenant's one pool are sealed to: everybody may know. */
export function poolKeys(scene: Scene): Recipient[] {
  return trustOf(scene).sealing_keys.map((key: Json) => ({
    suite: key.suite,
    publicKey: fromBase64(key.public),
  }))
}

/** By what other documents name this one. */
export const hashOfPayload = ({ payload }: Dsse): string => toHex(primitives.sha256(fromBase64(payload)))

/** A sealing key pair of the attacker's, as a trust document lists one. */
export function ownSealingKey(suite: Suite = 1) {
  const privateKey = newPrivateKey(primitives)
  const publicKey = publicKeyOf(primitives, suite, privateKey)
  return { suite, privateKey, kid: keyId(primitives, publicKey), public: toBase64(publicKey) }
}

/** Versions up to `last`, wherever trust documents are asked for; the rest is withheld. */
export function withholdTrust({ proxy }: Scene, last: number): void {
  proxy.alter((answer) => {
    if (answer.path.startsWith('/v1/agent/trust')) {
      answer.body.data = answer.body.data.filter(({ version }: Json) => version <= last)
      return true
    }
    if (answer.path === '/v1/agent/poll' && answer.body.newest) answer.body.newest.trust = last
    return answer.path === '/v1/agent/poll'
  })
}

interface Sealing {
  readonly type: Extract<RecordType, 'connection' | 'pipeline'>
  /** What its document says, but for the commitment. */
  readonly payload: Json
  readonly body: unknown
  readonly recipients: readonly Recipient[]
}

/** A record under the context of the document that it is for, with the commitment that the document would need. */
export function sealedFor({ type, payload, body, recipients }: Sealing) {
  const { plaintext, commitment } = commit(primitives, utf8(JSON.stringify(body)))
  const { tenant, project, id, version } = payload
  const context: Context = { tenant, project, type, id, version, schema: schemas[type] }
  return { commitment, sealed: toBase64(seal(primitives, { context, plaintext, recipients })) }
}

interface Forging extends Pick<Sealing, 'type' | 'body'> {
  readonly change?: (payload: Json) => void
  /** Signs; a key of the attacker's unless given. */
  readonly seed?: Uint8Array
}

/**
 * A signed document with its record in another one's place: sealed to the pool's keys, signed by the attacker, under
 * the key id of whoever had signed.
 */
export function forged(scene: Scene, one: Json, { type, body, change, seed = newSeed() }: Forging) {
  const was: Dsse = one.document
  const draft = payloadOf(was)
  change?.(draft)
  const { commitment, sealed } = sealedFor({ type, payload: draft, body, recipients: poolKeys(scene) })
  const document = resigned(was, (payload) => Object.assign(payload, draft, { commitment }), [seed])
  const signatures = document.signatures.map((made, at) => ({ ...made, keyid: was.signatures[at]?.keyid }))
  return { ...one, document: { ...document, signatures }, sealed }
}

/** The body of a pipeline from people.csv into this table. */
export const bodyTo = (to: string) => ({ streams: [{ from: 'people.csv', to, mode: 'replace' }] })
