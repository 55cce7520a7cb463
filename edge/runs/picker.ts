/** Finds the next run of a pool, past those that are about to be claimed and those that limits hold back. */
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import {
  type Candidate,
  connectionScope,
  firstRuns,
  type Front,
  front,
  joinLines,
  type Line,
  lines,
  parkLines,
  pipelineScope,
  poolScope,
  type Seat,
  tenantScope,
} from './lanes.ts'
import type { Reservations } from './reservations.ts'

/** Read beyond those that are reserved, as other polls reserve while one reads. */
const SPARE = 8

/** What a look came to. */
type Pick =
  /** Reserved for the plan that looked. */
  | { readonly kind: 'run'; readonly run: Candidate }
  /** Runs have become due and have to be put in line. */
  | { readonly kind: 'late' }
  /** A lane has lines that this limit holds back. */
  | { readonly kind: 'full'; readonly project: string; readonly scope: string }
  /** Other polls were faster. */
  | { readonly kind: 'again' }
  | { readonly kind: 'none' }

export interface Looking extends Seat {
  readonly db: Reader
  readonly now: number
  readonly reserved: Reservations
  /** Who looks. */
  readonly plan: string
  /** Told whether the tenant has limits. */
  readonly onLimits: (limited: boolean) => void
  /** Writes what puts lines in order. */
  readonly arrange: (step: Step) => Promise<void>
}

/** The run whose turn it is, reserved from then on; null: there is none, or limits are full. */
export async function reserveNext(look: Looking): Promise<Candidate | null> {
  const { tenant, pool, now, arrange } = look
  for (;;) {
    const picked = await pick(look)
    if (picked.kind === 'none') return null
    if (picked.kind === 'run') return picked.run
    if (picked.kind === 'late') await arrange(joinLines({ tenant, pool, now }))
    if (picked.kind === 'full') await arrange(parkLines({ tenant, pool, ...picked }))
  }
}

/** Finds a run and reserves it, with nothing in between that others could do. */
async function pick(look: Looking): Promise<Pick> {
  const { db, tenant, pool, labels = [], now, reserved } = look
  // One that has nothing for this look has a reservation of its tenant.
  const take = reserved.inScope(tenant, tenantScope) + SPARE
  const found = await front(db, { tenant, pool, labels, now, take })
  look.onLimits(found.limited)
  if (found.late) return { kind: 'late' }
  if (!hasRoom(look, found)) return { kind: 'none' }
  const exhausted = new Set<string>()
  for (;;) {
    const lane = nextLane(look, found, exhausted)
    if (lane === null) return { kind: found.lanes.length < take ? 'none' : 'again' }
    const decide = (run: Candidate): LanePick => {
      // Meanwhile others may have reserved runs of this lane, and it is another one's turn.
      if (nextLane(look, found, exhausted) !== lane) return { kind: 'turn' }
      if (!hasRoom(look, found)) return { kind: 'none' }
      if (reserved.has(run.id)) return { kind: 'again' }
      reserved.take(run, look)
      return { kind: 'run', run }
    }
    const picked = await pickInLane(look, { project: lane, labelled: found.labelled, decide })
    if (picked.kind === 'empty') exhausted.add(lane)
    else if (picked.kind !== 'turn') return picked
  }
}

/** `empty`: the lane has nothing for this look; `turn`: it is another lane's. */
type LanePick = Pick | { readonly kind: 'empty' } | { readonly kind: 'turn' }

function hasRoom({ tenant, pool, reserved }: Looking, { tenant_room, pool_room }: Front): boolean {
  return (tenant_room ?? Infinity) > reserved.inScope(tenant, tenantScope) &&
    (pool_room ?? Infinity) > reserved.inScope(tenant, poolScope(pool))
}

/** The lane that has had the fewest turns, also counting those that are about to be. */
function nextLane(
  { tenant, pool, reserved }: Looking,
  { lanes }: Front,
  exhausted: ReadonlySet<string>,
): string | null {
  let best: { readonly project: string; readonly at: number } | null = null
  for (const { project, vtime } of lanes) {
    if (exhausted.has(project)) continue
    const at = vtime + reserved.inLane({ tenant, pool, project })
    if (best === null || at < best.at) best = { project, at }
  }
  return best?.project ?? null
}

async function pickInLane(
  look: Looking,
  { project, labelled, decide }: {
    readonly project: string
    readonly labelled: boolean
    readonly decide: (run: Candidate) => LanePick
  },
): Promise<LanePick> {
  const { db, tenant, pool, reserved } = look
  const take = reserved.inLane({ tenant, pool, project }) + SPARE
  const page = await lines(db, { tenant, pool, project, take, labels: labelled ? look.labels ?? [] : null })
  let best: { readonly id: string; readonly rank: number; readonly line: Line } | null = null
  for (const line of page) {
    if (best !== null && line.rank >= best.rank) break
    const { full, scope } = heldBack(look, line)
    if (full) return { kind: 'full', project, scope }
    if (scope !== '') continue
    // Without a question, and so without a chance for others, where the page says it.
    const known = knownFirst(look, line)
    const first = known === undefined ? await firstOf(look, line) : known
    if (first === 'again') return { kind: 'again' }
    if (first !== null && (best === null || first.rank < best.rank)) best = { ...first, line }
  }
  if (best === null) return { kind: 'empty' }
  const { id, line: { pipeline, source, destination } } = best
  return decide({ tenant, pool, project, pipeline, source, destination, id })
}

/** The limit that has no room for another run of the line; `full`: even without those that are about to be claimed. */
function heldBack(
  { tenant, reserved }: Looking,
  line: Line,
): { readonly full: boolean; readonly scope: string } {
  const { pipeline, source, destination } = line
  const rooms: [string, number | null][] = [[pipelineScope(pipeline), line.pipeline_room]]
  if (source !== null) rooms.push([connectionScope(source), line.source_room])
  if (destination !== null) rooms.push([connectionScope(destination), line.destination_room])
  let busy = ''
  for (const [scope, room] of rooms) {
    if (room === null) continue
    if (room <= 0) return { full: true, scope }
    if (room <= reserved.inScope(tenant, scope)) busy = scope
  }
  return { full: false, scope: busy }
}

/** The first run of the line that nobody has reserved; null: there is none; undefined: the page does not say. */
function knownFirst(
  { tenant, pool, reserved }: Looking,
  { pipeline, id, rank, runs }: Line,
): { readonly id: string; readonly rank: number } | null | undefined {
  const others = reserved.inLine({ tenant, pool, pipeline })
  if (others === 0) return { id, rank }
  // Whoever has reserved them rings when one is claimed, so that who found nothing looks again.
  return runs <= others ? null : undefined
}

/** The same, asked for; `again`: others have reserved while this one read. */
async function firstOf(
  { db, tenant, pool, reserved }: Looking,
  { pipeline }: Line,
): Promise<{ readonly id: string; readonly rank: number } | 'again' | null> {
  const take = reserved.inLine({ tenant, pool, pipeline }) + SPARE
  const runs = await firstRuns(db, { tenant, pool, pipeline, take })
  return runs.find((run) => !reserved.has(run.id)) ?? (runs.length < take ? null : 'again')
}
