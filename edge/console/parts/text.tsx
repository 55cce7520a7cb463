/** Small words that many pages say alike. */
import type { Child } from 'hono/jsx'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** A moment, in UTC for everybody; `never` where there is none. */
export function When(
  { at, never = 'never' }: { readonly at: string | null | undefined; readonly never?: string },
) {
  if (at === null || at === undefined) return <span class='muted'>{never}</span>
  return <time datetime={at} class='nowrap' title='UTC'>{day.format(new Date(at))}</time>
}

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
