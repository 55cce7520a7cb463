/** Starts a process that fuzzes, and ends it when one input takes too long. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const HANG_MS = 20_000

/** The programs that fuzz: each has the parsers of its side, and the shared ones. */
export const sides = {
  agent: { program: 'bun', args: ['agent/fuzz/main_fixture.ts'] },
  edge: { program: 'deno', args: ['run', '--no-check', '--allow-all', 'edge/fuzz/main_fixture.ts'] },
} as const
export type Side = keyof typeof sides

export interface Result {
  readonly target: string
  readonly cases: number
  /** What went wrong, and the command that makes it happen again. */
  readonly failure: string | null
}

export interface Given {
  readonly seed: number
  /** Of each target. */
  readonly seconds: number
  readonly cases: number
  readonly only: string | null
  /** The one case to run again. */
  readonly case: number | null
  /** An input that has not ended after so long never ends; 20 s unless given, which is long on a busy machine too. */
  readonly hangMs?: number
}

function argsOf(given: Given, progress: string): string[] {
  const { seed, seconds, only, case: one } = given
  return [
    ...['--seed', `${seed}`, '--seconds', `${seconds}`, '--progress', progress],
    ...(one === null ? [] : ['--from', `${one}`]),
    ...(Number.isFinite(given.cases) || one !== null ? ['--cases', `${one === null ? given.cases : 1}`] : []),
    ...(only === null ? [] : ['--only', only]),
  ]
}

const replay = (target: string, seed: number, number: number) =>
  `npm run fuzz -- --only ${target} --seed ${seed} --case ${number}`

/** Kills the child when its case has not changed for too long; resolves to where it was, or null. */
async function watched(child: ChildProcess, progress: string, hangMs: number): Promise<string | null> {
  let last = { at: '', since: performance.now() }
  let hung: string | null = null
  const timer = setInterval(() => {
    const at = whereIs(progress)
    // Starting is no case: it may take its time.
    if (at === '' || at !== last.at) last = { at, since: performance.now() }
    if (performance.now() - last.since < hangMs) return
    hung = at
    child.kill('SIGKILL')
  }, 250)
  await new Promise((resolve) => child.once('close', resolve))
  clearInterval(timer)
  return hung
}

function whereIs(progress: string): string {
  try {
    return readFileSync(progress, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Fuzzes one side. A process that ends before its time is a failure of the case that it was at. */
export async function fuzzSide(side: Side, given: Given): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'))
  const progress = join(folder, 'progress')
  const { program, args } = sides[side]
  const child = spawn(join(root, 'node_modules', '.bin', program), [...args, ...argsOf(given, progress)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let [output, complaints] = ['', '']
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (complaints = (complaints + chunk).slice(-4000)))
  const hung = await watched(child, progress, given.hangMs ?? HANG_MS)
  const results = output.split('\n').filter((line) => line.startsWith('{')).map((line) =>
    readLine(line, given)
  )
  const [target = side, number = '0'] = (hung ?? whereIs(progress)).split(' ')
  rmSync(folder, { recursive: true, force: true })
  if (hung === null && child.exitCode === 0) return results
  const why = hung === null ? `ends with ${child.exitCode ?? child.signalCode}: ${complaints}` : 'never ends'
  const failure = `${why}\n  ${replay(target, given.seed, Number(number))}`
  return [...results, { target, cases: Number(number), failure }]
}

function readLine(line: string, { seed }: Given): Result {
  const { target, cases, failure } = JSON.parse(line) as {
    target: string
    cases: number
    failure: { why: string; case: number; input: string; stack: string | null } | null
  }
  if (failure === null) return { target, cases, failure: null }
  const input = failure.input.length > 2000 ? `${failure.input.slice(0, 2000)}…` : failure.input
  const stack = failure.stack === null ? '' : `\n${failure.stack.slice(0, 1500)}`
  return {
    target,
    cases,
    failure: `${failure.why}${stack}\n  input in base64: ${input}\n  ${replay(target, seed, failure.case)}`,
  }
}
