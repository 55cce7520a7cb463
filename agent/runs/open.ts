/** Opens what was verified, under contexts that are built here, and checks it against what was signed. */
import { fromBase64, fromUtf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { ConnectionBody, type ConnectionKind } from '../../shared/schemas/connection.ts'
import { PipelineBody } from '../../shared/schemas/pipeline.ts'
import { Policy } from '../../shared/schemas/policy.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { open, type OpeningKey } from '../../shared/seal/envelope.ts'
import { uncommit } from '../../shared/seal/record.ts'
import { checkSealedPools } from '../../shared/trust/recipients.ts'
import type { z } from 'zod'
import { native } from '../primitives.ts'
import { openingKeys } from '../trust/ring.ts'
import type { Footing, Footings } from '../trust/footing.ts'
import type { Sealed, VerifiedJob } from './verify.ts'

export interface OpenedConnection {
  readonly id: string
  readonly name: string
  readonly kind: ConnectionKind
  /** The connector's own configuration, as yet unparsed and with references in it. */
  readonly config: Readonly<Record<string, unknown>>
}

export interface OpenedJob {
  readonly source: OpenedConnection
  readonly destination: OpenedConnection
  readonly body: PipelineBody
  readonly policy: Policy
}

/**
 * Throws `envelope_invalid`, `kid_missing`, `envelope_refused`, `commitment_mismatch`, `document_invalid`, and
 * `policy_missing` when there is no policy: then nothing is allowed.
 */
export function openJob({ footing, pipeline, source, destination }: VerifiedJob): OpenedJob {
  const keys = openingKeys(footing.ring)
  const { id, project, version, tenant, commitment } = pipeline.signed.document
  const context: Context = { tenant, project, type: 'pipeline', id, version, schema: schemas.pipeline }
  const body = openRecord(pipeline.envelope, { context, keys, commitment, schema: PipelineBody })
  const opened = [source, destination].map((one) => openConnection(one, keys)) as [
    OpenedConnection,
    OpenedConnection,
  ]
  return { source: opened[0], destination: opened[1], body, policy: openPolicy(footing, keys) }
}

/**
 * The same; where the ring lacks a key, once more with the ring as it is now: a rotation may have put the key there
 * since it was read. Throws also what reading the ring throws.
 */
export async function openJobAnew(
  verified: VerifiedJob,
  footings: Pick<Footings, 'ring'>,
): Promise<OpenedJob> {
  try {
    return openJob(verified)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'kid_missing') throw error
    const ring = await footings.ring(verified.footing.chain.document)
    return openJob({ ...verified, footing: { ...verified.footing, ring } })
  }
}

export function openConnection(
  { signed, envelope }: Sealed<'connection'>,
  keys: readonly OpeningKey[],
): OpenedConnection {
  const { tenant, project, id, version, commitment, kind, name } = signed.document
  const context: Context = { tenant, project, type: 'connection', id, version, schema: schemas.connection }
  const body = openRecord(envelope, { context, keys, commitment, schema: ConnectionBody })
  checkSealedPools(body, signed.document)
  return { id, name, kind, config: body.config }
}

/** The policy that the current trust document commits to. */
export function openPolicy(
  { chain, pin }: Pick<Footing, 'chain' | 'pin'>,
  keys: readonly OpeningKey[],
): Policy {
  const { policy } = chain.document
  if (policy === null) throw new Fault('policy_missing')
  if (chain.policy === null) {
    throw new Fault('policy_missing', 'The edge does not show the policy that the trust document commits to.')
  }
  const { tenant } = pin
  const { version, commitment } = policy
  const context: Context = {
    tenant,
    project: null,
    type: 'policy',
    id: tenant,
    version,
    schema: schemas.policy,
  }
  return openRecord(chain.policy, { context, keys, commitment, schema: Policy })
}

interface Opening<T> {
  readonly context: Context
  readonly keys: readonly OpeningKey[]
  readonly commitment: string
  readonly schema: z.ZodType<T>
}

export function openRecord<T>(envelope: string, { context, keys, commitment, schema }: Opening<T>): T {
  const plaintext = open(native, { context, envelope: bytesOf(envelope), keys })
  const body = uncommit(native, { plaintext, commitment })
  const parsed = judge(schema, jsonOf(body))
  if (parsed.success) return parsed.data
  const where = parsed.error?.issues[0]?.path.join('.') || 'the top level'
  throw new Fault(
    'document_invalid',
    `What is sealed for the ${context.type} does not have its shape, at ${where}.`,
  )
}

function bytesOf(envelope: string): Uint8Array {
  try {
    return fromBase64(envelope)
  } catch (cause) {
    throw new Fault('envelope_invalid', undefined, { cause })
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body))
  } catch (cause) {
    throw new Fault('document_invalid', 'What is sealed is not JSON.', { cause })
  }
}
