/** Agents that joined by their pool's key leave as they came: whoever says nothing for a day is removed. */
import { Fault } from '../../shared/faults.ts'
import type { Reader } from '../db/database.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import { forgetAgent } from '../keys/store.ts'
import { removeSilent, silentAgents } from './store.ts'

const SILENCE_MS = 86_400_000
const AT_ONCE = 100

/** Removes those that are silent; returns how many. Safe from any number of instances. */
export async function removeSilentAgents(options: OwnActOptions & { readonly db: Reader }): Promise<number> {
  const { db, clock } = options
  let count = 0
  for (;;) {
    const now = clock()
    const since = now - SILENCE_MS
    const silent = await silentAgents(db, since, AT_ONCE)
    for (const agent of silent) {
      const { tenant, id, pool } = agent
      const writes = [removeSilent(agent, { since, now }), ...forgetAgent(tenant, id)]
      try {
        await actAsEdge(options, { tenant, action: 'agent.removed', target: id, facts: { pool }, writes })
        count++
      } catch (error) {
        // It was heard of meanwhile, or another instance was faster.
        if (!(error instanceof Fault) || error.code !== 'conflict') throw error
      }
    }
    if (silent.length < AT_ONCE) return count
  }
}
