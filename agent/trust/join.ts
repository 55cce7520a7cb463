/** Joining by the key of the pool: for tasks that come and go, whose ring vouches for them instead of a person. */
import type { z } from 'zod'
import { hostname } from 'node:os'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { Agent, Challenge } from '../../shared/schemas/agent.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import type { Config } from '../config.ts'
import { answer, edgeFor } from '../edge_client/edge_client.ts'
import { native } from '../primitives.ts'
import { version } from '../version.ts'
import { type AgentIdentity, type Enrolled, readIdentity, writeIdentity } from './agent_identity.ts'
import { newKey } from './new_tenant.ts'

/** The statement is made for the moment of joining; the edge takes none that is good for more than ten minutes. */
const statementMs = 5 * 60_000

export interface Joining {
  readonly config: Pick<Config, 'state' | 'anchor' | 'network'>
  readonly url: URL
  readonly ring: Ring
  /** Name of the agent; the machine's where null. */
  readonly name: string | null
  /** Milliseconds of this host's clock. */
  readonly now: number
}

/**
 * Throws `anchor_local` for an anchor in a file: an agent of this kind forgets its disk, and the anchor is what must
 * not be forgotten.
 */
export function refuseLocalAnchor(anchor: string): void {
  if (anchor.startsWith('file:')) throw new Fault('anchor_local')
}

/**
 * Joins, or joins again: the same key is the same agent, also when a day of silence has removed it meanwhile. The key
 * is stored before the edge hears of it. Throws `anchor_local`, what the edge answers (`enrolment_not_allowed`,
 * `challenge_invalid`, `agent_revoked`, …), and `edge_unexpected`.
 */
export async function joinPool({ config, url, ring, name, now }: Joining): Promise<Enrolled> {
  refuseLocalAnchor(config.anchor)
  const { tenant, pool } = ring
  const known = readIdentity(config.state)
  const draft: AgentIdentity = {
    ...(known ?? { ...newKey('agent'), id: null }),
    url: url.origin,
    pool,
    name: name ?? known?.name ?? machineName(),
    enrolment: 'pool_key',
  }
  writeIdentity(config.state, draft, now)
  const edge = edgeFor(url, null, config.network)
  const { challenge } = read(
    Challenge,
    await answer(edge.POST('/v1/agents/challenge', { body: { tenant, pool } })),
  )
  const key = toBase64(draft.public)
  const document = {
    type: 'enrolment',
    tenant,
    pool,
    agent_key: key,
    edge: url.origin,
    challenge,
    expires: new Date(now + statementMs).toISOString(),
  } as const
  const seeds = [fromBase64(ring.pool_key)]
  const { dsse: statement } = signDocument(native, { type: 'enrolment', document, seeds })
  const body = { statement, public_key: key, name: draft.name, version }
  const agent = read(Agent, await answer(edge.POST('/v1/agents/join', { body })))
  if (agent.public_key !== key || agent.pool !== pool) {
    throw new Fault('edge_unexpected', 'The edge answered about another agent than the one that joins.')
  }
  const joined = { ...draft, id: agent.id }
  writeIdentity(config.state, joined, now)
  return joined
}

/** As the name of an agent may be. */
export function machineName(): string {
  return hostname().replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63) || 'agent'
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = judge(schema, value)
  if (parsed.success) return parsed.data
  throw new Fault('edge_unexpected', "The edge's answer is not what its description says.")
}
