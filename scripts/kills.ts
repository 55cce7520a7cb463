/**
 * `npm run kills [-- --moments N] [-- --seed N] [-- --only WORD] [-- --json]`: loads by the compiled binary, disturbed
 * in every way that we know, and what is in the target after the retry. Prints a line for every kind of disturbance.
 */
import { parseArgs } from 'node:util'
import { disturb } from './kills/campaign.ts'
import { lineOf } from './kills/report.ts'

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})

console.error(`seed ${values.seed}`)
const outcomes = await disturb({
  moments: Number(values.moments),
  seed: Number(values.seed),
  only: values.only,
  onOutcome: (one) => values.json || console.log(lineOf(one)),
  onSkipped: (what, why) => console.error(`${what} is left out: ${why}`),
})
const wrong = outcomes.filter((one) => one.wrong.length > 0).length
const times = outcomes.reduce((sum, one) => sum + one.times, 0)
if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), outcomes }))
else console.log(`\n${times} disturbances, ${outcomes.length - wrong} of ${outcomes.length} kinds end exact`)
process.exitCode = wrong === 0 && outcomes.length > 0 ? 0 : 1
