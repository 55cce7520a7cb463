/**
 * `npm run fuzz [-- --seconds N] [-- --only NAME]`: near misses of valid inputs to every parser that reads the other
 * side's bytes, N seconds each (10 unless said), agent and edge one after the other. NAME picks those whose name
 * contains it; `--seed N --case N` makes one failing input again.
 */
import { parseArgs } from 'node:util'
import { fuzzSide, type Given, type Side, sides } from './fuzz/watch.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { seconds: text, only: text, seed: text, case: text },
})
const given: Given = {
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  seconds: Number(values.seconds ?? 10),
  cases: Infinity,
  only: values.only ?? null,
  case: values.case === undefined ? null : Number(values.case),
}
console.log(`seed ${given.seed}`)
let failed = 0
for (const side of Object.keys(sides) as Side[]) {
  for (const { target, cases, failure } of await fuzzSide(side, given)) {
    console.log(`${failure === null ? 'ok    ' : 'FAILED'} ${side}: ${target}, ${cases} inputs`)
    if (failure === null) continue
    failed++
    console.log(failure)
  }
}
console.log(failed === 0 ? '\nNothing failed.' : `\n${failed} failed.`)
process.exitCode = failed === 0 ? 0 : 1
