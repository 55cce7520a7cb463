/** Runs simulations in a process of their own, and reads their verdicts as they come. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../suites.ts'

/** As edge/simulation says it, a line of JSON each. */
export interface Result {
  readonly seed: number
  readonly violation: string | null
  readonly digest: string
  /** How many acts from outside were planned. */
  readonly acts: number
  readonly figures: {
    readonly runs: number
    readonly commits: number
    readonly events: number
    readonly seconds: number
  }
}

/**
 * Verdicts on `count` seeds from `from` on, by the edge in `folder`; whoever stops asking ends the process. Throws when
 * it ends before its last verdict.
 */
export async function* simulated(
  { folder, from, count, trace, acts }: {
    readonly folder: string
    readonly from: number
    readonly count: number
    /** Told every line of what happens. */
    readonly trace?: (line: string) => void
    /** Numbers of the acts from outside that happen; all of them unless said. */
    readonly acts?: readonly number[]
  },
): AsyncGenerator<Result> {
  const args = ['run', '--no-check', '--allow-all', 'edge/simulation/main_fixture.ts', `${from}`, `${count}`]
  const child = spawn(
    join(root, 'node_modules', '.bin', 'deno'),
    [
      ...args,
      trace === undefined ? 'quiet' : 'trace',
      // Of none there is none with such a number.
      ...(acts === undefined ? [] : [acts.join(',') || '-1']),
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  )
  let left = count
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{')) {
        trace?.(line)
        continue
      }
      left--
      yield JSON.parse(line) as Result
    }
    if (left > 0) throw new Error(`the simulation ended ${left} seeds early`)
  } finally {
    child.kill('SIGKILL')
  }
}
