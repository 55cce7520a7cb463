/** The agent, killed at random moments of a load, as `kill -9` and a lost machine do. */
import type { Mode, Place } from './places.ts'
import { counted, type Outcome } from './report.ts'
import { expectedRows, mend, prepared, type Scene, start, wrongWith } from './scene.ts'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Moments {
  readonly times: number
  readonly random: () => number
}

export async function killAgent(
  scene: Scene,
  place: Place,
  { mode, times, random }: Moments & { mode: Mode },
): Promise<Outcome> {
  const expected = await expectedRows(scene.source, mode)
  const wrong: string[] = []
  const ends: string[] = []
  const whole = await undisturbed(scene, place, mode)
  if (whole.wrong !== null) wrong.push(`undisturbed: ${whole.wrong}`)
  let met = 0
  for (let turn = 0; turn < times; turn++) {
    const load = await prepared(scene, place, { name: `${mode}_${turn}`, mode })
    const run = start(scene, load)
    const timer = setTimeout(() => run.child.kill('SIGKILL'), random() * whole.ms)
    const ended = await run.ended
    clearTimeout(timer)
    ends.push(ended.exit === null ? 'killed' : ended.exit === 0 ? 'done' : 'failed')
    if (ended.exit === null) met++
    // A run that had said its result was over, though its process was not: the next one would be another run.
    const over = ended.exit === 0 || ended.value?.status === 'succeeded'
    const { last } = over ? { last: { ...ended, exit: 0 } } : await mend(scene, load)
    const found = last.exit === 0
      ? await wrongWith(place, load, expected)
      : `no run ends well: ${last.stdout.slice(0, 400)}`
    if (found !== null) wrong.push(found)
  }
  return {
    fault: 'agent killed at a random moment',
    where: `postgres → ${place.name}, ${mode}`,
    times,
    met,
    ends: counted(ends),
    wrong,
  }
}

/** How long the load takes when nobody disturbs it, from start to end of its process. */
async function undisturbed(
  scene: Scene,
  place: Place,
  mode: Mode,
): Promise<{ ms: number; wrong: string | null }> {
  const load = await prepared(scene, place, { name: `${mode}_calm`, mode })
  const began = performance.now()
  const { exit, stderr, stdout } = await start(scene, load).ended
  const ms = performance.now() - began
  if (exit !== 0) return { ms, wrong: `${stderr.slice(-300)} ${stdout.slice(0, 300)}` }
  return { ms, wrong: await wrongWith(place, load, await expectedRows(scene.source, mode)) }
}
