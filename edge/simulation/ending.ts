/** What has to hold once all is over. */
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { isFinal } from '../runs/states.ts'
import type { RunRow } from '../runs/store.ts'
import type { Base } from './base.ts'
import type { Destination } from './destination.ts'
import type { Invariants } from './invariants.ts'
import { type Judge, requestId } from './judge.ts'
import { Violation } from './violation.ts'

const MINUTE_MS = 60_000
/** Fire times this fresh may still be on their way: clocks are wrong by 15 s, jitter puts 20 s off. */
const FRESH_MS = 50_000
const STREAMS = [0, 1]

interface Ending {
  readonly base: Base
  readonly invariants: Invariants
  readonly destination: Destination
  readonly judge: Judge
  readonly now: number
}

/** Throws a Violation. */
export function checkEnd(ending: Ending): void {
  checkCommitted(ending)
  checkFires(ending)
  checkFollowers(ending)
  checkReplaced(ending)
  checkCalls(ending)
}

/** Each end that is followed had its follower, or a word why not; what was paused may have followed none. */
function checkFollowers({ base, invariants, now }: Ending): void {
  const { runs, rules } = invariants
  for (const { pipeline, after, on } of base.followings) {
    if (rules.everPaused.has(pipeline)) continue
    for (const row of runs.values()) {
      const { id, pipeline: of, state, finished } = row
      if (of !== after || finished === null || finished > now - FRESH_MS) continue
      if (!on.includes(state === 'dead' ? 'failed' : state)) continue
      if (rules.hasFollowed(pipeline, id, redriveIdOf(row)) || rules.unfollowed.has(`${pipeline}/${id}`)) {
        continue
      }
      throw new Violation(`run ${id} has ended: ${state}, and pipeline ${pipeline} has not followed it`)
    }
  }
}

/** What a schedule told to make room is cancelled, unless its agent had another end for it or somebody wanted it again. */
function checkReplaced({ invariants }: Ending): void {
  const { entries, runs } = invariants
  for (const { action, target, facts = {} } of entries) {
    const row = runs.get(target)
    if (action !== 'run.cancelled' || facts.trigger !== 'schedule' || row === undefined) continue
    if (!isFinal(row.state) || row.state === 'cancelled' || row.redriven > 0) continue
    if (invariants.completedUnder(row) !== null) continue
    throw new Violation(`run ${target} was told to make room, and has ended: ${row.state}`)
  }
}

/** Of the last signed request under which the run was attempted again. */
function redriveIdOf({ tenant, pipeline, redrive }: RunRow): string | null {
  return redrive === null ? null : requestId(JSON.parse(redrive) as Dsse, { tenant, pipeline })
}

/** A webhook starts what its callers were told; a call that was refused may have come once more, and late. */
function checkCalls({ base, invariants }: Ending): void {
  const told = new Set(invariants.calls.values())
  for (const hook of base.hooks) {
    const runs = [...invariants.runs.values()].filter(({ id, pipeline }) =>
      pipeline === hook.pipeline && !told.has(id)
    )
    if (runs.length <= (invariants.refusedCalls.get(hook.pipeline) ?? 0)) continue
    throw new Violation(`run ${runs[0]?.id} was started by a webhook, and no caller has heard of it`)
  }
}

/** What a succeeded run has moved stands in the destination, under the fence that it ended with, or that its agent had. */
function checkCommitted({ invariants, destination, judge }: Ending): void {
  for (const row of invariants.runs.values()) {
    if (row.state !== 'succeeded') continue
    const fence = invariants.completedUnder(row)
    const before = judge.repeated.has(`${row.id}/${fence}`)
    const wrong = STREAMS.find((stream) => {
      const found = destination.fenceOf(row.id, stream)
      return before ? found === null : found !== fence
    })
    if (wrong === undefined && fence !== null) continue
    throw new Violation(`run ${row.id} succeeded under fence ${fence}, and its stream ${wrong} is not there`)
  }
}

/** Each minute was served once: by a run, or by a word why it got none. What was paused may have had none. */
function checkFires({ base, invariants, now }: Ending): void {
  const all = [...base.everyMinute, ...base.guest.everyMinute]
  const { everPaused, everSuspended } = invariants.rules
  for (const pipeline of all) {
    const whole = !everPaused.has(pipeline) &&
      !(everSuspended.has(base.guest.tenant) && base.guest.everyMinute.includes(pipeline))
    const served = servedFires(invariants, pipeline)
    const first = Math.floor(base.made / MINUTE_MS) + 1
    for (let minute = first; minute * MINUTE_MS <= now - FRESH_MS; minute++) {
      const times = served(minute * MINUTE_MS)
      if (times === 1 || (!whole && times === 0)) continue
      const fire = new Date(minute * MINUTE_MS).toISOString()
      throw new Violation(`fire time ${fire} of pipeline ${pipeline} was served ${times} times`)
    }
  }
}

/** How often a fire time was served. */
function servedFires({ runs, entries }: Invariants, pipeline: string): (fire: number) => number {
  const single: number[] = []
  const ranges: [number, number][] = []
  for (const row of runs.values()) {
    if (row.pipeline === pipeline && row.fire !== null) single.push(row.fire)
  }
  for (const { action, target, facts = {} } of entries) {
    if (target !== pipeline) continue
    if (action === 'schedule.skipped') single.push(Date.parse(String(facts.fire)))
    if (action === 'schedule.missed') {
      ranges.push([Date.parse(String(facts.fire)), Date.parse(String(facts.until))])
    }
  }
  return (fire) =>
    single.filter((one) => one === fire).length +
    ranges.filter(([from, until]) => from <= fire && fire < until).length
}
