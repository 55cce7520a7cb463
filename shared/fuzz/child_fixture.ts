/**
 * The process that fuzzes: it writes the number of the case that it is at into a file, so that the one that watches
 * it can say which input never ended.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Failure, runCase, type Target } from './target_fixture.ts'

/** Where the child is: target and case, as 64 bytes of text. */
function trackerAt(path: string | undefined) {
  if (path === undefined) return { at: () => {}, close: () => {} }
  const file = openSync(path, 'w')
  return {
    at: (target: string, number: number) => {
      writeSync(file, new TextEncoder().encode(`${target} ${number}`.padEnd(64)), 0, 64, 0)
    },
    close: () => closeSync(file),
  }
}

/** What the watchdog is tried on. */
const endless: Target = {
  name: 'endless',
  structure: 'bytes',
  seeds: [new Uint8Array(8)],
  take(input) {
    while (input.length > 0);
    return null
  },
}

interface Options {
  readonly seed: number
  readonly from: number
  readonly cases: number
  readonly seconds: number
}

/** Cases of one target, until the number or the time is up, or something fails. */
async function runTarget(target: Target, options: Options, at: (number: number) => void) {
  const end = performance.now() + options.seconds * 1000
  let number = options.from
  // The valid inputs come first, and are not counted.
  const last = options.from + options.cases + (options.from === 0 ? target.seeds.length : 0)
  for (; number < last && performance.now() < end; number++) {
    at(number)
    const failure = await runCase(target, options.seed, number)
    if (failure) return { cases: number - options.from + 1, failure }
  }
  return { cases: number - options.from, failure: null }
}

/**
 * `--seed N --from N --cases N --seconds N --only NAME --progress FILE`: a line of JSON for each target. `seconds` is
 * for each target. The exit code says nothing: who reads the lines judges.
 */
export async function fuzz(targets: readonly Target[], args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = {
    seed: text,
    from: text,
    cases: text,
    seconds: text,
    only: text,
    progress: text,
  } as const
  const { values } = parseArgs({ args: [...args], options: names })
  const asked = values.only
  const chosen = asked === endless.name
    ? [endless]
    : targets.filter(({ name }) => asked === undefined || name.includes(asked))
  const tracker = trackerAt(values.progress)
  const options: Options = {
    seed: Number(values.seed ?? 1),
    from: Number(values.from ?? 0),
    cases: Number(values.cases ?? Infinity),
    seconds: Number(values.seconds ?? Infinity),
  }
  for (const target of chosen) {
    const { cases, failure } = await runTarget(target, options, (number) => tracker.at(target.name, number))
    const line: { target: string; cases: number; failure: Failure | null } = {
      target: target.name,
      cases,
      failure,
    }
    console.log(JSON.stringify(line))
  }
  tracker.close()
}
