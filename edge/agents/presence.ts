/**
 * Which agents are heard of, and what they say of themselves: kept in memory and written together every few seconds, never
 * by a request. Who has not been heard of for longer than a poll can take is lost, which is an entry of the audit log.
 */
import { Fault } from '../../shared/faults.ts'
import type { AgentReport } from '../../shared/schemas/agent.ts'
import type { Reader } from '../db/database.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import { isoTime } from '../trust/store.ts'
import {
  agentIsBack,
  agentIsLost,
  agentsBack,
  heardOf,
  type ReportRow,
  reportsOf,
  unheardAgents,
} from './presence_store.ts'

/**
 * A poll waits for 25 s at most and is followed by the next; what an instance hears is written within 5 s. With that,
 * and 5 s between two looks, a lost agent is noticed within 45 s.
 */
const SILENT_MS = 37_000
/** An edge that has just begun to listen, or cannot write what it hears, knows of no silence. */
const LISTENED_MS = 45_000
const WRITTEN_MS = 15_000
/** What an agent says again and again is written so often at least. */
const REPORT_MS = 60_000
/** A clock that moved by less has not moved. */
const SKEW_STEP_MS = 500
const AT_ONCE = 100
const MAX_AGENTS = 50_000

interface Heard {
  readonly seen: number
  readonly stopped: number | null
}

export class Presence {
  readonly #options: OwnActOptions & { readonly db: Reader }
  readonly #began: number
  #pending = new Map<string, Heard>()
  #reports = new Map<string, ReportRow>()
  /** By agent: when it was last heard of, and what was written of its report. */
  readonly #known = new Map<string, { seen: number; report: ReportRow | null }>()
  #written: number
  #lost = 0

  constructor(options: OwnActOptions & { readonly db: Reader }) {
    this.#options = options
    this.#began = options.clock()
    this.#written = this.#began
  }

  /** Agents that this instance has found to be lost, since it started. */
  get lost(): number {
    return this.#lost
  }

  /** A request of the agent came in. */
  touch(id: string, now: number): void {
    this.#pending.set(id, { seen: now, stopped: null })
    const known = this.#known.get(id)
    this.#known.delete(id)
    this.#known.set(id, { seen: now, report: known?.report ?? null })
    if (this.#known.size > MAX_AGENTS) this.#known.delete(this.#known.keys().next().value as string)
  }

  /** What the agent says of itself; that it stops is believed once it holds nothing any more. */
  report({ tenant, id, protocol }: AgentPrincipal, said: AgentReport, now: number): void {
    if (said.stopping && said.slots_used === 0) this.#pending.set(id, { seen: now, stopped: now })
    const row: ReportRow = {
      tenant,
      agent: id,
      protocol,
      version: said.version,
      clock_skew: Date.parse(said.clock) - now,
      ring_created: Date.parse(said.ring_created),
      slots: said.slots,
      slots_used: said.slots_used,
      labels: JSON.stringify(said.labels),
      stopping: said.stopping ? 1 : 0,
      reported: now,
    }
    const before = this.#known.get(id)?.report ?? null
    if (before !== null && isSame(before, row)) this.#reports.delete(id)
    else this.#reports.set(id, row)
  }

  /** Call it every few seconds; returns how many were found to be lost. */
  async look(): Promise<number> {
    await this.flush()
    return await this.#notice()
  }

  /** Writes what is new since the last time. What fails is tried again at the next. */
  async flush(): Promise<void> {
    const { db, storage, clock } = this.#options
    const [heard, reports] = [this.#pending, this.#reports]
    this.#pending = new Map()
    this.#reports = new Map()
    if (heard.size > 0 || reports.size > 0) {
      try {
        for (const back of await agentsBack(db, [...heard.keys()])) await this.#back(back)
        const steps = [...heardOf(heard), ...reportsOf([...reports.values()])]
        await storage.write({ id: '', steps, leaf: null, repeatable: false })
      } catch (error) {
        for (const [id, one] of heard) if (!this.#pending.has(id)) this.#pending.set(id, one)
        for (const [id, row] of reports) if (!this.#reports.has(id)) this.#reports.set(id, row)
        throw error
      }
    }
    this.#written = clock()
    for (const [id, report] of reports) {
      const known = this.#known.get(id)
      if (known !== undefined) known.report = report
    }
  }

  /** Finds those that have fallen silent; returns how many. Safe from any number of instances. */
  async #notice(): Promise<number> {
    const { db, clock } = this.#options
    let count = 0
    for (;;) {
      const now = clock()
      if (now - this.#began < LISTENED_MS || now - this.#written > WRITTEN_MS) return count
      const since = now - SILENT_MS
      const silent = await unheardAgents(db, since, AT_ONCE)
      let lost = 0
      for (const { tenant, id, pool, last_seen } of silent) {
        if ((this.#known.get(id)?.seen ?? 0) >= since) continue
        const facts = { pool, last_seen: isoTime(last_seen) }
        const writes = [agentIsLost({ tenant, id }, { since, now })]
        if (await this.#act({ tenant, action: 'agent.lost', target: id, facts, writes })) lost++
      }
      count += lost
      this.#lost += lost
      if (silent.length < AT_ONCE || lost === 0) return count
    }
  }

  async #back({ tenant, id, pool, lost }: Awaited<ReturnType<typeof agentsBack>>[number]): Promise<void> {
    const facts = { pool, lost: isoTime(lost) }
    await this.#act({
      tenant,
      action: 'agent.returned',
      target: id,
      facts,
      writes: [agentIsBack({ tenant, id })],
    })
  }

  /** False where another instance was faster, or it was heard of meanwhile. */
  async #act(act: Parameters<typeof actAsEdge>[1]): Promise<boolean> {
    try {
      await actAsEdge(this.#options, act)
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false
      throw error
    }
  }
}

/** Whether writing it again would tell nobody anything. */
function isSame(before: ReportRow, now: ReportRow): boolean {
  if (now.reported - before.reported >= REPORT_MS) return false
  if (Math.abs(now.clock_skew - before.clock_skew) >= SKEW_STEP_MS) return false
  const { reported: _then, clock_skew: _before, ...old } = before
  const { reported: _now, clock_skew: _skew, ...newer } = now
  return JSON.stringify(old) === JSON.stringify(newer)
}
