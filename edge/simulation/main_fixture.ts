/**
 * Simulates seeds: `FROM COUNT` for a verdict on each, `FROM 1 trace` for everything that happens in one. Beyond that the
 * numbers of the acts that happen, with commas between; all of them unless said.
 */
import process from 'node:process'
import { simulate } from './simulate.ts'

const [from = '1', count = '1', trace, acts] = process.argv.slice(2)
const told = {
  ...(trace === 'trace' ? { show: (line: string) => console.log(line) } : {}),
  ...(acts === undefined ? {} : { kept: new Set(acts.split(',').map(Number)) }),
}
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  console.log(JSON.stringify(await simulate(seed, told)))
}
process.exit()
