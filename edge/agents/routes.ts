/** Agents and pools as people see them. */
import { z } from 'zod'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import {
  Agent,
  ApproveAgent,
  CreateEnrolmentToken,
  EnrolAgent,
  EnrolmentToken,
  Pool,
} from '../../shared/schemas/agent.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { hashSecret, isSecret, newSecret } from '../auth/secret.ts'
import { change, openChange, unchanged } from '../http/change.ts'
import { Page, paged, pageOf, window } from '../http/page.ts'
import { command, open, query, type Route } from '../http/route.ts'
import { withinQuota } from '../tenants/quotas.ts'
import { checkNotSuspended } from '../tenants/suspended.ts'
import { native } from '../primitives.ts'
import { at, ids, poolKey } from '../trust/examples.ts'
import { forgetAgent } from '../keys/store.ts'
import { currentTrust, isoTime } from '../trust/store.ts'
import { checkDuties, type DutyOptions, makerOf } from './duties.ts'
import { reports } from './presence_store.ts'
import { type DrainOptions, drainRoutes } from './drain_routes.ts'
import {
  agent,
  agents,
  approveAgent,
  enrolmentByHash,
  insertAgent,
  insertEnrolment,
  poolsWithAgents,
  revokeAgent,
  toAgent,
  unheard,
  useEnrolment,
} from './store.ts'

const ENROLMENT_MS = 15 * 60_000

const fingerprint = keyId(native, fromBase64(poolKey))
const pending = {
  id: ids.agent,
  name: 'vm-1',
  pool: 'default',
  state: 'pending',
  public_key: poolKey,
  fingerprint,
  version: '0.1.0',
  created: at,
  ephemeral: false,
} as const
const approved = { ...pending, state: 'approved', approved: at, last_seen: at } as const
const health = {
  protocol: 2,
  version: '0.1.0',
  clock_skew_ms: 12,
  ring_created: at,
  slots: 4,
  slots_used: 1,
  labels: ['region=eu'],
  stopping: false,
  reported: at,
}
const secret = 'sp_enr_0123456789ABCDEFGHIJKLMNOPQRST1Fh6Tk'

const listPools = query({
  id: 'listPools',
  path: '/v1/pools',
  tag: 'Agents',
  summary: 'The pools of the current trust document, with their agents counted',
  permission: 'agents.read',
  reply: z.object({ data: z.array(Pool) }),
  example: { reply: { data: [{ name: 'default', agents: { pending: 1, approved: 0 } }] } },
  async handle({ db, principal }) {
    const trust = await currentTrust(db, principal.tenant)
    const names = trust?.document.pools.map(({ name }) => name) ?? []
    return { data: await poolsWithAgents(db, principal.tenant, names) }
  },
})

const createEnrolmentToken = command({
  id: 'createEnrolmentToken',
  method: 'post',
  path: '/v1/enrolment-tokens',
  status: 201,
  tag: 'Agents',
  summary: 'Make a token that one agent enrols with, within 15 minutes',
  permission: 'agents.write',
  audit: 'enrolment_token.created',
  fresh: true,
  body: CreateEnrolmentToken,
  reply: EnrolmentToken,
  faults: ['pool_unknown'],
  example: {
    body: { pool: 'default' },
    reply: { token: secret, pool: 'default', expires: '2026-11-22T09:15:00.000Z' },
  },
  async handle({ db, principal, body, now, newId, randomBytes }) {
    const trust = await currentTrust(db, principal.tenant)
    if (!trust?.document.pools.some(({ name }) => name === body.pool)) throw new Fault('pool_unknown')
    const token = newSecret('enr', randomBytes)
    const expires = now + ENROLMENT_MS
    const id = newId()
    const { tenant } = principal
    const row = {
      id,
      tenant,
      pool: body.pool,
      hash: hashSecret(token),
      expires,
      agent: null,
      created: now,
      maker: principal.id,
    }
    return change({
      writes: [insertEnrolment(row)],
      target: id,
      facts: { pool: body.pool },
      // Only its hash is kept: the token of the first answer cannot be told again.
      reply: ({ repeated }) => ({
        ...(repeated ? {} : { token }),
        pool: body.pool,
        expires: isoTime(expires),
      }),
    })
  },
})

