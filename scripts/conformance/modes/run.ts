/** Runs the scenarios of modes into one destination, step by step: each step is one pipeline, each scenario a stream. */
import type { Ended } from '../../e2e/binary.ts'
import type { Contents, TargetPlace } from '../engines/engine.ts'
import { valueOf } from '../judge.ts'
import type { Pair } from '../pair.ts'
import { callBinary, type ModePlaces } from './call.ts'
import { runPatterns } from './patterns.ts'
import { type Cell, type EngineName, slugOf, type Trap } from '../trap.ts'
import { type Action, actions, type Scenario, type Step } from './scenario.ts'

interface Reported {
  readonly status: string
  readonly code: string | null
}

/** Scenario → `works`, `refused: code` where the destination has no such mode, or `wrong: step and why`. */
export async function runModes(
  pair: Pair,
  scenarios: readonly Scenario[],
  places: ModePlaces,
): Promise<ReadonlyMap<string, string>> {
  const made = scenarios.filter((scenario) => canBeMade(pair.source, scenario))
  const outcomes = new Map<string, string>()
  for (const mode of files.includes(pair.destination) ? ['merge', 'history', 'mirror'] : []) {
    const own = made.filter(({ stream }) => stream.startsWith(`mode: ${mode}`))
    const [first] = own
    if (first === undefined) continue
    const outcome = await refusedWhole(first, places)
    for (const { name } of own) outcomes.set(name, outcome)
  }
  for (const { name, unless } of made) {
    const reason = unless?.[pair.destination]
    if (reason !== undefined) outcomes.set(name, `not applicable: ${reason}`)
  }
  const asked = made.filter(({ name }) => !outcomes.has(name))
  const steps = Math.max(...asked.map((scenario) => scenario.steps.length))
  for (let at = 0; at < steps; at++) {
    const going = asked.filter(({ name, steps }) => !outcomes.has(name) && steps[at] !== undefined)
    for (const action of actions) {
      const now = going.filter(({ steps }) => (steps[at]?.action ?? 'run') === action)
      // A backfill has a range of its own.
      const groups = action === 'backfill' ? now.map((one) => [one]) : now.length > 0 ? [now] : []
      for (const group of groups) {
        for (const [name, outcome] of await runStep(pair.destination, group, { at, action, places })) {
          outcomes.set(name, outcome)
        }
      }
    }
  }
  for (const { name } of asked) if (!outcomes.has(name)) outcomes.set(name, 'works')
  for (const [name, outcome] of await runPatterns(pair, places)) outcomes.set(name, outcome)
  return outcomes
}

/** Files are not searched for keys: a pipeline that asks for that is refused before anything is connected to. */
const files: readonly EngineName[] = ['csv', 'tsv', 'jsonl', 'parquet']

async function refusedWhole(scenario: Scenario, places: ModePlaces): Promise<string> {
  const ended = await call([scenario], { at: 0, action: 'run', places })
  const found = await places.to.read(asTrap(scenario))
  if (ended.code === null || found !== null) return `wrong: it is not refused by name`
  return `refused: ${ended.code}`
}

const canBeMade = (source: EngineName, { steps }: Scenario) =>
  !['sqlite', 'libsql'].includes(source) ||
  !steps.some(({ change }) => change.some((one) => one.startsWith('{alter')))

interface Turn {
  readonly at: number
  readonly action: Action
  readonly places: ModePlaces
}

/** Those whose story ends here, one way or the other. */
async function runStep(destination: EngineName, scenarios: readonly Scenario[], turn: Turn) {
  const { at, places } = turn
  const before = new Map<string, Contents | null>()
  for (const scenario of scenarios) {
    const change = scenario.steps[at]?.change ?? []
    await places.from.change(change.map((one) => one.replaceAll('{table}', slugOf(scenario))))
    before.set(scenario.name, await places.to.read(asTrap(scenario)))
  }
  const reports = await start(scenarios, turn)
  const ended = new Map<string, string>()
  for (const scenario of scenarios) {
    const step = scenario.steps[at] as Step
    const found = await places.to.read(asTrap(scenario))
    const reported = reports.get(scenario.name) ?? { status: 'not reported', code: null }
    const seen = { reported, found, before: before.get(scenario.name) ?? null }
    const wrong = stepDiffers(step, seen, destination) ?? await asideDiffers(step, scenario, places.to)
    if (wrong === null) continue
    const absent = at === 0 && ['unsupported', 'target_refused'].includes(reported.code ?? '')
    ended.set(scenario.name, absent ? `refused: ${reported.code}` : `wrong: step ${at + 1}: ${wrong}`)
  }
  return ended
}

