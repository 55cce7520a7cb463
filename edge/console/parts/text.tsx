/** Small words that many pages say alike. */
import type { Child } from 'hono/jsx'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

const second = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

/** A moment: in UTC, until the page's script puts it into the reader's own zone. UTC stays in its title. */
export function When(
  { at, never = 'never', seconds = false }: {
    readonly at: string | null | undefined
    readonly never?: string
    /** To the second: where things follow one another closely. */
    readonly seconds?: boolean
  },
) {
  if (at === null || at === undefined) return <span class='muted'>{never}</span>
  const words = (seconds ? second : day).format(new Date(at))
  return (
    <time datetime={at} class='nowrap' title={utc(at)} data-local={seconds ? 'medium' : 'short'}>
      {words}
    </time>
  )
}

/** How long ago, or how long until then, when the page was made; the moment itself in its title. */
export function Ago(
  { at, now, never = 'never' }: {
    readonly at: string | null | undefined
    readonly now: number
    readonly never?: string
  },
) {
  if (at === null || at === undefined) return <span class='muted'>{never}</span>
  const ms = now - Date.parse(at)
  const words = Math.abs(ms) < 1000 ? 'now' : ms > 0 ? `${roughly(ms)} ago` : `in ${roughly(-ms)}`
  return <time datetime={at} class='nowrap' title={utc(at)}>{words}</time>
}

const utc = (at: string) => `${at.slice(0, 19).replace('T', ' ')} UTC`

export function Tag(
  { look, children }: { readonly look?: 'good' | 'warn' | 'bad'; readonly children: Child },
) {
  return <span class={look === undefined ? 'tag' : `tag ${look}`}>{children}</span>
}

/** `security_officer` → `Security officer`. */
export function said(word: string): string {
  const text = word.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Where people meet what is signed: neither of the two is enough. */
export function BothNeeded() {
  return (
    <div class='note'>
      <p>
        <strong>A role is one half.</strong>{' '}
        What agents act on – connections, pipelines, policies, triggers – has to be signed on your own
        machine, by a key whose scope in the trust document covers it. A role here lets somebody store it.
        Both are needed, and no role at this address can stand in for a signature.
      </p>
    </div>
  )
}

const grouped = new Intl.NumberFormat('en-GB')

/** `1,234,567`. */
export function count(number: number): string {
  return grouped.format(number)
}

/** `1 run`, `1,234 runs`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** `1.5 GiB`. */
export function bytes(number: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let left = number
  let at = 0
  for (; left >= 1024 && at < units.length - 1; at++) left /= 1024
  return `${left >= 100 || at === 0 ? Math.round(left) : left.toFixed(1)} ${units[at]}`
}

/** A length of time in one unit, of which there are two or more: `90 s`, `11 min`, `36 h`, `12 d`. */
function roughly(ms: number): string {
  const units = [[86_400, 'd'], [3600, 'h'], [60, 'min']] as const
  const [length, unit] = units.find(([length]) => ms >= 2000 * length) ?? [1, 's']
  return `${count(Math.floor(ms / (1000 * length)))} ${unit}`
}

/** A length of time in its two largest units: `850 ms`, `2 min 5 s`, `3 d 4 h`. */
export function lasting(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.floor(ms / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([number]) => number > 0)
  return parts.slice(first, first + 2).filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`).join(' ')
}
