/**
 * What has to hold after every commit, whatever happened: read from the database's rows and from its audit log, and
 * held against what nodes were told.
 */
import type { RunJob } from '../../shared/schemas/job.ts'
import { isFinal, isHeld } from '../runs/states.ts'
import type { RunRow } from '../runs/store.ts'
import type { Database } from './database.ts'
import type { Bounds } from './bounds.ts'
import type { Reply } from './network.ts'
import type { Overlaps } from './overlaps.ts'
import type { Entry, Rules } from './rules.ts'
import { canGo } from './steps.ts'
import { short, type Trace } from './trace.ts'
import { Violation } from './violation.ts'

/** From which commit until which one an agent held a run under a fence. */
interface Holding {
  readonly agent: string
  readonly fence: number
  readonly from: number
  until: number
}

/** What nodes were told, and now rely on. */
export interface Acknowledged {
  claim(agent: string, job: RunJob): void
  renewal(
    agent: string,
    of: { readonly run: string; readonly fence: number; readonly reply: Reply },
  ): void
  word(
    agent: string,
    of: {
      readonly verb: 'started' | 'complete'
      readonly run: string
      readonly fence: number
      readonly state: string
    },
  ): void
  created(run: string): void
  cancelled(run: string): void
}

const leafOf = { started: 'run.started', complete: 'run.completed' } as const

export class Invariants implements Acknowledged {
  readonly runs = new Map<string, RunRow>()
  /** Entries of the audit log that name no run's fence, in order. */
  readonly entries: Entry[] = []
  readonly #database: Database
  readonly #trace: Trace
  readonly #tenants: readonly string[]
  readonly #bounds: Bounds
  readonly rules: Rules
  readonly overlaps: Overlaps
  #claimed: string[] = []
  readonly #holdings = new Map<string, Holding[]>()
  /** Who did it, by action, run and fence. */
  readonly #done = new Map<string, string>()
  /** By call: its run. */
  readonly calls = new Map<string, string>()
  /** By pipeline: calls that were refused, of which one that comes late may still start a run. */
  readonly refusedCalls = new Map<string, number>()
  /** By tenant: how many entries its log has. */
  readonly #sizes = new Map<string, number>()

  constructor(
    database: Database,
    of: {
      readonly tenants: readonly string[]
      readonly trace: Trace
      readonly bounds: Bounds
      readonly rules: Rules
      readonly overlaps: Overlaps
    },
  ) {
    this.#database = database
    this.#tenants = of.tenants
    this.rules = of.rules
    this.overlaps = of.overlaps
    this.#trace = of.trace
    this.#bounds = of.bounds
  }

