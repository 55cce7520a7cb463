/** Runs test files on the runtime that each belongs to, and adds up what the runners report. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Glob } from 'bun'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A suite that hangs is a failure, not a wait. */
const LONGEST_MINUTES = 60

export interface Tally {
  passed: number
  /** Each test that failed, and each runner that did without naming one. */
  failed: string[]
  /** `file: name – reason` of each test that did not run. */
  skipped: string[]
}

export interface Suite {
  readonly runtime: 'bun' | 'deno'
  readonly files: readonly string[]
}

/** Test files below the given folders whose path contains one of the words (all of them without words). */
export function testFiles(folders: readonly string[], words: readonly string[]): string[] {
  const files = folders.flatMap((folder) => [
    ...new Glob(`${folder}/**/*.test.{ts,tsx}`).scanSync({ cwd: root }),
  ])
  return files.filter((file) => words.length === 0 || words.some((word) => file.includes(word))).sort()
}

function command({ runtime, files }: Suite, report: string): string[] {
  if (runtime === 'bun') {
    return [
      'bun',
      'test',
      '--timeout=120000',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      ...files.map((f) => `./${f}`),
    ]
  }
  // Tests write temporary databases, start servers and load the native engine: all permissions, for tests alone.
  return ['deno', 'test', '--no-check', '--allow-all', `--junit-path=${report}`, ...files]
}

const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''

/** `group: test`; one runner puts the group into the class, the other into the name. */
function nameOf(tag: string): string {
  const group = attribute(tag, 'classname')
  const name = attribute(tag, 'name').replaceAll('&gt;', '>')
  return group === '' || group.includes('.ts') ? name : `${group}: ${name}`
}

/** Reads one JUnit report. A runner that left none, or counted nothing, is one failure. */
export function readReport(xml: string | null, suite: Suite): Tally {
  const tally: Tally = { passed: 0, failed: [], skipped: [] }
  for (
    const [, tag = '', body = ''] of (xml ?? '').matchAll(
      /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    )
  ) {
    if (/<(failure|error)\b/.test(body)) tally.failed.push(nameOf(tag))
    else if (/<skipped\b/.test(body)) tally.skipped.push(nameOf(tag))
    else tally.passed++
  }
  const counted = tally.passed + tally.failed.length + tally.skipped.length
  if (suite.files.length > 0 && counted === 0) tally.failed.push(`no report of the tests on ${suite.runtime}`)
  return tally
}

export async function runSuite(suite: Suite, env: Record<string, string>): Promise<Tally> {
  if (suite.files.length === 0) return { passed: 0, failed: [], skipped: [] }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  const report = join(folder, 'report.xml')
  const [program = '', ...args] = command(suite, report)
  const child = spawn(join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env, NO_COLOR: '1' },
  })
  const watchdog = setTimeout(() => {
    console.error(`The tests on ${suite.runtime} did not end in ${LONGEST_MINUTES} minutes.`)
    child.kill('SIGKILL')
  }, LONGEST_MINUTES * 60_000)
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (status) => resolve(status ?? 1))
  })
  clearTimeout(watchdog)
  let xml: string | null = null
  try {
    xml = readFileSync(report, 'utf8')
  } catch {
    // A runner that died before its report is a failure below.
  }
  rmSync(folder, { recursive: true, force: true })
  const tally = readReport(xml, suite)
  // A runner may fail without a failed test: a file that does not load, a leak, a crash.
  if (code !== 0 && tally.failed.length === 0) {
    tally.failed.push(`the runner on ${suite.runtime} ended with ${code}: ${suite.files[0]} …`)
  }
  return tally
}

/** A suite as so many, each with its share of the files that lie beside each other. */
export function dealt({ runtime, files }: Suite, hands: number): Suite[] {
  return Array.from({ length: hands }, (_, hand) => ({
    runtime,
    files: files.filter((_, index) => index % hands === hand),
  }))
}

/** Tests wait for clocks and other processes too: one suite more at a time than there are processors. */
const lanes = availableParallelism() + 1

/** Runs suites beside each other, each begun in the order given when a lane is free; returns what all came to. */
export async function inLanes(suites: readonly Suite[], env: Record<string, string>): Promise<Tally[]> {
  const queue = suites.filter(({ files }) => files.length > 0)
  const tallies: Tally[] = []
  const lane = async () => {
    for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
      tallies.push(await runSuite(suite, env))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return tallies
}

export function add(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.flatMap((tally) => tally.failed),
    skipped: tallies.flatMap((tally) => tally.skipped),
  }
}

/** Prints what was skipped, what failed and the closing line; returns the exit code. */
export function close(tally: Tally): number {
  for (const name of tally.skipped) console.log(`skipped: ${name}`)
  for (const name of tally.failed) console.log(`failed: ${name}`)
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ''
  console.log(`\n${tally.passed} passed, ${tally.failed.length} failed${skipped}`)
  return tally.failed.length === 0 && tally.passed > 0 ? 0 : 1
}