interface Seen {
  readonly reported: Reported
  readonly found: Contents | null
  readonly before: Contents | null
}

function stepDiffers(
  { then }: Step,
  { reported, found, before }: Seen,
  destination: EngineName,
): string | null {
  if ('refused' in then) {
    if (reported.code !== then.refused) {
      return `${reported.code ?? reported.status} instead of ${then.refused}`
    }
    return JSON.stringify(found) === JSON.stringify(before)
      ? null
      : `${then.refused}, and the target is changed`
  }
  if (reported.status !== 'succeeded') return reported.code ?? reported.status
  // A file of objects has no columns before its first row.
  if (found === null || (then.rows.length === 0 && found.rows.length === 0)) {
    return found === null && !(destination === 'jsonl' && then.rows.length === 0)
      ? 'there is no target'
      : null
  }
  const names = found.columns.map(({ name }) => name)
  if ([...names].sort().join() !== [...then.columns].sort().join()) return `columns ${names.join(', ')}`
  const order = then.columns.map((name) => names.indexOf(name))
  const got = found.rows.map((row) =>
    JSON.stringify(order.map((from, at) => shown(row[from] ?? null, then.columns[at])))
  )
  const wanted = then.rows.map((row) => JSON.stringify(row))
  return got.sort().join('\n') === wanted.sort().join('\n') ? null : `rows ${got.join(' ')}`
}

/** When is another matter than whether. */
const shown = (cell: Cell, column = '') =>
  cell === null ? null : column.startsWith('_valid_') ? 'then' : valueOf(cell, 'time')

async function asideDiffers({ aside }: Step, scenario: Scenario, to: TargetPlace): Promise<string | null> {
  if (aside === undefined) return null
  const found = await to.aside(asTrap(scenario))
  if (found === null) return 'nothing was put aside'
  const names = found.columns.map(({ name }) => name)
  const got = found.rows.map((row) =>
    ['row', 'column', 'code'].map((name) =>
      row[names.findIndex((one) => one === name || one === `${name}_name`)] ?? null
    )
  )
  return JSON.stringify(got) === JSON.stringify(aside) ? null : `put aside ${JSON.stringify(got)}`
}

/** What the places know of a target: its name. Where a file is added to, that is a folder. */
function asTrap(scenario: Scenario): Trap {
  const slug = slugOf(scenario)
  const to = scenario.adds ? { csv: slug, tsv: slug, jsonl: slug, parquet: slug } : {}
  return { name: scenario.name, group: '', sources: {}, expected: { columns: [], rows: [] }, to }
}

/** The binary with these scenarios as streams of one pipeline. */
async function call(scenarios: readonly Scenario[], { at, action, places }: Turn): Promise<Ended> {
  const streams = scenarios.map((scenario) => {
    const [from, to] = [places.from.from(slugOf(scenario)), places.to.to(asTrap(scenario))]
    return `from: ${JSON.stringify(from)}, to: ${JSON.stringify(to)}, ${scenario.stream}`
  })
  const given = scenarios.flatMap(({ steps }) => Object.entries(steps[at]?.parameters ?? {}))
  const flags = [
    ...(action === 'run' ? [] : [`--${action}`, '--yes']),
    ...given.flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ]
  return await callBinary(streams, { places, flags, name: `step-${at + 1}-${action}` })
}

async function start(scenarios: readonly Scenario[], turn: Turn): Promise<ReadonlyMap<string, Reported>> {
  const ended = await call(scenarios, turn)
  const streams = (ended.value as { streams?: (Reported & { stream: string })[] } | null)?.streams
  if (streams === undefined) throw new Error(`modes, step ${turn.at + 1}: ${ended.stderr.slice(-3000)}`)
  return new Map(scenarios.map((scenario) => {
    const stream = turn.places.from.from(slugOf(scenario))
    const one = streams.find((entry) => entry.stream === stream)
    return [scenario.name, { status: one?.status ?? 'not reported', code: one?.code ?? null }]
  }))
}
