/**
 * Receipts: what this agent stands on, signed by the key of its pool, so that people see by more than the edge's word
 * that what they published is in force. Nothing is in one that was not verified for it.
 */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Newest } from '../../shared/schemas/job.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import type { Log } from '../logs/log.ts'
import { native } from '../primitives.ts'
import { anchoredIndex } from '../runs/anchored_index.ts'
import { keepRefusal } from '../runs/refusal.ts'
import { readAnchor } from '../trust/anchor.ts'
import type { Footing, Footings } from '../trust/footing.ts'
import { remembered } from '../trust/log_watch.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'
import { provePossession } from './possession.ts'
import { holdsActiveKeys } from './rewrap_record.ts'

export interface ReceiptOptions {
  readonly footings: Pick<Footings, 'read'>
  readonly anchor: Store
  readonly edge: Pick<AgentEdge, 'indexAfter' | 'challenges' | 'prove' | 'handIn'>
  readonly agentId: string
  readonly of: { readonly tenant: string; readonly pool: string }
  readonly now: () => number
  readonly log: Pick<Log, 'write'>
  /** Aborts when the agent stops. */
  readonly signal: AbortSignal
  readonly pausesMs?: readonly number[]
}

/** A tenant may have more projects; their indexes get into receipts as they are published. */
const mostProjects = 1000
/** After a receipt that says less than it should, news is needed, or so much time. */
const againMs = 60_000
/** An edge hands records to rewrap only to whom it has seen proving the keys within a day or so. */
const proveAgainMs = 6 * 3_600_000
/** However much news an edge has, it is looked into no more often. */
const newsMs = 1_000

/** Sends receipts, one at a time, whenever there is something that the last one did not say. */
export class Receipts {
  readonly #options: ReceiptOptions
  /** What the last receipt said; null before the first. */
  #last: Receipt | null = null
  #newest: Newest = { trust: null, indexes: {} }
  /** What could not be said last time, and since when. */
  #failed: { readonly newest: string; readonly at: number } | null = null
  /** The ring has not got the active key of its pool yet. */
  #lacking = false
  readonly #proved = new Set<string>()
  /** When the edge was last asked whether it wants a proof. */
  #asked = 0
  #sending: Promise<void> | null = null
  #again = false

  constructor(options: ReceiptOptions) {
    this.#options = options
  }

  /** What a poll says is the newest: a hint, after which this side looks for itself. */
  heard(newest: Newest): void {
    this.#newest = newest
    const due = this.#isBehind() || this.#lacking || this.#isProofOld()
    if (due && !this.#isHopeless()) void this.send()
  }

  /** The ring as somebody has just read it: another one than the last receipt was made of is told at once. */
  saw(footing: Footing): void {
    if (this.#last !== null && kidsOf(footing).join() !== this.#last.kids.join()) void this.send()
  }

  /** Resolves when what is known now has been said, or could not be; does not throw. */
  async send(): Promise<void> {
    if (this.#sending !== null) {
      this.#again = true
      return await this.#sending
    }
    this.#sending = this.#sendAll()
    try {
      await this.#sending
    } finally {
      this.#sending = null
    }
  }

  async #sendAll(): Promise<void> {
    do {
      this.#again = false
      const wanted = JSON.stringify(this.#newest)
      try {
        await this.#sendOne(wanted)
      } catch (error) {
        if (this.#options.signal.aborted) return
        this.#failed = { newest: wanted, at: performance.now() }
        this.#options.log.write('warn', 'no receipt could be made', { error })
      }
    } while (this.#again)
  }

  async #sendOne(wanted: string): Promise<void> {
    const { footings, anchor, edge, agentId, log, signal } = this.#options
    const footing = await settled(() => footings.read(signal), { ...this.#options, signal })
    const { index, refused } = await this.#indexes(footing)
    const kids = kidsOf(footing)
    const unproved = listedKids(footing).some((kid) => kids.includes(kid) && !this.#proved.has(kid))
    if (unproved || this.#isProofOld()) {
      const proved = await provePossession({ ring: footing.ring, agentId, edge }, signal)
      for (const kid of proved) this.#proved.add(kid)
      this.#asked = this.#options.now()
      log.write('debug', 'the keys of the ring are proved', { keys: proved.length })
    }
    const checkpoint = remembered((await readAnchor(anchor, footing.ring)).checkpoint)
    const receipt = this.#receipt(footing, {
      index,
      kids,
      log: checkpoint === null || checkpoint.size === 0
        ? null
        : { size: checkpoint.size, root: toBase64(checkpoint.root) },
    })
    const seeds = [fromBase64(footing.ring.pool_key)]
    const { dsse } = signDocument(native, { type: 'receipt', document: receipt, seeds })
    await edge.handIn(dsse, signal)
    this.#last = receipt
    this.#lacking = !holdsActiveKeys(footing)
    const less = refused || this.#lacking || this.#isBehind()
    this.#failed = less ? { newest: wanted, at: performance.now() } : null
    log.write('debug', 'a receipt is handed in', { trust: receipt.trust.version })
  }

  #receipt(
    { ring: { tenant, pool }, chain }: Footing,
    said: Pick<Receipt, 'index' | 'kids' | 'log'>,
  ): Receipt {
    const { agentId: agent, now } = this.#options
    const trust = { version: chain.document.version, hash: chain.hash }
    return { type: 'receipt', tenant, pool, agent, trust, ...said, issued: new Date(now()).toISOString() }
  }

  /** Those of before, and every other that is said to be newer, each walked and verified now. */
  async #indexes(footing: Footing): Promise<{ index: Receipt['index']; refused: boolean }> {
    const { anchor, log, of, now, signal } = this.#options
    const known = (await readAnchor(anchor, footing.ring)).index
    const named = new Set([...Object.keys(known), ...Object.keys(this.#newest.indexes)])
    const index: Receipt['index'] = {}
    let refused = false
    for (const project of [...named].slice(0, mostProjects)) {
      try {
        const look = () => anchoredIndex(project, { ...this.#options, footing }, signal)
        const { document: { number }, hash } = await settled(look, { ...this.#options, signal })
        index[project] = { number, hash }
      } catch (error) {
        if (!(error instanceof Fault) || error.class !== 'refused') throw error
        refused = true
        log.write('error', 'an index is refused, and no receipt names it', { project, error })
        await keepRefusal(anchor, of, { fault: error, run: null, now: now() })
      }
    }
    return { index, refused }
  }

  #isProofOld(): boolean {
    return Math.abs(this.#options.now() - this.#asked) >= proveAgainMs
  }

  #isBehind(): boolean {
    const last = this.#last
    if (last === null) return true
    const { trust, indexes } = this.#newest
    return (trust ?? 0) > last.trust.version ||
      Object.entries(indexes).slice(0, mostProjects)
        .some(([project, number]) => number > (last.index[project]?.number ?? 0))
  }

  /** What failed is not tried again at every poll. */
  #isHopeless(): boolean {
    if (this.#failed === null) return false
    const same = this.#failed.newest === JSON.stringify(this.#newest)
    return performance.now() - this.#failed.at < (same ? againMs : newsMs)
  }
}

/** As a receipt lists them: what still opens. */
function kidsOf({ ring }: Footing): string[] {
  return ring.sealing.filter(({ state }) => state !== 'retired').map(({ kid }) => kid).sort()
}

/** Keys of the pool that the trust document lists, and that still open. */
function listedKids({ ring, chain }: Footing): string[] {
  return chain.document.sealing_keys
    .filter(({ pool, state }) => pool === ring.pool && state !== 'retired').map(({ kid }) => kid)
}
