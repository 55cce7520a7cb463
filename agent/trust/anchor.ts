/** The anchor: what agents remember where the edge cannot reach. Made once by a person, never by an agent. */
import { Fault } from '../../shared/faults.ts'
import { Anchor, MAX_REFUSALS } from '../../shared/schemas/anchor.ts'
import { parseFile } from '../home.ts'
import { type Store, storeAt, update } from './store.ts'

export function anchorAt(setting: string): Store {
  return storeAt(setting, 'anchor')
}

/** Throws `anchor_missing`, `file_…`, or `ring_mismatch` for another tenant's or pool's. */
export async function readAnchor(store: Store, of: { tenant: string; pool: string }): Promise<Anchor> {
  return parseAnchor((await store.read())?.text ?? null, store.place, of)
}

function parseAnchor(text: string | null, place: string, of: { tenant: string; pool: string }): Anchor {
  if (text === null) throw new Fault('anchor_missing', `There is no anchor at ${place}.`)
  const anchor = parseFile(Anchor, text, place)
  if (anchor.tenant !== of.tenant || anchor.pool !== of.pool) {
    throw new Fault('ring_mismatch', `The anchor at ${place} is of another tenant or pool.`)
  }
  return anchor
}

/** False when there is one: an anchor is what must not be forgotten, so it is never replaced by an empty one. */
export async function makeAnchor(store: Store, of: { tenant: string; pool: string }): Promise<boolean> {
  const anchor: Anchor = {
    type: 'anchor',
    tenant: of.tenant,
    pool: of.pool,
    generation: 0,
    lost: null,
    clock: null,
    trust: null,
    index: {},
    pipelines: {},
    runs: [],
    state: {},
    checkpoint: null,
    refused: {},
    refusals: [],
  }
  return await store.swap(null, textOf(anchor, store.place))
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
 * Changes the anchor by compare-and-set. `change` gets the newest and may be called again with a newer one; what it
 * throws, this throws, and nothing has changed then. The same object back means no change.
 */
export async function updateAnchor(
  store: Store,
  of: { tenant: string; pool: string },
  change: (anchor: Anchor) => Anchor,
): Promise<Anchor> {
  return await update(store, (text) => {
    const now = parseAnchor(text, store.place, of)
    const next = change(now)
    return { text: next === now ? null : textOf(next, store.place), result: next }
  })
}

/** Hosts of one pool may be so far apart. */
const clockSkewMs = 600_000

/**
 * Throws `clock_turned_back` when agents have acted later than `now`: entries of triggers go when their time is over,
 * and a clock that is set back would let them have their run again.
 */
export function checkClock({ clock }: Anchor, now: number): void {
  if (clock === null || now >= Date.parse(clock) - clockSkewMs) return
  throw new Fault(
    'clock_turned_back',
    `It is ${new Date(now).toISOString()} here, and agents of this pool have acted at ${clock}.`,
  )
}

/** The anchor in which `now` has been. */
export function withClock(anchor: Anchor, now: number): Anchor {
  const clock = new Date(now).toISOString()
  return anchor.clock !== null && clock <= anchor.clock ? anchor : { ...anchor, clock }
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
