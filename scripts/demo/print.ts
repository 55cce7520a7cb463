/** What the demo says while it works: numbered steps, a line for each thing that was done, and how long it took. */
import { stripVTControlCharacters } from 'node:util'

interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Printer {
  /** Begins the next step, ending the one before. */
  step(title: string): void
  /** One thing that was done, or shown to be so. */
  done(text: string): void
  /** Figures that belong to the line before. */
  plain(text: string): void
  /** Where to look, what to know: under the line before. */
  note(text: string): void
  /** Shown while it happens, on a terminal alone. */
  doing(text: string): void
  /** A table; the first row is its head. */
  table(rows: readonly (readonly string[])[], alignRight: readonly number[]): void
  /** Ends the last step. */
  end(): void
  /** Text as it is. */
  line(text?: string): void
  bold(text: string): string
}

const styles = { bold: '1', dim: '2', green: '32', cyan: '36' } as const

export function duration(ms: number): string {
  return ms < 950 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`
}

export const count = (value: number) => value.toLocaleString('en-US')

export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

export function printer(sink: Sink, now: () => number, noColor = false): Printer {
  const tty = sink.isTTY === true
  const paint = (style: keyof typeof styles, text: string) =>
    tty && !noColor ? `\x1b[${styles[style]}m${text}\x1b[0m` : text
  let number = 0
  let title = ''
  let began = now()
  const erase = () => tty && sink.write('\r\x1b[2K')
  const line = (text = '') => {
    erase()
    sink.write(text + '\n')
  }
  const end = () => {
    if (number > 0) line(paint('dim', `   ${duration(now() - began)}`))
    title = ''
  }
  const width = (text: string) => stripVTControlCharacters(text).length
  return {
    step(next) {
      if (title !== '') end()
      number++
      title = next
      began = now()
      line()
      line(`${paint('cyan', String(number).padStart(2))} ${paint('bold', next)}`)
    },
    done: (text) => line(`   ${paint('green', '✓')} ${text}`),
    plain: (text) => line(`     ${text}`),
    note: (text) => line(`     ${paint('dim', text)}`),
    doing(text) {
      if (!tty) return
      erase()
      sink.write(paint('dim', `   … ${text}`).slice(0, sink.columns ?? 80))
    },
    table(rows, alignRight) {
      const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? '')))) ??
        []
      rows.forEach((row, index) => {
        const cells = row.map((cell, column) => {
          const pad = ' '.repeat((widths[column] ?? 0) - width(cell))
          return alignRight.includes(column) ? pad + cell : cell + pad
        })
        const text = `     ${cells.join('  ').trimEnd()}`
        line(index === 0 ? paint('dim', text) : text)
      })
    },
    end,
    line,
    bold: (text) => paint('bold', text),
  }
}
