/**
 * What is remembered of one pipeline: its runs, and the last fire time. An object of its own beside the anchor.
 *
 * A pipeline is entered in three steps, and an agent may be killed after each of them:
 * 1. an object with no runs is made. Nobody counts in it yet; another agent finds it empty and goes on.
 * 2. the root lists it as kept. From now on a missing object is a lost one (`anchor_missing`), and it was never
 *    listed before it was there.
 * 3. a run is counted in the object. So one that has runs while the root does not list it stands beside a root that
 *    has forgotten: an older one was put back, or an empty one was made in its place (`anchor_rolled_back`).
 *
 * After `anchor init --after-loss` the root lists none, and an object with runs is taken up as it is. It goes on at a
 * generation above all that were ever counted, in case that object is an old one too.
 */
import { Fault } from '../../shared/faults.ts'
import { type Anchor, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { parseFile } from '../home.ts'
import { type Of, readAnchor, updateAnchor } from './anchor.ts'
import { type Store, update } from './store.ts'

/** A pipeline's object: where, whose, and which. */
export interface PipelineOf extends Of {
  readonly pipeline: string
}

function storeOf(anchor: Store, { pipeline }: PipelineOf): Store {
  return anchor.beside(`pipeline-${pipeline}`)
}

/** Null when there is none. Throws `anchor_rolled_back`, `file_…`, `ring_mismatch`. */
export async function readPipelineAnchor(anchor: Store, of: PipelineOf): Promise<PipelineAnchor | null> {
  const store = storeOf(anchor, of)
  const seen = await store.read()
  return seen === null ? null : parse(seen.text, store.place, of)
}

function parse(text: string, place: string, of: PipelineOf): PipelineAnchor {
  const parsed = parseFile(PipelineAnchor, text, place)
  if (parsed.tenant !== of.tenant || parsed.pool !== of.pool || parsed.pipeline !== of.pipeline) {
    throw new Fault('ring_mismatch', `${place} is of another tenant, pool or pipeline.`)
  }
  return parsed
}

function textOf(object: PipelineAnchor, place: string): string {
  const parsed = PipelineAnchor.safeParse(object)
  if (parsed.success) return JSON.stringify(object) + '\n'
  const where = parsed.error.issues[0]?.path.join('.')
  throw new Fault(
    'invalid_file',
    `${place} is left as it was: what was to be stored is invalid, at ${where}.`,
  )
}

/** Changes it by compare-and-set, as `updateAnchor` does. Throws `anchor_missing` when it is lost. */
export async function updatePipelineAnchor(
  anchor: Store,
  of: PipelineOf,
  change: (object: PipelineAnchor) => PipelineAnchor,
): Promise<PipelineAnchor> {
  const store = storeOf(anchor, of)
  return await update(store, (text) => {
    if (text === null) throw lostPipeline(of)
    const now = parse(text, store.place, of)
    const changed = change(now)
    if (changed === now) return { text: null, result: now }
    const next = { ...changed, generation: now.generation + 1 }
    return { text: textOf(next, store.place), result: next }
  })
}

/** The root lists it as kept, and there is no object. */
export function lostPipeline({ pipeline }: PipelineOf): Fault {
  return new Fault('anchor_missing', `What the anchor remembered of the pipeline ${pipeline} is gone.`)
}

/**
 * The anchor in which the pipeline has an object that may be counted in. `since` is when it was first listed, for one
 * that the root does not know yet. Throws `anchor_rolled_back` as above, and what reading throws.
 */
export async function enterPipeline(
  anchor: Store,
  of: PipelineOf,
  { since, now }: { readonly since: string; readonly now: number },
): Promise<Anchor> {
  const { pipeline } = of
  const root = await readAnchor(anchor, of)
  if (root.pipelines[pipeline]?.kept) return root
  const store = storeOf(anchor, of)
  const found = await update(store, (text) => {
    const object = text === null ? made(of, now) : takenUp(parse(text, store.place, of), root, now)
    return { text: object === null ? null : textOf(object, store.place), result: text }
  })
  if (root.lost === null && found !== null && hasRun(parse(found, store.place, of))) {
    // Unless another agent has entered it since the root was read.
    const newer = await readAnchor(anchor, of)
    if (newer.pipelines[pipeline]?.kept) return newer
    throw new Fault(
      'anchor_rolled_back',
      `${store.place} has runs of a pipeline that ${anchor.place} has never listed: an older anchor, or an empty ` +
        'one, was put in its place.',
    )
  }
  return await updateAnchor(anchor, of, (one) => {
    const listed = one.pipelines[pipeline]
    if (listed?.kept) return one
    return {
      ...one,
      pipelines: { ...one.pipelines, [pipeline]: { since: listed?.since ?? since, kept: true } },
    }
  })
}

function made({ tenant, pool, pipeline }: PipelineOf, now: number): PipelineAnchor {
  return {
    type: 'pipeline_anchor',
    tenant,
    pool,
    pipeline,
    generation: now,
    clock: null,
    fired: null,
    runs: [],
  }
}

/** Null to leave it as it is. */
function takenUp(object: PipelineAnchor, { lost }: Anchor, now: number): PipelineAnchor | null {
  if (lost === null || object.generation >= Date.parse(lost)) return null
  return { ...object, generation: Math.max(now, object.generation + 1), clock: null }
}

function hasRun({ runs, fired }: PipelineAnchor): boolean {
  return runs.length > 0 || fired !== null
}
