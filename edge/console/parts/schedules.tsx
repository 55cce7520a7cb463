/** When a pipeline starts on its own, in words. */
import type { Schedule } from '../../../shared/schemas/pipeline.ts'
import { Act } from './form.tsx'
import { Ago, lasting, Tag, When } from './text.tsx'

/** A fire is carried out within a second or two; so much later something is wrong. */
const LATE_MS = 60_000

export function Fires({ schedule }: { readonly schedule: Schedule }) {
  const { cron, every, timezone, jitter } = schedule
  const spread = jitter === undefined ? '' : `, up to ${lasting(jitter * 1000)} later`
  if (cron === undefined) return <span>every {every}{spread}</span>
  return (
    <span>
      <code class='nowrap'>{cron}</code> <span class='muted small'>{timezone ?? 'UTC'}{spread}</span>
    </span>
  )
}

/** When it starts next; how late it is where that is past; since when it is paused. */
export function NextFire(
  { paused, next, now }: {
    readonly paused: string | undefined
    readonly next: string | undefined
    readonly now: number
  },
) {
  if (paused !== undefined) {
    return (
      <>
        <Tag look='warn'>Paused</Tag>{' '}
        <span class='muted small'>
          since <When at={paused} />
        </span>
      </>
    )
  }
  if (next === undefined) return <span class='muted'>never</span>
  const late = now - Date.parse(next)
  if (late > LATE_MS) return <Tag look='bad'>{lasting(late)} late</Tag>
  return (
    <>
      <When at={next} />{' '}
      <span class='muted small'>
        <Ago at={next} now={now} />
      </span>
    </>
  )
}

const overlaps = {
  skip: 'is skipped',
  queue: 'waits for it',
  cancel_running: 'takes its place, and it is cancelled',
} as const
const missed = {
  none: 'are not made up for',
  last: 'the last one is made up for',
  all: 'are all made up for',
} as const

/** What happens to a fire while a run is under way, in a word. */
export const overlapNames = { skip: 'skipped', queue: 'queued', cancel_running: 'replaces it' } as const

/** What happens while a run is under way, and to times that were missed. */
export function rulesOf({ overlap, catch_up }: Pick<Schedule, 'overlap' | 'catch_up'>): string {
  return `While a run is under way the next ${overlaps[overlap]}; missed times: ${missed[catch_up]}.`
}

export function PauseAct(
  { pipeline: { id, name, paused } }: {
    readonly pipeline: { readonly id: string; readonly name: string; readonly paused: boolean }
  },
) {
  if (paused) {
    return (
      <Act
        call={`POST /v1/pipelines/${id}/resume`}
        confirm={`${name} goes on with the next time that comes. What it missed is not made up for.`}
        confirmAs='Resume'
        label={`Resume ${name}`}
        class='slim primary'
      >
        Resume
      </Act>
    )
  }
  return (
    <Act
      call={`POST /v1/pipelines/${id}/pause`}
      confirm={`Neither schedule nor webhook nor another pipeline starts ${name}. Runs that are there go on.`}
      confirmAs='Pause'
      label={`Pause ${name}`}
      class='slim'
    >
      Pause
    </Act>
  )
}
