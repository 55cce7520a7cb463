/**
 * `npm run conformance [-- --write] [--heavy] [--modes] [--only WORD] [postgres:mysql …]`: every trap through every pair of engines that
 * run here, or through the pairs named; `postgres:` and `:csv` are all pairs of one side. Says what is not as expected,
 * and fails then; `--write` makes it what is expected from now on, and writes the tables anew. `--heavy`: values of 255
 * MB too; `--modes`: nothing but modes.
 */
import { parseArgs } from 'node:util'
import { currentBinary } from './build_agent.ts'
import { writeDocuments } from './conformance/document.ts'
import { mariadbSettings } from './conformance/engines/mysql.ts'
import {
  differences,
  expectedModes,
  expectedOf,
  pairName,
  writeModes,
  writeOutcomes,
} from './conformance/outcomes.ts'
import type { Pair } from './conformance/pair.ts'
import { patternNames } from './conformance/modes/patterns.ts'
import { scenarios } from './conformance/modes/scenarios.ts'
import { modePairsHere, openSuite, pairsHere } from './conformance/suite.ts'
import { lightTraps, traps } from './conformance/traps/traps.ts'
import { startMariadb, withoutMariadb } from './mariadb.ts'
import { startPostgres } from './postgres.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    only: { type: 'string' },
    heavy: { type: 'boolean' },
    modes: { type: 'boolean' },
  },
})

function wanted({ source, destination }: Pair): boolean {
  return positionals.length === 0 || positionals.some((word) => {
    const [from = '', to = ''] = word.split(':')
    return (from === '' || from === source) && (to === '' || to === destination)
  })
}

const here = { mariadb: withoutMariadb === false }
const pairs = pairsHere(here).filter(wanted)
const moved = values.modes ? [] : pairs
const needs = (engine: string) => pairs.some((pair) => Object.values(pair).includes(engine))
const named = (name: string) => values.only === undefined || name.includes(values.only)
const asked = (values.heavy ? traps : lightTraps).filter(({ name }) => named(name))

if (process.env['SALLYPORT_CONFORMANCE_BINARY'] === undefined) await currentBinary()
await using postgres = needs('postgres') ? await startPostgres({ settings: ['fsync=off'] }) : null
await using mariadb = needs('mysql') ? await startMariadb(mariadbSettings) : null
await using suite = openSuite({ postgres: postgres?.url ?? null, mariadb })
let failed = 0

function tell(expected: ReadonlyMap<string, string>, outcomes: ReadonlyMap<string, string>): void {
  for (const [trap, outcome] of outcomes) {
    if (outcome.startsWith('wrong')) console.log(`    ${trap}: ${outcome}`)
  }
  const changed = differences(expected, outcomes)
  for (const line of values.write && expected.size === 0 ? [] : changed) console.log(`    changed: ${line}`)
  if (!values.write) failed += changed.length
}

/** A pair that does not run at all is one failure, and the others go on. */
async function attempt(what: string, work: () => Promise<ReadonlyMap<string, string>>) {
  const began = performance.now()
  const outcomes = await work().catch((error: unknown) => {
    console.log(`${what}: ${error instanceof Error ? error.message : error}`)
    failed++
    return null
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (outcomes !== null) console.log(`${what}: ${outcomes.size}, ${seconds} s`)
  return outcomes
}

for (const pair of moved) {
  const outcomes = await attempt(pairName(pair), () => suite.run(pair, asked))
  if (outcomes === null) continue
  tell(new Map([...expectedOf(pair, asked)].filter(([trap]) => outcomes.has(trap))), outcomes)
  if (values.write) writeOutcomes(pair, outcomes, asked)
}
const shown = scenarios.filter(({ name }) => named(name))
for (const pair of shown.length > 0 ? modePairsHere(here).filter(wanted) : []) {
  const outcomes = await attempt(`modes, ${pairName(pair)}`, () => suite.modes(pair, shown))
  if (outcomes === null) continue
  tell(new Map([...expectedModes(pair)].filter(([name]) => named(name))), outcomes)
  const order = {
    order: [...scenarios.map(({ name }) => name), ...patternNames],
    pairs: modePairsHere({ mariadb: true }),
  }
  if (values.write && values.only === undefined) writeModes(pair, outcomes, order)
}
if (values.write) writeDocuments(traps)
process.exitCode = failed === 0 ? 0 : 1
