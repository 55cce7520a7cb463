/** How an agent is, in a few words each. */
import type { Agent } from '../../../shared/schemas/agent.ts'
import { Act } from './form.tsx'
import { counted, lasting, Tag } from './text.tsx'

const DAY_MS = 86_400_000
/** Signed requests that are further off than a minute are refused: worth a look before that. */
const SKEWED_MS = 5_000
/** Keys are due to be rotated after a year. */
const OLD_RING_DAYS = 365

/** `lost`, `stopped`, `draining` say more than `approved`. */
export function AgentTag({ agent }: { readonly agent: Agent }) {
  const { state, lost, stopped, draining, health } = agent
  if (state === 'pending') return <Tag look='warn'>Pending</Tag>
  if (state === 'revoked') return <Tag>Revoked</Tag>
  if (lost !== undefined) return <Tag look='bad'>Lost</Tag>
  if (stopped !== undefined) return <Tag>Stopped</Tag>
  if (draining !== undefined) {
    return <Tag look='warn'>{health?.slots_used === 0 ? 'Drained' : 'Draining'}</Tag>
  }
  if (health?.stopping === true) return <Tag look='warn'>Stopping</Tag>
  if (agent.last_seen === undefined) return <Tag look='warn'>Never seen</Tag>
  return <Tag look='good'>Up</Tag>
}

export function Skew({ agent: { health } }: { readonly agent: Agent }) {
  if (health === undefined) return <span class='muted'>–</span>
  const { clock_skew_ms: ms } = health
  const words = `${lasting(Math.abs(ms))} ${ms >= 0 ? 'ahead' : 'behind'}`
  if (Math.abs(ms) < SKEWED_MS) return <span class='nowrap' title={words}>in step</span>
  return <Tag look='bad'>{words}</Tag>
}

export function RingAge({ agent: { health }, now }: { readonly agent: Agent; readonly now: number }) {
  if (health === undefined) return <span class='muted'>–</span>
  const days = Math.max(0, Math.floor((now - Date.parse(health.ring_created)) / DAY_MS))
  if (days < OLD_RING_DAYS) return <span class='nowrap'>{counted(days, 'day')}</span>
  return <Tag look='warn'>{counted(days, 'day')}: rotate</Tag>
}

export function Slots({ agent: { health } }: { readonly agent: Agent }) {
  if (health === undefined) return <span class='muted'>–</span>
  return <span class='nowrap'>{health.slots_used} of {health.slots} used</span>
}

export function AgentLabels({ agent: { health } }: { readonly agent: Agent }) {
  if (health === undefined || health.labels.length === 0) return <span class='muted'>none</span>
  return (
    <ul class='tags'>
      {health.labels.map((label) => (
        <li>
          <code>{label}</code>
        </li>
      ))}
    </ul>
  )
}

/** Drain, or resume; nothing for who is pending or revoked. */
export function DrainAct({ agent: { id, name, state, draining } }: { readonly agent: Agent }) {
  if (state !== 'approved') return null
  if (draining !== undefined) {
    return (
      <Act call={`POST /v1/agents/${id}/resume`} label={`Resume ${name}`} class='slim primary'>Resume</Act>
    )
  }
  return (
    <Act
      call={`POST /v1/agents/${id}/drain`}
      confirm={`${name} is handed no more work, and finishes what it holds.`}
      confirmAs='Drain'
      label={`Drain ${name}`}
      class='slim'
    >
      Drain
    </Act>
  )
}
