/** Simulates seeds: `FROM COUNT` for a verdict on each, `FROM 1 trace` for everything that happens in one. */
import process from 'node:process'
import { simulate } from './simulate.ts'

const [from = '1', count = '1', trace] = process.argv.slice(2)
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const result = await simulate(seed, trace === undefined ? null : (line) => console.log(line))
  console.log(JSON.stringify(result))
}
process.exit()