const enrolAgent = open({
  id: 'enrolAgent',
  method: 'post',
  path: '/v1/agents/enrol',
  status: 201,
  tag: 'Agents',
  summary: 'Enrol an agent: tell the edge its public key',
  description:
    'The one-time token is the bearer credential. The agent may do nothing yet: a person approves it.',
  because: 'an agent has no identity before it has enrolled; the one-time token stands for it',
  credential: {
    kind: 'enrolment',
    async find({ secret, db, now }) {
      const token = isSecret('enr', secret) ? await enrolmentByHash(db, hashSecret(secret)) : null
      if (token === null || token.expires <= now) return null
      await checkNotSuspended(db, token.tenant)
      return token
    },
  },
  audit: 'agent.enrolled',
  body: EnrolAgent,
  reply: Agent,
  faults: ['unauthenticated', 'already_exists', 'quota_reached'],
  example: {
    body: { public_key: poolKey, pool: 'default', name: 'vm-1', version: '0.1.0' },
    reply: pending,
  },
  async handle({ db, principal: token, body, now, newId }) {
    if (token.pool !== body.pool) throw new Fault('unauthenticated')
    if (token.agent !== null) {
      // The answer to the first request got lost: the same key asks again.
      const before = await agent(db, token.tenant, token.agent)
      if (before === null || toAgent(before).public_key !== body.public_key) {
        throw new Fault('unauthenticated')
      }
      return unchanged(toAgent(before))
    }
    const publicKey = fromBase64(body.public_key)
    const row = {
      id: newId(),
      tenant: token.tenant,
      pool: body.pool,
      name: body.name,
      public_key: publicKey,
      fingerprint: keyId(native, publicKey),
      version: body.version,
      state: 'pending' as const,
      created: now,
      approved: null,
      revoked: null,
      ...unheard,
      ephemeral: 0,
      removed: null,
    }
    return openChange({
      tenant: token.tenant,
      actor: { kind: 'enrolment', token: token.id },
      writes: [
        useEnrolment(token.id, { agent: row.id, now }),
        insertAgent(row),
        ...await withinQuota(db, token.tenant, 'agents'),
      ],
      target: row.id,
      facts: { pool: row.pool, fingerprint: row.fingerprint },
      reply: () => toAgent(row),
    })
  },
})

const listAgents = query({
  id: 'listAgents',
  path: '/v1/agents',
  tag: 'Agents',
  summary: 'Agents, newest first',
  permission: 'agents.read',
  query: Page,
  reply: pageOf(Agent),
  example: { reply: { data: [{ ...approved, health }] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await agents(db, principal.tenant, { after, take })
    const said = await reports(db, principal.tenant, rows.map(({ id }) => id))
    return paged(rows, { limit, key: ({ id }) => id, item: (row) => toAgent(row, said.get(row.id)) })
  },
})

const params = z.strictObject({ id: Id })

const getAgent = query({
  id: 'getAgent',
  path: '/v1/agents/{id}',
  tag: 'Agents',
  summary: 'One agent',
  permission: 'agents.read',
  params,
  reply: Agent,
  faults: ['not_found'],
  example: { params: { id: ids.agent }, reply: approved },
  async handle({ db, principal, params }) {
    const row = await agent(db, principal.tenant, params.id)
    if (row === null) throw new Fault('not_found')
    return toAgent(row, (await reports(db, principal.tenant, [row.id])).get(row.id))
  },
})

const approve = (options: DutyOptions) =>
  command({
    id: 'approveAgent',
    method: 'post',
    path: '/v1/agents/{id}/approve',
    tag: 'Agents',
    summary: 'Approve an agent, naming the fingerprint that it shows',
    description:
      'Lets it ask for work and nothing else: it opens what the keys in its ring open. Unless the tenant’s rules say ' +
      'otherwise, another person approves than the one who made the enrolment token, as soon as there is one who may.',
    permission: 'agents.write',
    audit: 'agent.approved',
    fresh: true,
    params,
    body: ApproveAgent,
    reply: Agent,
    faults: ['not_found', 'fingerprint_mismatch', 'agent_revoked', 'conflict', 'separation_of_duties'],
    example: { params: { id: ids.agent }, body: { fingerprint }, reply: approved },
    async handle({ db, principal, params, body, now }) {
      const row = await agent(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      if (row.fingerprint !== body.fingerprint) throw new Fault('fingerprint_mismatch')
      if (row.state === 'revoked') throw new Fault('agent_revoked')
      if (row.state === 'approved') return unchanged(toAgent(row))
      const maker = await makerOf(db, row)
      await checkDuties(options, { db, principal, agent: row, maker })
      return change({
        writes: [approveAgent(principal.tenant, row.id, now)],
        target: row.id,
        facts: { pool: row.pool, fingerprint: row.fingerprint, enrolled_by: maker },
        reply: () => toAgent({ ...row, state: 'approved', approved: now }),
        again: true,
      })
    },
  })

const revoke = command({
  id: 'revokeAgent',
  method: 'post',
  path: '/v1/agents/{id}/revoke',
  tag: 'Agents',
  summary: 'Revoke an agent: from now on the edge answers it nothing',
  permission: 'agents.write',
  audit: 'agent.revoked',
  fresh: true,
  params,
  reply: Agent,
  faults: ['not_found'],
  example: { params: { id: ids.agent }, reply: { ...approved, state: 'revoked', revoked: at } },
  async handle({ db, principal, params, now }) {
    const row = await agent(db, principal.tenant, params.id)
    if (row === null) throw new Fault('not_found')
    if (row.state === 'revoked' && row.removed === null) return unchanged(toAgent(row))
    return change({
      writes: [revokeAgent(principal.tenant, row.id, now), ...forgetAgent(principal.tenant, row.id)],
      target: row.id,
      facts: { pool: row.pool },
      reply: () => toAgent({ ...row, state: 'revoked', revoked: now }),
      again: true,
    })
  },
})

export function agentRoutes(options: DutyOptions & DrainOptions): readonly Route[] {
  return [
    listPools,
    createEnrolmentToken,
    enrolAgent,
    listAgents,
    getAgent,
    approve(options),
    revoke,
    ...drainRoutes(options),
  ]
}
