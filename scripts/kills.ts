/**
 * `npm run kills [-- --moments N] [-- --seed N] [-- --only WORD] [-- --json]`: loads by the compiled binary, disturbed
 * in every way that we know, and what is in the target after the retry. Prints a line for every kind of disturbance.
 * With `--edge` instead N rounds in which edges and agents on one database are killed under load, and N in which the
 * edge and the compiled agent are: `--only instances` or `--only agent` for one of the two.
 */
import { parseArgs } from 'node:util'
import { disturb } from './kills/campaign.ts'
import { killEdgeAndAgent } from './kills/edge_and_agent.ts'
import { killInstances } from './kills/instances.ts'
import { randomOf } from './kills/moments.ts'
import { lineOf, type Outcome } from './kills/report.ts'

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    edge: { type: 'boolean', default: false },
  },
})

console.error(`seed ${values.seed}`)
const rounds = {
  rounds: Number(values.moments),
  random: randomOf(Number(values.seed)),
  onRound: (round: number, said: string) => console.error(`round ${round}: ${said}`),
}

/** One after the other: each takes a machine up. */
async function killed(): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [name, kill] of Object.entries({ instances: killInstances, agent: killEdgeAndAgent })) {
    if (name.includes(values.only)) outcomes.push(await kill(rounds))
  }
  return outcomes
}

const outcomes = values.edge ? await killed() : await disturb({
  moments: Number(values.moments),
  seed: Number(values.seed),
  only: values.only,
  onOutcome: (one) => values.json || console.log(lineOf(one)),
  onSkipped: (what, why) => console.error(`${what} is left out: ${why}`),
})
if (values.edge && !values.json) { for (const one of outcomes) console.log(lineOf(one)) }
const wrong = outcomes.filter((one) => one.wrong.length > 0).length
const times = outcomes.reduce((sum, one) => sum + one.times, 0)
if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), outcomes }))
else console.log(`\n${times} disturbances, ${outcomes.length - wrong} of ${outcomes.length} kinds end exact`)
process.exitCode = wrong === 0 && outcomes.length > 0 ? 0 : 1
