/** Agents that come and go: no token and no approval, the key of their pool vouches for each. */
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Agent, AskChallenge, Challenge, JoinAgent } from '../../shared/schemas/agent.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../../shared/protocol.ts'
import type { Enrolment } from '../../shared/schemas/receipt.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { checkCurrent } from '../../shared/trust/chain.ts'
import type { Reader } from '../db/database.ts'
import { type Actor, openChange, unchanged } from '../http/change.ts'
import { open, type Route } from '../http/route.ts'
import { withinQuota } from '../tenants/quotas.ts'
import { checkNotSuspended } from '../tenants/suspended.ts'
import { native } from '../primitives.ts'
import { at, ids, joiningKey, signedEnrolment } from '../trust/examples.ts'
import { currentTrust, isoTime } from '../trust/store.ts'
import { CHALLENGE_MS, type ChallengeOptions, checkChallenge, newChallenge } from './challenge.ts'
import { agentByKey, type AgentRow, insertAgent, rejoinAgent, toAgent, unheard } from './store.ts'

/** A statement is made for the moment of joining: one that lives longer is not taken. */
const MAX_STATEMENT_MS = 10 * 60_000

export interface JoinOptions extends ChallengeOptions {
  readonly publicUrl: string
}

const example = { tenant: ids.tenant, pool: 'default' }

function challengeRoute(options: JoinOptions): Route {
  return open({
    id: 'askChallenge',
    method: 'post',
    path: '/v1/agents/challenge',
    tag: 'Agents',
    summary: 'Ask for the challenge that a statement of a pool’s key has to name',
    description: 'Good for five minutes. It says nothing about whether there is such a tenant or pool.',
    because: 'an agent that joins by its pool’s key has nothing else yet',
    body: AskChallenge,
    reply: Challenge,
    example: {
      body: example,
      reply: { challenge: signedEnrolment.challenge, expires: '2026-11-22T09:05:00.000Z' },
    },
    handle({ body, now }) {
      const challenge = newChallenge(options, { ...body, now })
      return Promise.resolve(unchanged({ challenge, expires: isoTime(now + CHALLENGE_MS) }))
    },
  })
}

function joinRoute(options: JoinOptions): Route {
  return open({
    id: 'joinAgent',
    method: 'post',
    path: '/v1/agents/join',
    status: 201,
    tag: 'Agents',
    summary: 'Join a pool by the word of the pool’s key',
    description:
      'For pools to which the trust document gives the rule `pool_key`. The agent is approved at once, ' +
      'and removed after a day of silence. The same key that asks again is the same agent. The statement is a ' +
      'document of type `enrolment`, signed by the key of the pool: it names `public_key` as `agent_key`, a challenge ' +
      'that was just asked for, the origin of the edge’s public URL, and an end within ten minutes.',
    because: 'the statement is signed by the key of a pool, and the trust document says that this is enough',
    audit: 'agent.joined',
    body: JoinAgent,
    reply: Agent,
    faults: [
      'challenge_invalid',
      'enrolment_not_allowed',
      'quota_reached',
      'tenant_suspended',
      'signature_invalid',
      'document_invalid',
      'trust_expired',
      'agent_revoked',
      'already_exists',
      'conflict',
    ],
    example: {
      body: { statement: signedEnrolment.dsse, public_key: joiningKey, name: 'task-1', version: '0.1.0' },
      reply: {
        id: ids.agent,
        name: 'task-1',
        pool: 'default',
        state: 'approved',
        public_key: joiningKey,
        fingerprint: keyId(native, fromBase64(joiningKey)),
        version: '0.1.0',
        created: at,
        approved: at,
        ephemeral: true,
      },
    },
    async handle({ db, body, now, newId }) {
      const { document, pool } = await vouched(db, options, { body, now })
      const row = newRow(document, { body, now, id: newId() })
      const actor: Actor = { kind: 'pool', pool: pool.name, key: keyId(native, fromBase64(pool.key)) }
      const before = await agentByKey(db, row.tenant, row.public_key)
      if (before !== null) return await again(db, before, { row, actor })
      return openChange({
        tenant: row.tenant,
        actor,
        writes: [insertAgent(row), ...await withinQuota(db, row.tenant, 'agents')],
        target: row.id,
        facts: { pool: row.pool, fingerprint: row.fingerprint },
        reply: () => toAgent(row),
        again: true,
      })
    },
  })
}

/** A key that is known: the same agent, one that silence has removed, or one that may not come this way. */
async function again(
  db: Reader,
  before: AgentRow,
  { row, actor }: { readonly row: AgentRow; readonly actor: Actor },
) {
  const here = before.ephemeral === 1 && (before.state !== 'approved' || before.pool === row.pool)
  if (!here) throw new Fault('already_exists')
  if (before.state === 'approved') return unchanged(toAgent(before))
  if (before.removed === null) throw new Fault('agent_revoked')
  const { pool, name, version, approved } = row
  return openChange({
    tenant: row.tenant,
    actor,
    writes: [
      rejoinAgent(row.tenant, before.id, { pool, name, version, approved }),
      ...await withinQuota(db, row.tenant, 'agents'),
    ],
    target: before.id,
    facts: { pool, fingerprint: row.fingerprint },
    reply: () => toAgent({ ...row, id: before.id, created: before.created }),
    again: true,
  })
}

/** The statement, as far as it counts here and now. Throws what the route says. */
async function vouched(
  db: Reader,
  options: JoinOptions,
  { body, now }: { readonly body: JoinAgent; readonly now: number },
): Promise<{ readonly document: Enrolment; readonly pool: TrustDocument['pools'][number] }> {
  const said = readUnverified(native, 'enrolment', body.statement).document
  const trust = (await currentTrust(db, said.tenant))?.document
  const pool = trust?.pools.find(({ name }) => name === said.pool)
  if (trust === undefined || pool?.enrolment !== 'pool_key') throw new Fault('enrolment_not_allowed')
  const { document } = verifyPooled(native, {
    trust,
    deny: [],
    type: 'enrolment',
    pool: said.pool,
    dsse: body.statement,
  })
  // Once it is known who asks: strangers learn of no tenant how it stands here.
  await checkNotSuspended(db, document.tenant)
  checkCurrent(trust, now)
  if (document.edge !== new URL(options.publicUrl).origin) {
    throw new Fault('challenge_invalid', 'The statement is for another edge.')
  }
  if (document.agent_key !== body.public_key) {
    throw new Fault('challenge_invalid', 'The statement is for another agent key.')
  }
  const left = Date.parse(document.expires) - now
  if (left <= 0) throw new Fault('challenge_invalid', 'The statement has expired.')
  if (left > MAX_STATEMENT_MS + MAX_CLOCK_SKEW_SECONDS * 1000) {
    throw new Fault('challenge_invalid', 'The statement is good for more than ten minutes.')
  }
  checkChallenge(options, { ...document, now })
  return { document, pool }
}

function newRow(
  { tenant, pool }: Enrolment,
  { body, now, id }: { readonly body: JoinAgent; readonly now: number; readonly id: string },
): AgentRow {
  const publicKey = fromBase64(body.public_key)
  return {
    id,
    tenant,
    pool,
    name: body.name,
    public_key: publicKey,
    fingerprint: keyId(native, publicKey),
    version: body.version,
    state: 'approved',
    created: now,
    approved: now,
    revoked: null,
    ...unheard,
    ephemeral: 1,
    removed: null,
  }
}

export function joinRoutes(options: JoinOptions): readonly Route[] {
  return [challengeRoute(options), joinRoute(options)]
}
