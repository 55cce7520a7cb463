/** Receipts of agents, as people see them: shown by the edge, believed by the signature of the pool's key. */
import { Fault } from '../../shared/faults.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { native } from '../primitives.ts'
import type { Session } from './session.ts'

/** Agents poll every 25 seconds; the edge says to the minute when it last heard of one, and says it late. */
const recentMs = 3 * 60_000

export interface RunningAgent {
  readonly id: string
  /** As the edge shows it, made fit for a terminal. */
  readonly name: string
  readonly pool: string
}

interface Looking {
  readonly pools: readonly string[]
  /** Those of now: who has just sent one is running. */
  readonly receipts: readonly Receipt[]
  readonly now: number
}

/** Approved agents of these pools that were heard of in the last minutes. */
export async function runningAgents(
  { edge }: Session,
  { pools, receipts, now }: Looking,
): Promise<RunningAgent[]> {
  const all = await everyPage((cursor) => answer(edge.GET('/v1/agents', { params: { query: cursor } })))
  const isRecent = (time: string | undefined) => time !== undefined && now - Date.parse(time) < recentMs
  return all
    .filter(({ id, state, pool, last_seen }) => {
      if (state !== 'approved' || !pools.includes(pool)) return false
      const receipt = receipts.find((one) => one.agent === id && one.pool === pool)
      return isRecent(last_seen) || isRecent(receipt?.issued)
    })
    .map(({ id, name, pool }) => ({ id, name: printable(name), pool }))
}

/** The newest receipt of every agent whose pool's key has signed it; what does not verify is left out. */
export async function verifiedReceipts(
  { edge }: Session,
  { trust, deny }: { readonly trust: TrustDocument; readonly deny: readonly string[] },
): Promise<Receipt[]> {
  const shown = await everyPage((cursor) => answer(edge.GET('/v1/receipts', { params: { query: cursor } })))
  return shown.flatMap(({ pool, receipt: dsse }) => {
    try {
      const { document } = verifyPooled(native, { trust, deny, type: 'receipt', pool, dsse })
      return deny.includes(document.agent) ? [] : [document]
    } catch (error) {
      if (error instanceof Fault && error.class === 'refused') return []
      throw error
    }
  })
}
