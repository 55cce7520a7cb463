/** How agents are, in a few words each. */
import type { components } from '../edge_client/openapi.d.ts'

type Agent = components['schemas']['Agent']

const dayMs = 86_400_000
/** Signed requests that are further off than a minute are refused: worth a look before that. */
const skewedMs = 5_000
/** Keys are due to be rotated after a year. */
const oldRingDays = 365

/** `approved`, unless there is more to say: `lost`, `stopped`, `draining`, `drained`. */
export function stateOf(agent: Agent): string {
  if (agent.state !== 'approved') return agent.state
  if (agent.lost !== undefined) return `lost since ${minuteOf(agent.last_seen ?? agent.lost)}`
  if (agent.stopped !== undefined) return `stopped at ${minuteOf(agent.stopped)}`
  if (agent.draining !== undefined) return agent.health?.slots_used === 0 ? 'drained' : 'draining'
  return agent.health?.stopping === true ? 'stopping' : agent.state
}

/** Slots in use and in all; empty where the agent has never said. */
export function slotsText({ health }: Agent): string {
  return health === undefined ? '' : `${health.slots_used}/${health.slots}`
}

/** `ok`, or by how much the clock is wrong; empty where the agent has never said. */
export function clockOf({ health }: Agent): string {
  if (health === undefined) return ''
  const { clock_skew_ms: ms } = health
  if (Math.abs(ms) < skewedMs) return 'ok'
  return `${Math.round(Math.abs(ms) / 1000)} s ${ms > 0 ? 'ahead' : 'behind'}`
}

/** Days since the newest key of the ring was made. */
export function ringAge({ health }: Agent, now: number): string {
  if (health === undefined) return ''
  const days = Math.max(0, Math.floor((now - Date.parse(health.ring_created)) / dayMs))
  return `${days} ${days === 1 ? 'day' : 'days'}${days >= oldRingDays ? ', rotate it' : ''}`
}

export function labelsText({ health }: Agent): string {
  return health?.labels.join(',') ?? ''
}

/** To the minute, in UTC. */
function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
