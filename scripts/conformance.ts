/**
 * `npm run conformance [-- --write] [-- --only WORD] [-- postgres:mysql …]`: every trap through every pair of engines that
 * run here, or through the pairs named; `postgres:` and `:csv` are all pairs of one side. Says what is not as expected,
 * and fails then; `--write` makes it what is expected from now on, and writes the tables anew.
 */
import { parseArgs } from 'node:util'
import { currentBinary } from './build_agent.ts'
import { writeDocuments } from './conformance/document.ts'
import { mariadbSettings } from './conformance/engines/mysql.ts'
import { differences, expectedModes, expectedOf, writeModes, writeOutcomes } from './conformance/outcomes.ts'
import { nothingLeft, type Pair } from './conformance/pair.ts'
import { scenarios } from './conformance/modes/scenarios.ts'
import { modePairsHere, openSuite, pairsHere } from './conformance/suite.ts'
import { traps } from './conformance/traps/traps.ts'
import { startMariadb, withoutMariadb } from './mariadb.ts'
import { startPostgres } from './postgres.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, only: { type: 'string' } },
})

function wanted({ source, destination }: Pair): boolean {
  return positionals.length === 0 || positionals.some((word) => {
    const [from = '', to = ''] = word.split(':')
    return (from === '' || from === source) && (to === '' || to === destination)
  })
}

const here = { mariadb: withoutMariadb === false }
const pairs = pairsHere(here).filter(wanted)
const needs = (engine: string) => pairs.some((pair) => Object.values(pair).includes(engine))
const only = traps.filter(({ name, heavy }) =>
  values.only === undefined ? heavy !== true : name.includes(values.only)
)

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

for (const pair of pairs) {
  const began = performance.now()
  const outcomes = await suite.run(pair, only)
  const all = expectedOf(pair)
  const expected = values.only === undefined ? all : new Map([...all].filter(([trap]) => outcomes.has(trap)))
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${pair.source} → ${pair.destination}: ${outcomes.size} traps, ${seconds} s`)
  tell(expected, outcomes)
  if (values.write && values.only === undefined) {
    writeOutcomes(pair, outcomes, [...traps.map(({ name }) => name), nothingLeft])
  }
}
for (const pair of values.only === undefined ? modePairsHere(here).filter(wanted) : []) {
  const outcomes = await suite.modes(pair, scenarios)
  console.log(`modes, ${pair.source} → ${pair.destination}: ${outcomes.size}`)
  tell(expectedModes(pair), outcomes)
  const order = { order: scenarios.map(({ name }) => name), pairs: modePairsHere({ mariadb: true }) }
  if (values.write) writeModes(pair, outcomes, order)
}
if (values.write) writeDocuments(traps)
process.exitCode = failed === 0 ? 0 : 1
