/**
 * The end of another pipeline's run as a trigger. Where that pipeline runs in this agent's own pool, its object in the
 * anchor knows what has run and how it ended, and the edge is believed nothing. Of another pool nothing is known here:
 * then the edge's word counts, as often a day as was signed.
 */
import { Fault } from '../../shared/faults.ts'
import { msOfId } from '../../shared/ids.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../../shared/protocol.ts'
import type { AnchoredRun, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { Id } from '../../shared/schemas/fields.ts'
import type { After } from '../../shared/schemas/pipeline.ts'

/**
 * How long after its own trigger a run of another pool may be followed. Less than what the anchor remembers, so that what
 * it has forgotten is refused for its age.
 */
const foreignMs = 47 * 3_600_000

interface AskedAfter {
  readonly after: After | undefined
  readonly run: string
  /** Id of the signed redrive under which it ended, if it had one. */
  readonly redrive: string | undefined
  /** This agent's. */
  readonly pool: string
  /** What the anchor remembers of the other pipeline in this pool; null when that is nothing. */
  readonly upstream: PipelineAnchor | null
  readonly now: number
  /** Whether the run that it triggers was accepted before. */
  readonly known: boolean
}

export interface Followed {
  /** When the trigger was given at the earliest, in ms: that of the run that it follows, or of its redrive. */
  readonly began: number
  /** From when on it is refused. */
  readonly until: number
}

/** Throws `trigger_not_allowed`, `upstream_refused`. */
export function checkAfter({ after, run, redrive, pool, upstream, now, known }: AskedAfter): Followed {
  if (after === undefined) throw new Fault('trigger_not_allowed', 'The pipeline follows no other one.')
  // In its one spelling: the run's own id is made of it.
  if (!Id.safeParse(run).success) throw new Fault('trigger_not_allowed', 'That is no run.')
  if (!Id.optional().safeParse(redrive).success) throw new Fault('trigger_not_allowed', 'That is no redrive.')
  const began = msOfId(redrive ?? run)
  if (after.pool !== pool) {
    if (began > now + MAX_CLOCK_SKEW_SECONDS * 1000) throw refused(run, 'is from the future')
    if (now >= began + foreignMs && !known) throw refused(run, 'is too long ago')
    return { began, until: began + foreignMs }
  }
  const found = upstream?.runs.find(({ id }) => id === run)
  if (known) return { began, until: found === undefined ? now : Date.parse(found.until) }
  if (found === undefined) throw refused(run, 'is none that agents of this pool have had lately')
  if (now >= Date.parse(found.until)) throw refused(run, 'is too long ago')
  // A redrive keeps the run in mind for longer than whoever followed its end before: only the last end counts.
  if (found.redrives?.at(-1) !== redrive) {
    throw refused(run, 'has not ended under that redrive, or has been redriven since')
  }
  if (!after.on.some((end) => endsOf(found).includes(end))) {
    throw refused(run, `has ${found.ended === null ? 'not ended' : `ended: ${found.ended.status}`}`)
  }
  return { began, until: Date.parse(found.until) }
}

/** One that was begun and of which nobody said an end may have failed for good: an agent that is lost says nothing. */
function endsOf({ ended, attempts }: AnchoredRun): readonly string[] {
  if (ended !== null) return [ended.status]
  return attempts > 0 ? ['failed', 'partial'] : []
}

function refused(run: string, why: string): Fault {
  return new Fault('upstream_refused', `The run ${run}, which this one is to follow, ${why}.`)
}
