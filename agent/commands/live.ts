/** Whether what was published is in force: where an agent's signed receipt says that it has verified it. */
import { type Command, InvalidArgumentError } from 'commander'
import { Fault } from '../../shared/faults.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { sleep } from '../edge_client/transport.ts'
import { type Later, leadsOn } from './leads_on.ts'
import { type RunningAgent, runningAgents, verifiedReceipts } from './receipts.ts'
import type { Session } from './session.ts'
import type { Shell } from './shell.ts'

const defaultSeconds = 30
const lookMs = 400
/** Once an agent of every pool has confirmed, others have so long to do so as well. */
const othersMs = 2_000

export interface WaitOptions {
  /** Seconds. */
  readonly wait?: number
}

export function waitOption(command: Command): Command {
  return command.option(
    '--wait <seconds>',
    `wait so long until agents confirm that it is in force (default: ${defaultSeconds} on a terminal, else 0)`,
    secondsIn,
  )
}

/** For commander. */
export function secondsIn(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number of seconds.')
  return Number(text)
}

/** What agents have to have verified. */
export type Published =
  | { readonly kind: 'trust'; readonly version: number; readonly hash: string }
  | { readonly kind: 'index'; readonly project: string; readonly number: number; readonly hash: string }

export interface Confirming {
  readonly session: Session
  /** The document in force: its pool keys say whose receipts count. */
  readonly trust: TrustDocument
  readonly deny: readonly string[]
  readonly pools: readonly string[]
  readonly published: Published
}

export interface Confirmed {
  /** For --json. */
  readonly live: readonly { readonly pool: string; readonly agent: string }[]
  /** For people: one sentence. */
  readonly text: string
}

/**
 * Waits for the agents of the pools that are running. Throws no Fault: what was published is published, whoever
 * confirms it.
 */
export async function confirmed(
  shell: Shell,
  options: WaitOptions,
  confirming: Confirming,
): Promise<Confirmed> {
  const waitMs = (options.wait ?? (shell.interactive ? defaultSeconds : 0)) * 1000
  if (waitMs === 0) {
    return { live: [], text: 'Whether agents stand on it was not waited for: --wait SECONDS does.' }
  }
  try {
    return await wait(shell, confirming, waitMs)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { live: [], text: `Whether agents stand on it could not be seen: ${error.message}` }
  }
}

async function wait(shell: Shell, confirming: Confirming, waitMs: number): Promise<Confirmed> {
  const { session, pools, trust, deny } = confirming
  const first = await verifiedReceipts(session, { trust, deny })
  const running = await runningAgents(session, { pools, receipts: first, now: Date.now() })
  if (running.length === 0) {
    const names = pools.join(', ')
    return { live: [], text: `No agent of the pool ${names} is running: the next one to start stands on it.` }
  }
  const began = performance.now()
  let enough = Infinity
  for (;;) {
    const receipts = await verifiedReceipts(session, { trust, deny })
    warnOfForks(shell, confirming.published, receipts)
    const saying = await sayingSo(confirming, receipts)
    const live = running.filter(({ id, pool }) => saying.some((one) => one.agent === id && one.pool === pool))
    const everyPool = running.every(({ pool }) => live.some((one) => one.pool === pool))
    const now = performance.now()
    if (everyPool) enough = Math.min(enough, now + othersMs)
    const over = live.length === running.length || now >= enough || now - began >= waitMs
    if (over) return said({ live, running, waitMs })
    await sleep(lookMs, new AbortController().signal)
  }
}

/** Receipts of agents that have verified this document, or a later one that stands on it. */
async function sayingSo(
  { session: { edge }, published }: Confirming,
  receipts: readonly Receipt[],
): Promise<Receipt[]> {
  const number = published.kind === 'trust' ? published.version : published.number
  const ways = new Map<string, Promise<boolean>>()
  const said = await Promise.all(receipts.map(async (receipt) => {
    const seen = seenIn(receipt, published)
    if (seen === null || seen.number < number) return []
    if (seen.number === number) return seen.hash === published.hash ? [receipt] : []
    const way = ways.get(seen.hash) ?? leadsOn(edge, published, seen)
    ways.set(seen.hash, way)
    return await way ? [receipt] : []
  }))
  return said.flat()
}

function seenIn({ trust, index }: Receipt, published: Published): Later | null {
  if (published.kind === 'trust') return { number: trust.version, hash: trust.hash }
  return index[published.project] ?? null
}

/** The same number with another hash, verified by an agent: somebody shows two histories. */
function warnOfForks(shell: Shell, published: Published, receipts: readonly Receipt[]): void {
  const number = published.kind === 'trust' ? published.version : published.number
  const forked = receipts.find((receipt) => {
    const seen = seenIn(receipt, published)
    return seen?.number === number && seen.hash !== published.hash
  })
  if (forked === undefined) return
  shell.warn(
    `the agent ${forked.agent} of the pool ${forked.pool} stands on another document under this number. ` +
      'Do not go on with this edge; tell who holds the root keys.',
  )
}

interface Said {
  readonly live: readonly RunningAgent[]
  readonly running: readonly RunningAgent[]
  readonly waitMs: number
}

function said({ live, running, waitMs }: Said): Confirmed {
  const names = (agents: readonly RunningAgent[]) =>
    agents.map(({ name, pool }) => `${name} (${pool})`).join(', ')
  const silent = running.filter((one) => !live.includes(one))
  const parts = [
    ...(live.length === 0 ? [] : [`It is live: confirmed by ${names(live)}.`]),
    ...(silent.length === 0 ? [] : [`Not yet confirmed within ${waitMs / 1000} s by ${names(silent)}.`]),
  ]
  return { live: live.map(({ id, pool }) => ({ pool, agent: id })), text: parts.join(' ') }
}
