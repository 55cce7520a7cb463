/** A rewrap campaign as a command follows it: started or joined, shown by key, and what is left at its end. */
import { Fault } from '../../shared/faults.ts'
import { KeyRecord, Rewrap } from '../../shared/schemas/rewrap.ts'
import { answer, type Edge, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { sleep } from '../edge_client/transport.ts'
import { shaped } from './edge_reply.ts'
import { countText, secondsText } from './progress.ts'
import type { Shell } from './shell.ts'

const lookMs = 500
const lineMs = 5_000
const barCells = 24
/** Records may be sealed by somebody who has not heard of the new key yet: another campaign finds them. */
const mostCampaigns = 5

/** What the campaign could not pass on. */
export interface LeftRecord {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly name: string | null
  readonly code: string | null
}

export interface CampaignEnd {
  readonly id: string
  readonly done: number
  readonly refused: number
  /** By key id; empty when nothing is left. */
  readonly remaining: Readonly<Record<string, number>>
  /** Somebody has paused it. */
  readonly paused: boolean
}

/** Starts a campaign, or joins the one that runs, until nothing more can be passed on. */
export async function runCampaign(shell: Shell, edge: Edge, signal: AbortSignal): Promise<CampaignEnd> {
  const view = new CampaignView(shell)
  let done = 0
  for (let round = 1;; round++) {
    const end = await follow(edge, { view, signal })
    done += end.done
    const left = Object.values(end.remaining).reduce((sum, count) => sum + count, 0)
    const over = end.state === 'paused' || left === 0 || end.refused > 0 || end.done === 0
    if (!over && round < mostCampaigns) continue
    const { id, refused, remaining } = end
    return { id, done, refused, remaining, paused: end.state === 'paused' }
  }
}

async function follow(
  edge: Edge,
  { view, signal }: { readonly view: CampaignView; readonly signal: AbortSignal },
): Promise<Rewrap> {
  const { id } = shaped(Rewrap, await answer(edge.POST('/v1/rewraps', { body: {}, signal })))
  try {
    for (;;) {
      const shown = await answer(edge.GET('/v1/rewraps/{id}', { params: { path: { id } }, signal }))
      const now = shaped(Rewrap, shown)
      view.show(now)
      if (now.state !== 'running') return now
      await sleep(lookMs, signal)
      signal.throwIfAborted()
    }
  } finally {
    view.clear()
  }
}

/** The records that are still sealed to the key, with what agents said of them; at most `most`. */
export async function recordsOf(edge: Edge, kid: string, most = 10_000): Promise<LeftRecord[]> {
  try {
    const found = await everyPage(
      (cursor) =>
        answer(
          edge.GET('/v1/keys/{kid}/records', {
            params: { path: { kid }, query: { limit: 100, ...cursor } },
          }),
        ),
      most,
    )
    return found.map((one) => shaped(KeyRecord, one)).map(({ type, id, version, name, refused }) => ({
      type,
      id,
      version,
      name: name === undefined ? null : printable(name),
      code: refused ?? null,
    }))
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return []
    throw error
  }
}

/** How far it is: a bar on a terminal, a line now and then elsewhere. */
class CampaignView {
  readonly #shell: Shell
  readonly #began = performance.now()
  #first: number | null = null
  #shown = -Infinity
  #drawn = false

  constructor(shell: Shell) {
    this.#shell = shell
  }

  show(now: Rewrap): void {
    const at = performance.now()
    this.#first ??= now.done
    if (!this.#shell.animated && at - this.#shown < lineMs && now.state === 'running') return
    this.#shown = at
    const text = campaignText(now, {
      seconds: (at - this.#began) / 1000,
      since: this.#first,
      bar: this.#shell.animated,
    })
    if (!this.#shell.animated) return this.#shell.note(text)
    process.stderr.write(`\r${text}\x1b[K`)
    this.#drawn = true
  }

  clear(): void {
    if (this.#drawn) process.stderr.write('\r\x1b[K')
    this.#drawn = false
  }
}

/** `since` is how many were done when somebody began to look, `seconds` ago. */
export function campaignText(
  { done, refused, total, remaining }: Rewrap,
  { seconds, since, bar }: { readonly seconds: number; readonly since: number; readonly bar: boolean },
): string {
  const over = done + refused
  const share = total === 0 ? 1 : over / total
  const cells = Math.round(share * barCells)
  const rate = seconds > 0 ? (done - since) / seconds : 0
  const parts = [
    ...(bar ? ['█'.repeat(cells) + '░'.repeat(barCells - cells)] : []),
    `${Math.floor(share * 100)} %`,
    `${countText(over)} of ${countText(total)} records`,
    ...(refused > 0 ? [`${countText(refused)} refused`] : []),
    ...(rate >= 1 ? [`${countText(Math.round(rate))}/s`] : []),
    ...(rate >= 1 && over < total ? [`${secondsText((total - over) / rate)} left`] : []),
    ...Object.entries(remaining).map(([kid, count]) => `${kid.slice(0, 8)}…: ${countText(count)} left`),
  ]
  return parts.join('  ')
}
