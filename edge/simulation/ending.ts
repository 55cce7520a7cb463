/** What has to hold once all is over. */
import type { Base } from './base.ts'
import type { Destination } from './destination.ts'
import type { Invariants } from './invariants.ts'
import { Violation } from './violation.ts'

const MINUTE_MS = 60_000
/** Fire times this fresh may still be on their way: clocks are wrong by 15 s, jitter puts 20 s off. */
const FRESH_MS = 50_000
const STREAMS = [0, 1]

interface Ending {
  readonly base: Base
  readonly invariants: Invariants
  readonly destination: Destination
  readonly now: number
}

/** Throws a Violation. */
export function checkEnd(ending: Ending): void {
  checkCommitted(ending)
  checkFires(ending)
}

/** What a succeeded run has moved stands in the destination, under the fence that it ended with. */
function checkCommitted({ invariants, destination }: Ending): void {
  for (const row of invariants.runs.values()) {
    if (row.state !== 'succeeded') continue
    const fence = invariants.completedUnder(row)
    const wrong = STREAMS.find((stream) => destination.fenceOf(row.id, stream) !== fence)
    if (wrong === undefined && fence !== null) continue
    throw new Violation(`run ${row.id} succeeded under fence ${fence}, and its stream ${wrong} is not there`)
  }
}

/** Each minute was served once: by a run, or by a word why it got none. */
function checkFires({ base, invariants, now }: Ending): void {
  for (const pipeline of base.everyMinute) {
    const served = servedFires(invariants, pipeline)
    const first = Math.floor(base.made / MINUTE_MS) + 1
    for (let minute = first; minute * MINUTE_MS <= now - FRESH_MS; minute++) {
      const times = served(minute * MINUTE_MS)
      if (times === 1) continue
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