  /** After a commit. Throws a Violation. */
  async look(): Promise<void> {
    this.#claimed = []
    for (const tenant of this.#tenants) await this.#readLog(tenant)
    for (const row of await this.#moving()) {
      const before = this.runs.get(row.id)
      this.runs.set(row.id, row)
      this.#hold(row)
      if (before !== undefined) checkMove(before, row)
      if (before?.state === row.state && before.fence === row.fence) continue
      this.#trace.say(`run ${short(row.id)} is ${row.state}, fence ${row.fence}`)
    }
    this.overlaps.look(this.open())
    const claimed = this.#claimed.flatMap((id) => this.runs.get(id) ?? [])
    await this.#bounds.look(this.open(), claimed, this.rules)
  }

  /** Runs that are not over, or were not over before this commit. */
  async #moving(): Promise<readonly RunRow[]> {
    const open = JSON.stringify(this.open().map(({ id }) => id))
    const rows = await this.#database.rows(
      'SELECT * FROM run WHERE finished IS NULL OR id IN (SELECT value FROM json_each(?))',
      [open],
    )
    return rows as unknown as RunRow[]
  }

  /** At the end: what is over is as it was. Throws a Violation. */
  async lookAtAll(): Promise<void> {
    const rows = await this.#database.rows('SELECT * FROM run')
    const now = new Map((rows as unknown as RunRow[]).map((row) => [row.id, row]))
    for (const before of this.runs.values()) {
      const after = now.get(before.id)
      if (after === undefined) throw new Violation(`run ${before.id} is no longer there`)
      checkMove(before, after)
    }
    if (now.size > this.runs.size) throw new Violation('a run came and ended in one commit')
  }

  async #readLog(tenant: string): Promise<void> {
    const before = this.#sizes.get(tenant) ?? 0
    const rows = await this.#database.rows(
      'SELECT seq, bytes FROM audit_leaf WHERE tenant = ? AND seq >= ? ORDER BY seq',
      [tenant, before],
    )
    for (const [at, { seq, bytes }] of rows.entries()) {
      if (seq !== before + at) {
        throw new Violation(`entry ${before + at} is missing in the audit log of ${tenant}`)
      }
      this.#read(tenant, JSON.parse(new TextDecoder().decode(bytes as Uint8Array)) as Entry)
    }
    this.#sizes.set(tenant, before + rows.length)
  }

  #read(tenant: string, entry: Entry): void {
    this.entries.push(entry)
    this.rules.read(tenant, entry)
    this.#checkRedrive(entry)
    const { action, target, actor, facts = {} } = entry
    if (actor.id === undefined || facts.fence === undefined) return
    const key = `${action}/${target}/${facts.fence}`
    if (action === 'run.claimed' && this.#done.has(key)) {
      throw new Violation(`run ${target} was handed out twice under fence ${facts.fence}`)
    }
    this.#done.set(key, actor.id)
    if (action === 'run.claimed') this.#claimed.push(target)
  }

  /** Without a request a run goes on with attempts that it has left, as it stood before this commit. */
  #checkRedrive({ action, target, facts = {} }: Entry): void {
    const row = this.runs.get(target)
    if (action !== 'run.redriven' || facts.signed !== false || row === undefined) return
    if (row.begun > row.retries) {
      throw new Violation(`run ${target} has no attempt left, and is attempted again`)
    }
  }

  #hold({ id, agent, fence, state }: RunRow): void {
    const all = this.#holdings.get(id) ?? []
    this.#holdings.set(id, all)
    const last = all.at(-1)
    const { commits } = this.#database
    const goes = isHeld(state) && last?.agent === agent && last.fence === fence
    if (last !== undefined && last.until === Infinity && !goes) last.until = commits
    if (!isHeld(state) || (goes && last.until === Infinity)) return
    if (agent === null) throw new Violation(`run ${id} is ${state} and in nobody's hands`)
    all.push({ agent, fence, from: commits, until: Infinity })
  }

  claim(agent: string, job: RunJob): void {
    const { run, lease } = job
    const who = this.#done.get(`run.claimed/${run.id}/${lease.fence}`)
    if (who === agent) return
    throw new Violation(`${agent} was handed run ${run.id} under fence ${lease.fence}, which is ${who}'s`)
  }

  renewal(
    agent: string,
    { run, fence, reply }: { readonly run: string; readonly fence: number; readonly reply: Reply },
  ): void {
    const [from, until] = reply.between
    const held = this.#holdings.get(run)?.some((one) =>
      one.agent === agent && one.fence === fence && one.from <= until && one.until > from
    )
    if (held) return
    throw new Violation(
      `the lease of run ${run} was renewed for ${agent} and fence ${fence}, who did not have it`,
    )
  }

  word(
    agent: string,
    { verb, run, fence, state }: {
      readonly verb: 'started' | 'complete'
      readonly run: string
      readonly fence: number
      readonly state: string
    },
  ): void {
    if (this.#done.get(`${leafOf[verb]}/${run}/${fence}`) === agent) return
    throw new Violation(`${agent} was told that its ${verb} of run ${run} counts (${state}), and it does not`)
  }

  created(run: string): void {
    if (!this.runs.has(run)) throw new Violation(`run ${run} was acknowledged, and is not there`)
  }

  cancelled(run: string): void {
    const row = this.runs.get(run)
    if (row !== undefined && (row.cancel === 1 || isFinal(row.state))) return
    throw new Violation(`run ${run} was said to be cancelled, and is not`)
  }

  /** It was said that the run is attempted again. */
  redriven(run: string): void {
    if ((this.runs.get(run)?.redriven ?? 0) > 0) return
    throw new Violation(`run ${run} was said to be attempted again, and is not`)
  }

  /** A call of a webhook, as its caller knows it, has that run. */
  called(call: string, run: string): void {
    if (!this.runs.has(run)) throw new Violation(`a call was answered with run ${run}, which is not there`)
    const before = this.calls.get(call)
    if (before !== undefined && before !== run) {
      throw new Violation(`one call of a webhook has started run ${before} and run ${run}`)
    }
    const other = [...this.calls].find(([one, its]) => its === run && one !== call)
    if (other !== undefined) throw new Violation(`run ${run} is said to be of two calls of a webhook`)
    this.calls.set(call, run)
  }

  refusedCall(pipeline: string): void {
    this.refusedCalls.set(pipeline, (this.refusedCalls.get(pipeline) ?? 0) + 1)
  }

  /** What was answered stands in the log. */
  said(what: string, holds: (rules: Rules) => boolean): void {
    if (!holds(this.rules)) throw new Violation(`it was said that ${what}, and it is not so`)
  }

  /** Under which fence the run was completed last; null when it never was. */
  completedUnder({ id, fence }: RunRow): number | null {
    return this.#done.has(`run.completed/${id}/${fence}`) ? fence : null
  }

  /** Those that are not over. */
  open(): RunRow[] {
    return [...this.runs.values()].filter(({ state }) => !isFinal(state))
  }
}

/** A commit may hold several moves of one run, so this is what holds for any number of them. */
function checkMove(before: RunRow, after: RunRow): void {
  const about = `run ${after.id}, ${before.state} and then ${after.state}:`
  const wrong = (what: string): never => {
    throw new Violation(`${about} ${what}`)
  }
  if (after.fence < before.fence) wrong('its fence fell')
  if (after.begun > after.retries + 1) wrong('it has begun more attempts than it may')
  if (isFinal(after.state) !== (after.finished !== null)) wrong('it is over if and only if it has an end')
  if (!canGo(before, after)) wrong('no step leads there')
  if (after.redriven > before.redriven) return
  if (isFinal(before.state) && before.state !== after.state) wrong('what is over is over')
  if (after.failures < before.failures || after.lost < before.lost) wrong('it has failed less often')
  if (after.failures > after.retries + 1) wrong('it has more attempts than it may')
  if (before.cancel === 1 && after.cancel === 0) wrong('nobody takes a wish to cancel back')
  if (after.fence === before.fence && isHeld(after.state) && before.agent !== after.agent) {
    wrong('it changed hands under one fence')
  }
}
