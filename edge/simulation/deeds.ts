/** What people do besides asking for runs, each in some seeds, and how they set all of it right in the end. */
import { toHex } from '../../shared/bytes.ts'
import { isHeld, redrivenStates } from '../runs/states.ts'
import type { Acts } from './acts.ts'
import type { Base } from './base.ts'
import type { Invariants } from './invariants.ts'
import type { People } from './people.ts'
import type { Random } from './random.ts'
import { short, type Trace } from './trace.ts'
import type { VirtualTime } from './virtual_time.ts'

export interface Doing {
  readonly base: Base
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly acts: Acts
  readonly people: People
  readonly invariants: Invariants
}

/** The share of seeds in which people do a kind of thing at all. */
const SHARE = 0.5
export const LABEL = 'large'

/** Plans what is done within so many ms, and that all of it is set right then. */
export function deeds(doing: Doing, withinMs: number): void {
  const { random, acts, people, time } = doing
  const often = (most: number, act: (random: Random) => void) => {
    if (!random.chance(SHARE)) return
    const times = random.between(1, most)
    for (let count = 0; count < times; count++) acts.plan(random.between(0, withinMs), people.owner, act)
  }
  const { base } = doing
  const unasked = [...base.everyMinute, ...base.hooks, ...base.followings].map((one) =>
    typeof one === 'string' ? one : one.pipeline
  )
  often(5, (own) => pause(doing, own.pick(unasked), own.chance(0.6)))
  often(5, (own) => drain(doing, own.pick(base.agents).id, own.chance(0.6)))
  often(3, (own) => label(doing, own.pick(base.asked.flat()), own.chance(0.6)))
  often(4, (own) => suspend(doing, own.chance(0.6)))
  often(4, (own) => limit(doing, own))
  often(1, (own) => grow(doing, own))
  often(14, (own) => redrive(doing, own))
  often(8, (own) => cancel(doing, own))
  time.after(withinMs, () => {
    for (const pipeline of unasked) pause(doing, pipeline, false)
    for (const { id } of base.agents) drain(doing, id, false)
    for (const pipeline of base.asked.flat()) label(doing, pipeline, false)
    suspend(doing, false)
  }, people.owner)
}

function pause({ people, trace, invariants }: Doing, pipeline: string, pauses: boolean): void {
  people.inOrder(pipeline, async () => {
    if (invariants.rules.isPaused(pipeline) === pauses) return
    const word = pauses ? 'pause' : 'resume'
    await people.until({ path: `/v1/pipelines/${pipeline}/${word}` })
    trace.say(`people ${word} pipeline ${short(pipeline)}`)
    invariants.said(`pipeline ${pipeline} has heard ${word}`, (rules) => rules.isPaused(pipeline) === pauses)
  })
}

function drain({ people, trace, invariants }: Doing, agent: string, drains: boolean): void {
  people.inOrder(agent, async () => {
    if (invariants.rules.isDrained(agent) === drains) return
    const word = drains ? 'drain' : 'resume'
    await people.until({ path: `/v1/agents/${agent}/${word}` })
    trace.say(`people ${word} agent ${short(agent)}`)
    invariants.said(`agent ${agent} has heard ${word}`, (rules) => rules.isDrained(agent) === drains)
  })
}

function label({ people, trace, invariants }: Doing, pipeline: string, wanted: boolean): void {
  people.inOrder(`label ${pipeline}`, async () => {
    const labels = wanted ? [LABEL] : []
    if ((invariants.rules.labelsOf(pipeline).length > 0) === wanted) return
    await people.until({ method: 'PUT', path: `/v1/pipelines/${pipeline}/labels`, body: { labels } })
    trace.say(`people label pipeline ${short(pipeline)} with ${labels.join() || 'nothing'}`)
    invariants.said(
      `pipeline ${pipeline} is labelled ${labels.join()}`,
      (rules) => (rules.labelsOf(pipeline).length > 0) === wanted,
    )
  })
}

function suspend({ base, people, trace, invariants }: Doing, suspends: boolean): void {
  const { tenant } = base.guest
  people.inOrder('guest', async () => {
    if (invariants.rules.isSuspended(tenant) === suspends) return
    const word = suspends ? 'suspend' : 'resume'
    await people.until({ path: `/v1/tenants/${word}`, body: { tenant } })
    trace.say(`the operator has the guest ${word}`)
    invariants.said(`the tenant has heard ${word}`, (rules) => rules.isSuspended(tenant) === suspends)
  })
}

function limit({ base, people, trace, invariants }: Doing, own: Random): void {
  const [one = ''] = base.asked.flat()
  const scope = own.pick(['tenant', 'pool:default', `pipeline:${one}`])
  const runs = own.between(1, 4)
  people.inOrder(scope, async () => {
    await people.until({ method: 'PUT', path: `/v1/limits/${scope}`, body: { runs } })
    trace.say(`people allow ${runs} runs of ${scope}`)
    invariants.said(`${scope} may have ${runs} runs`, (rules) => rules.limits.get(scope) === runs)
  })
}

/** A quota, and more connections at once than it has room for, while another tenant adds some of its own. */
function grow({ base, people, trace, invariants }: Doing, own: Random): void {
  const { tenant, token } = base.guest
  people.inOrder('quota', async () => {
    const connections = invariants.rules.connectionsOf(tenant) + own.between(1, base.guest.spare.length - 2)
    await people.until({
      method: 'PUT',
      path: '/v1/tenants/quotas',
      body: { tenant, quotas: { connections } },
    })
    trace.say(`the operator lets the guest have ${connections} connections`)
    const path = '/v1/connections'
    await Promise.all([
      ...base.guest.spare.map((body) => people.until({ path, body, token, refusals: ['quota_reached'] })),
      ...base.spare.map((body) => people.until({ path, body })),
    ])
    const have = invariants.rules.connectionsOf(tenant)
    invariants.said(`the guest has ${connections} connections`, () => have === connections)
  })
}

/** A run that an agent has in hand, whatever made it, and whether or not that agent hears of it. */
function cancel({ base, people, trace, invariants }: Doing, own: Random): void {
  const held = invariants.open().filter(({ tenant, state }) => tenant === base.tenant && isHeld(state))
  if (held.length === 0) return
  const { id: run } = own.pick(held)
  people.inOrder(run, async () => {
    await people.until({ path: `/v1/runs/${run}/cancel` })
    invariants.cancelled(run)
    trace.say(`people have cancelled ${short(run)}, which was in hand`)
  })
}

/** A run that ended short of its end: by the attempts that it has left, or by a signed request. */
function redrive({ base, time, people, trace, invariants }: Doing, own: Random): void {
  const found = [...invariants.runs.values()].filter(({ tenant, state }) =>
    tenant === base.tenant && (redrivenStates as readonly string[]).includes(state)
  )
  if (found.length === 0) return
  const { id: run, pipeline } = own.pick(found)
  const nonce = toHex(own.bytes(16))
  const signed = own.chance(0.6) ? { request: base.redrive({ run, pipeline, issued: time.now, nonce }) } : {}
  const refusals = ['attempts_used', 'run_not_ended']
  people.inOrder(run, async () => {
    const { status } = await people.until({ path: `/v1/runs/${run}/redrive`, body: signed, refusals })
    if (status >= 300) return
    trace.say(`people have run ${short(run)} attempted again`)
    invariants.redriven(run)
  })
}
