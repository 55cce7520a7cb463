/** Shows how far a run is: a bar that is drawn over on a terminal, lines now and then elsewhere. */
import type { Progress } from '../runs/move.ts'
import type { Shell } from './shell.ts'

const DRAW_MS = 100
const LINE_MS = 5000
const BAR_CELLS = 24

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** `12.3 MB`; steps of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** `1,234,567`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** `4 s`, `3 min 20 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

interface Writer {
  write(text: string): unknown
}

export class ProgressView {
  readonly #shell: Shell
  readonly #out: Writer
  readonly #clock: () => number
  #stream = -1
  #began = 0
  #shown = 0
  #drawn = false

  constructor(shell: Shell, out: Writer = process.stderr, clock: () => number = () => performance.now()) {
    this.#shell = shell
    this.#out = out
    this.#clock = clock
  }

  readonly show = (progress: Progress): void => {
    const now = this.#clock()
    if (progress.index !== this.#stream) {
      this.clear()
      this.#stream = progress.index
      this.#began = now
      this.#shown = this.#shell.animated ? 0 : now
    }
    if (now - this.#shown < (this.#shell.animated ? DRAW_MS : LINE_MS)) return
    this.#shown = now
    const text = progressText(progress, (now - this.#began) / 1000, this.#shell.animated)
    if (!this.#shell.animated) return void this.#out.write(text + '\n')
    this.#out.write(`\r${text}\x1b[K`)
    this.#drawn = true
  }

  /** Takes the bar away, so that what follows starts on a clean line. */
  clear(): void {
    if (this.#drawn) this.#out.write('\r\x1b[K')
    this.#drawn = false
  }
}

/** One line: stream, bar, rows, bytes, rate, time left – as far as they are known. */
export function progressText(progress: Progress, seconds: number, bar: boolean): string {
  const { stream, rows, bytes, estimatedRows, estimatedBytes } = progress
  const share = shareOf(rows, estimatedRows) ?? shareOf(bytes, estimatedBytes)
  const parts = [stream]
  if (bar && share !== null) {
    const cells = Math.round(share * BAR_CELLS)
    parts.push('█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells))
  }
  if (share !== null) parts.push(`${Math.floor(share * 100)} %`)
  if (rows !== null) parts.push(`${countText(rows)} rows`)
  parts.push(bytesText(bytes))
  if (seconds > 0.5) parts.push(`${bytesText(Math.round(bytes / seconds))}/s`)
  if (share !== null && share > 0.02 && seconds > 1) {
    parts.push(`${secondsText((seconds / share) * (1 - share))} left`)
  }
  return parts.join('  ')
}

/** Estimates are estimates: never more than all but a little. */
function shareOf(done: number | null, all: number | null): number | null {
  return done === null || all === null || all <= 0 ? null : Math.min(0.99, done / all)
}
