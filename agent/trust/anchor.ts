/**
 * The anchor: what agents remember where the edge cannot reach. Made once by a person, never by an agent.
 *
 * This is its root: trust document and index seen, pipelines listed, refusals, the audit log. Runs are remembered in
 * an object per pipeline beside it (`pipeline_anchor.ts`), so that pipelines do not wait for one another.
 */
import { Fault } from '../../shared/faults.ts'
import { Anchor, MAX_REFUSALS } from '../../shared/schemas/anchor.ts'
import { parseFile } from '../home.ts'
import { type Store, storeAt, update } from './store.ts'

/** Whose anchor it is. */
export interface Of {
  readonly tenant: string
  readonly pool: string
}

export function anchorAt(setting: string): Store {
  return storeAt(setting, 'anchor')
}

/** Throws `anchor_missing`, `anchor_rolled_back`, `file_…`, or `ring_mismatch` for another tenant's or pool's. */
export async function readAnchor(store: Store, of: Of): Promise<Anchor> {
  return parseAnchor((await store.read())?.text ?? null, store.place, of)
}

function parseAnchor(text: string | null, place: string, of: Of): Anchor {
  if (text === null) throw new Fault('anchor_missing', `There is no anchor at ${place}.`)
  const anchor = parseFile(Anchor, text, place)
  if (anchor.tenant !== of.tenant || anchor.pool !== of.pool) {
    throw new Fault('ring_mismatch', `The anchor at ${place} is of another tenant or pool.`)
  }
  return anchor
}

const empty = { clock: null, trust: null, index: {}, pipelines: {}, state: {}, checkpoint: null, refused: {} }

/** False when there is one: an anchor is what must not be forgotten, so it is never replaced by an empty one. */
export async function makeAnchor(store: Store, { tenant, pool }: Of): Promise<boolean> {
  const anchor: Anchor = { type: 'anchor', tenant, pool, generation: 0, lost: null, ...empty, refusals: [] }
  return await store.swap(null, textOf(anchor, store.place))
}

/**
 * Makes it anew where it was lost or rolled back, at `now` in ms. What is there and can be read is kept, except that no
 * pipeline's object counts as there: each is taken up again by its next run, with what it remembers. Triggers from
 * before `now` are refused from here on: nothing says any more which of them have had their run.
 *
 * The generation starts at `now`: higher than any that was counted up, so that agents which remember the lost one take
 * it for newer. The clock is not kept either: whoever does this vouches for the time.
 */
export async function remakeAnchor(store: Store, of: Of, now: number): Promise<Anchor> {
  return await update(store, (text) => {
    const before = text === null ? null : readable(text, store.place, of)
    const pipelines = Object.entries(before?.pipelines ?? {}).map(([id, { since }]) =>
      [id, { since, kept: false }] as const
    )
    const anchor: Anchor = {
      ...(before ?? { type: 'anchor', tenant: of.tenant, pool: of.pool, ...empty, refusals: [] }),
      generation: Math.max(now, (before?.generation ?? 0) + 1),
      clock: null,
      lost: new Date(now).toISOString(),
      pipelines: Object.fromEntries(pipelines),
    }
    return { text: textOf(anchor, store.place), result: anchor }
  })
}

/** Null for one that nobody can read. Throws `ring_mismatch` for one that is somebody else's. */
function readable(text: string, place: string, of: Of): Anchor | null {
  try {
    return parseAnchor(text, place, of)
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalid_file') return null
    throw error
  }
}

/**
 * Every text is read before it is stored: an anchor that nobody can read stops every agent, and some of what is put
 * into it comes from the edge. Throws `invalid_file`.
 */
function textOf(anchor: Anchor, place: string): string {
  const text = JSON.stringify(anchor) + '\n'
  const parsed = Anchor.safeParse(anchor)
  if (parsed.success) return text
  const where = parsed.error.issues[0]?.path.join('.')
  throw new Fault(
    'invalid_file',
    `${place} is left as it was: what was to be stored is no anchor, at ${where}.`,
  )
}

/**
 * Changes the anchor by compare-and-set, which counts its generation. `change` gets the newest and may be called again
 * with a newer one; what it throws, this throws, and nothing has changed then. The same object back means no change.
 */
export async function updateAnchor(
  store: Store,
  of: Of,
  change: (anchor: Anchor) => Anchor,
): Promise<Anchor> {
  return await update(store, (text) => {
    const now = parseAnchor(text, store.place, of)
    const changed = change(now)
    if (changed === now) return { text: null, result: now }
    const next = { ...changed, generation: now.generation + 1 }
    return { text: textOf(next, store.place), result: next }
  })
}

/** Hosts of one pool may be so far apart. */
const clockSkewMs = 600_000
/** How far the root's clock may stay behind: it is written for its own sake only so often. */
const clockLagMs = 5 * 60_000

/**
 * Throws `clock_turned_back` when agents have acted later than `now`: entries of triggers go when their time is over,
 * and a clock that is set back would let them have their run again.
 */
export function checkClock({ clock }: { readonly clock: string | null }, now: number): void {
  if (clock === null || now >= Date.parse(clock) - clockSkewMs) return
  throw new Fault(
    'clock_turned_back',
    `It is ${new Date(now).toISOString()} here, and agents of this pool have acted at ${clock}.`,
  )
}

/** The one in which `now` has been. */
export function withClock<T extends { readonly clock: string | null }>(anchor: T, now: number): T {
  const clock = new Date(now).toISOString()
  return anchor.clock !== null && clock <= anchor.clock ? anchor : { ...anchor, clock }
}

/** The same, where the clock is so far behind that it is worth a write. */
export function withClockInPlace(anchor: Anchor, now: number): Anchor {
  const behind = anchor.clock === null || now - Date.parse(anchor.clock) >= clockLagMs
  return behind ? withClock(anchor, now) : anchor
}

/** Keeps the newest hundred, and of each code for good how often it was, the first and the last. */
export function withRefusal(anchor: Anchor, refusal: Anchor['refusals'][number]): Anchor {
  const { code, ...last } = refusal
  const { count, first } = anchor.refused[code] ?? { count: 0, first: last }
  return {
    ...anchor,
    refused: { ...anchor.refused, [code]: { count: count + 1, first, last } },
    refusals: [...anchor.refusals, refusal].slice(-MAX_REFUSALS),
  }
}
