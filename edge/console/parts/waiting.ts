/** What a run in the queue waits for, as far as the lists tell: the queue itself decides, at each poll of an agent. */
import type { Agent } from '../../../shared/schemas/agent.ts'
import type { Limit } from '../../../shared/schemas/queue.ts'
import type { Run } from '../../../shared/schemas/run.ts'
import { lasting } from './text.tsx'

export interface Around {
  readonly now: number
  readonly limits: readonly Limit[]
  /** Null where the visitor may not see agents. */
  readonly agents: readonly Agent[] | null
  readonly pipelines: ReadonlyMap<string, {
    readonly name: string
    readonly source: string
    readonly destination: string
    readonly labels: readonly string[]
  }>
  readonly connection: (id: string) => string
}

/** An agent that would take work if it had a slot. */
export function takesWork(agent: Agent): boolean {
  return agent.state === 'approved' && agent.lost === undefined && agent.stopped === undefined &&
    agent.draining === undefined && agent.last_seen !== undefined && agent.health?.stopping !== true
}

/** In words, the most telling first. */
export function waitsFor(run: Run, around: Around): string {
  const due = run.next_attempt === undefined ? null : Date.parse(run.next_attempt)
  if (due !== null && due > around.now) {
    const again = run.attempt > 1 || run.code !== undefined ? 'The next attempt' : 'Its time'
    return `${again}, in ${lasting(due - around.now)}`
  }
  return agentMissing(run, around) ?? limitFull(run, around) ?? slotsUsed(run, around) ?? 'Its turn'
}

function agentMissing(run: Run, { agents, pipelines }: Around): string | null {
  if (agents === null) return null
  const up = agents.filter((agent) => agent.pool === run.pool && takesWork(agent))
  if (up.length === 0) return `An agent: none of the pool ${run.pool} takes work`
  const wanted = pipelines.get(run.pipeline_id)?.labels ?? []
  const fits = up.some(({ health }) => wanted.every((label) => health?.labels.includes(label)))
  return fits ? null : `An agent with the labels ${wanted.join(', ')}: none that is up has them`
}

function limitFull(run: Run, { limits, pipelines, connection }: Around): string | null {
  const pipeline = pipelines.get(run.pipeline_id)
  const scopes = [
    [`pipeline:${run.pipeline_id}`, 'of its pipeline'],
    ...(pipeline === undefined ? [] : [pipeline.source, pipeline.destination])
      .map((id) => [`connection:${id}`, `of the connection ${connection(id)}`] as const),
    [`pool:${run.pool}`, `of the pool ${run.pool}`],
    ['tenant', 'of the tenant'],
  ] as const
  for (const [scope, words] of scopes) {
    const limit = limits.find((one) => one.scope === scope)
    if (limit !== undefined && limit.held >= limit.runs) {
      return `The limit ${words}: ${limit.held} of ${limit.runs} in hand`
    }
  }
  return null
}

function slotsUsed(run: Run, { agents }: Around): string | null {
  const up = (agents ?? []).filter((agent) => agent.pool === run.pool && takesWork(agent))
  const { used, all } = slotsOf(up)
  return all > 0 && used >= all ? `A slot: all ${all} of the pool ${run.pool} are used` : null
}

export function slotsOf(agents: readonly Agent[]): { readonly used: number; readonly all: number } {
  return agents.reduce(
    (sum, { health }) => ({
      used: sum.used + (health?.slots_used ?? 0),
      all: sum.all + (health?.slots ?? 0),
    }),
    { used: 0, all: 0 },
  )
}
