/** Shows how far a run is: a bar that is drawn over on a terminal, lines now and then elsewhere. */
import type { Progress } from '../runs/move.ts'
import { type Shell, steady } from './shell.ts'

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
  /** Of a terminal. */
  readonly columns?: number
}

/** Lines at the end of a terminal that are drawn over. */
export class LiveLines {
  readonly #out: Writer
  #drawn = 0

  constructor(out: Writer = process.stderr) {
    this.#out = out
  }

  /** Instead of those drawn before. A line that does not fit is cut: a second one could not be drawn over. */
  draw(lines: readonly string[]): void {
    // A terminal that does not say how wide it is says 0.
    const width = (this.#out.columns || 80) - 1
    const shown = lines.map((line) => `${cut(line, width)}\x1b[K`)
    this.#out.write(`${this.#home()}${shown.join('\n')}\x1b[J`)
    this.#drawn = lines.length
  }

  /** Takes them away, so that what follows starts on a clean line. */
  clear(): void {
    if (this.#drawn > 0) this.#out.write(`${this.#home()}\x1b[J`)
    this.#drawn = 0
  }

  #home(): string {
    return this.#drawn > 1 ? `\x1b[${this.#drawn - 1}A\r` : '\r'
  }
}

function cut(line: string, width: number): string {
  if (Bun.stringWidth(line) <= width) return line
  let text = ''
  for (const sign of line) {
    if (Bun.stringWidth(text + sign) >= width) break
    text += sign
  }
  return `${text}…`
}

/** So many streams have a line of their own. */
const mostLines = 8

interface Active {
  readonly began: number
  last: Progress
}

/** One line for each stream that moves. */
export class ProgressView {
  readonly #shell: Shell
  readonly #out: Writer
  readonly #lines: LiveLines
  readonly #clock: () => number
  readonly #active = new Map<number, Active>()
  #shown = 0

  constructor(shell: Shell, out: Writer = process.stderr, clock: () => number = () => performance.now()) {
    this.#shell = shell
    this.#out = out
    this.#lines = new LiveLines(out)
    this.#clock = clock
  }

  readonly show = (progress: Progress): void => {
    const now = this.#clock()
    const { animated } = this.#shell
    const known = this.#active.get(progress.index)
    if (known) known.last = progress
    else {
      this.#active.set(progress.index, { began: now, last: progress })
      if (!animated && this.#active.size === 1) this.#shown = now
    }
    if (now - this.#shown < (animated ? DRAW_MS : LINE_MS) && (known || !animated)) return
    this.#shown = now
    const lines = this.#texts(now)
    if (animated) this.#lines.draw(lines)
    else this.#out.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** The stream moves no longer. */
  readonly ended = (index: number): void => {
    this.#active.delete(index)
    if (this.#active.size === 0) this.clear()
  }

  /** Takes the lines away, so that what follows starts on a clean one. */
  clear(): void {
    this.#lines.clear()
  }

  #texts(now: number): string[] {
    const all = [...this.#active.values()]
    const shown = all.slice(0, mostLines).map(({ began, last }) =>
      progressText(last, (now - began) / 1000, this.#shell.animated)
    )
    return all.length > mostLines ? [...shown, `and ${all.length - mostLines} streams more`] : shown
  }
}

/** One line: stream, bar, rows, bytes, rate, time left – as far as they are known. */
export function progressText(progress: Progress, seconds: number, bar: boolean): string {
  const { stream, rows, bytes, estimatedRows, estimatedBytes } = progress
  const share = shareOf(rows, estimatedRows) ?? shareOf(bytes, estimatedBytes)
  // A pattern's names come from the source.
  const parts = [steady(stream).replace(/[\t\n]/g, ' ')]
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
