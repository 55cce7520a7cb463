/** What every pair is expected to make of every trap: one file a source, beside this one. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../suites.ts'
import { nothingLeft, type Pair } from './pair.ts'
import { type EngineName, engineNames, type Trap } from './trap.ts'
import { lightTraps, traps } from './traps/traps.ts'

/** Trap → destination → outcome. */
type OfSource = Record<string, Partial<Record<EngineName, string>>>

const pathOf = (source: EngineName) => join(root, 'scripts', 'conformance', 'outcomes', `${source}.json`)

export function readOutcomes(source: EngineName): OfSource {
  const path = pathOf(source)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as OfSource : {}
}

/** The expected outcomes of one pair, by trap: of these traps, or of all that are not heavy. */
export function expectedOf(
  { source, destination }: Pair,
  traps: readonly Trap[] = lightTraps,
): Map<string, string> {
  const names = [...traps.map(({ name }) => name), nothingLeft]
  return new Map(
    Object.entries(readOutcomes(source)).flatMap(([trap, outcomes]) => {
      const outcome = outcomes[destination]
      return outcome === undefined || !names.includes(trap) ? [] : [[trap, outcome] as const]
    }),
  )
}

/** Puts a pair's outcomes in the place of those before; those of traps that were not run stay. */
export function writeOutcomes(pair: Pair, outcomes: ReadonlyMap<string, string>, run: readonly Trap[]): void {
  const before = readOutcomes(pair.source)
  const names = run.map(({ name }) => name)
  const after: OfSource = {}
  for (const trap of [...traps.map(({ name }) => name), nothingLeft]) {
    const own = outcomes.get(trap) ?? (names.includes(trap) ? undefined : before[trap]?.[pair.destination])
    const all = { ...before[trap], [pair.destination]: own }
    const sorted = engineNames.flatMap((name) => all[name] === undefined ? [] : [[name, all[name]]])
    if (sorted.length > 0) after[trap] = Object.fromEntries(sorted)
  }
  writeFileSync(pathOf(pair.source), `${JSON.stringify(after, null, 2)}\n`)
}

const modesPath = join(root, 'scripts', 'conformance', 'outcomes', 'modes.json')

/** Scenario → pair, as `postgres → csv` → outcome. */
export type OfModes = Record<string, Record<string, string>>

export const pairName = ({ source, destination }: Pair) => `${source} → ${destination}`

export function readModes(): OfModes {
  return existsSync(modesPath) ? JSON.parse(readFileSync(modesPath, 'utf8')) as OfModes : {}
}

export function expectedModes(pair: Pair): Map<string, string> {
  return new Map(
    Object.entries(readModes()).flatMap(([scenario, outcomes]) => {
      const outcome = outcomes[pairName(pair)]
      return outcome === undefined ? [] : [[scenario, outcome] as const]
    }),
  )
}

/** `pairs`: the order of the columns. */
export function writeModes(
  pair: Pair,
  outcomes: ReadonlyMap<string, string>,
  { order, pairs }: { readonly order: readonly string[]; readonly pairs: readonly Pair[] },
): void {
  const before = readModes()
  const after = order.map((scenario) => {
    const all = { ...before[scenario], [pairName(pair)]: outcomes.get(scenario) }
    const kept = pairs.map(pairName).flatMap((name) => all[name] === undefined ? [] : [[name, all[name]]])
    return [scenario, Object.fromEntries(kept)]
  })
  writeFileSync(modesPath, `${JSON.stringify(Object.fromEntries(after), null, 2)}\n`)
}

/** One line for each trap whose outcome is not the expected one. */
export function differences(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((trap) => {
    const [before, now] = [expected.get(trap) ?? 'not asked', found.get(trap) ?? 'not asked']
    return before === now ? [] : [`${trap}: ${now} (expected ${before})`]
  })
}
