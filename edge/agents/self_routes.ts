/** What an agent asks about itself and what it has to check. All of it is signed by others. */
import { z } from 'zod'
import { toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { AgentCheckpoint, AgentSelf } from '../../shared/schemas/agent.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { IndexRecord } from '../../shared/schemas/index_record.ts'
import { TrustRecord } from '../../shared/schemas/trust_record.ts'
import type { TenantLogs } from '../audit/tenant_log.ts'
import { fitting, paged, pageOf, pageShape, window } from '../http/page.ts'
import { query, type Route } from '../http/route.ts'
import { at, ids, signedIndex, signedTrust } from '../trust/examples.ts'
import { afterNumber, indexPage } from '../trust/routes.ts'
import { checkProject, trustRecords, trustSizes } from '../trust/store.ts'

const after = afterNumber.optional()

const self = query({
  id: 'getAgentSelf',
  path: '/v1/agent/self',
  tag: 'Agent',
  summary: 'What the edge knows of the agent that asks',
  permission: 'agent:enrolled',
  reply: AgentSelf,
  example: { reply: { id: ids.agent, state: 'approved', pool: 'default' } },
  handle({ principal: { id, state, pool } }) {
    return Promise.resolve({ id, state, pool })
  },
})

const trust = query({
  id: 'listAgentTrust',
  path: '/v1/agent/trust',
  tag: 'Agent',
  summary: 'Trust documents after a version, oldest first, with their policies',
  permission: 'agent:approved',
  query: z.strictObject({ ...pageShape, after }),
  reply: pageOf(TrustRecord),
  example: {
    query: { after: '0' },
    reply: {
      data: [{
        version: 1,
        hash: signedTrust.hash,
        document: signedTrust.dsse,
        policy: null,
        created: at,
      }],
    },
  },
  async handle({ db, principal, query }) {
    const { after: cursor, take, limit: most } = window(query)
    const start = cursor === null ? query.after ?? 0 : Number(cursor)
    if (!Number.isSafeInteger(start)) throw new Fault('invalid_request', 'The cursor is none of ours.')
    const limit = fitting(await trustSizes(db, principal.tenant, { after: start, take }), most)
    const rows = await trustRecords(db, principal.tenant, { after: start, take: limit + 1 })
    return paged(rows, { limit, key: ({ version }) => String(version), item: (row) => row })
  },
})

const index = query({
  id: 'listAgentIndexes',
  path: '/v1/agent/projects/{id}/index',
  tag: 'Agent',
  summary: "A project's indexes after a number, oldest first",
  permission: 'agent:approved',
  params: z.strictObject({ id: Id }),
  query: z.strictObject({ ...pageShape, after }),
  reply: pageOf(IndexRecord),
  faults: ['not_found'],
  example: {
    params: { id: ids.project },
    query: { after: '0' },
    reply: {
      data: [{
        project: ids.project,
        number: 1,
        hash: signedIndex.hash,
        document: signedIndex.dsse,
        created: at,
      }],
    },
  },
  async handle({ db, principal, params, query }) {
    await checkProject(db, principal.tenant, params.id)
    return await indexPage(db, principal.tenant, { ...query, project: params.id })
  },
})

/** The routes of signed requests, over the logs of all tenants. */
export function agentSelfRoutes(logs: TenantLogs): readonly Route[] {
  const checkpoint = query({
    id: 'getAgentCheckpoint',
    path: '/v1/agent/checkpoint',
    tag: 'Agent',
    summary: 'The newest checkpoint of the audit log, and that it continues the one before',
    permission: 'agent:approved',
    query: z.strictObject({ from: afterNumber.optional() }),
    reply: AgentCheckpoint,
    faults: ['not_found'],
    example: {
      query: { from: '0' },
      reply: {
        checkpoint:
          `sallyport/${ids.tenant}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 \u2026\n`,
        size: 0,
        consistency: [],
      },
    },
    async handle({ principal, query }) {
      const head = await logs.checkpoint(principal.tenant)
      const from = query.from ?? 0
      const proof = await logs.consistency(principal.tenant, { from, to: head.size })
      return { checkpoint: head.checkpoint, size: head.size, consistency: proof.map(toBase64) }
    },
  })
  return [self, trust, index, checkpoint]
}
