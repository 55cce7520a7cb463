/** Agents that are handed no work, because a person wants that: before a machine is taken away, say. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Agent } from '../../shared/schemas/agent.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { change, unchanged } from '../http/change.ts'
import { command, type Route } from '../http/route.ts'
import { at, ids, poolKey } from '../trust/examples.ts'
import { agent, drainAgent, toAgent } from './store.ts'

export interface DrainOptions {
  /** Told of the agent whose polls have to look again. */
  readonly drained: (agent: string) => void
}

const example = {
  id: ids.agent,
  name: 'vm-1',
  pool: 'default',
  state: 'approved',
  public_key: poolKey,
  fingerprint: '6a3803d5f059902a1c6dafbc9ba47292',
  version: '0.1.0',
  created: at,
  approved: at,
  last_seen: at,
  ephemeral: false,
} as const

function drainRoute(
  { drained }: DrainOptions,
  of: {
    readonly id: string
    readonly word: 'drain' | 'resume'
    readonly audit: 'agent.drained' | 'agent.resumed'
    readonly summary: string
  },
): Route {
  const drains = of.word === 'drain'
  return command({
    id: of.id,
    method: 'post',
    path: `/v1/agents/{id}/${of.word}`,
    tag: 'Agents',
    summary: of.summary,
    permission: 'agents.write',
    audit: of.audit,
    params: z.strictObject({ id: Id }),
    reply: Agent,
    faults: ['not_found', 'agent_revoked', 'conflict'],
    example: { params: { id: ids.agent }, reply: { ...example, ...(drains ? { draining: at } : {}) } },
    async handle({ db, principal, params, now }) {
      const row = await agent(db, principal.tenant, params.id)
      if (row === null) throw new Fault('not_found')
      if (row.state === 'revoked') throw new Fault('agent_revoked')
      if ((row.draining !== null) === drains) return unchanged(toAgent(row))
      const draining = drains ? now : null
      return change({
        writes: [drainAgent(row, draining)],
        target: row.id,
        facts: { pool: row.pool },
        reply: () => toAgent({ ...row, draining }),
        committed: () => drained(row.id),
        again: true,
      })
    },
  })
}

export function drainRoutes(options: DrainOptions): readonly Route[] {
  return [
    drainRoute(options, {
      id: 'drainAgent',
      word: 'drain',
      audit: 'agent.drained',
      summary: 'Hand an agent no more work: what it holds it finishes',
    }),
    drainRoute(options, {
      id: 'resumeAgent',
      word: 'resume',
      audit: 'agent.resumed',
      summary: 'Hand an agent work again',
    }),
  ]
}
