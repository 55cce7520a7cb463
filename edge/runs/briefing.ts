/** What a poll tells besides a job: what is newest, and now and then how the audit log has grown. */
import { toBase64 } from '../../shared/bytes.ts'
import type { AgentCheckpoint } from '../../shared/schemas/agent.ts'
import type { Job, PollReply } from '../../shared/schemas/job.ts'
import type { TenantLogs } from '../audit/tenant_log.ts'
import type { AgentPrincipal } from '../http/principal.ts'
import type { Newest, News } from '../trust/newest.ts'

export interface BriefingOptions {
  readonly newest: Newest
  readonly logs: TenantLogs
  readonly clock: () => number
}

/** What an agent has been told by this instance. */
interface Told {
  /** Stamp of the news; null before the first answer. */
  stamp: string | null
  /** When it was last looked whether the log has grown. */
  looked: number
}

/** An agent hears of the log at most this often. */
const LOG_MS = 60_000
/** Whoever waits for a job is not kept waiting by a proof, unless it has had none for so long. */
const LOG_WITH_JOB_MS = 5 * 60_000
/** Agents in memory; the one that was silent longest is forgotten first, and is new when it comes again. */
const MAX_AGENTS = 50_000

export class Briefings {
  readonly #options: BriefingOptions
  readonly #told = new Map<string, Told>()

  constructor(options: BriefingOptions) {
    this.#options = options
  }

  /** A poll of this agent begins. */
  begin(principal: AgentPrincipal, logSize: number): Briefing {
    const told = this.#told.get(principal.id) ?? { stamp: null, looked: -Infinity }
    this.#told.delete(principal.id)
    this.#told.set(principal.id, told)
    if (this.#told.size > MAX_AGENTS) this.#told.delete(this.#told.keys().next().value as string)
    return new Briefing(this.#options, { told, logSize, tenant: principal.tenant })
  }
}

export class Briefing {
  readonly #options: BriefingOptions
  readonly #told: Told
  readonly #tenant: string
  readonly #logSize: number

  constructor(
    options: BriefingOptions,
    of: { readonly told: Told; readonly logSize: number; readonly tenant: string },
  ) {
    this.#options = options
    this.#told = of.told
    this.#logSize = of.logSize
    this.#tenant = of.tenant
  }

  async news(): Promise<News> {
    const news = await this.#options.newest.of(this.#tenant)
    this.#told.stamp ??= news.stamp
    return news
  }

  /** Whether something was published that the agent has not been told of. */
  isNews({ stamp }: News): boolean {
    return this.#told.stamp !== stamp
  }

  async reply(job: Job | null): Promise<PollReply> {
    const log = await this.#log(job === null ? LOG_MS : LOG_WITH_JOB_MS)
    const { told, stamp } = await this.news()
    this.#told.stamp = stamp
    return { job, newest: told, log }
  }

  /**
   * The newest checkpoint, when the log is not where the agent's anchor has it. One that has become shorter is shown as
   * well, without a proof, as there is none: an edge that lost entries does not hide it.
   */
  async #log(everyMs: number): Promise<AgentCheckpoint | null> {
    const { logs, clock } = this.#options
    const now = clock()
    if (now - this.#told.looked < everyMs) return null
    this.#told.looked = now
    const { checkpoint, size } = await logs.checkpoint(this.#tenant)
    if (size === this.#logSize) return null
    const between = { from: this.#logSize, to: size }
    const proof = size < this.#logSize ? [] : await logs.consistency(this.#tenant, between)
    return { checkpoint, size, consistency: proof.map(toBase64) }
  }
}
