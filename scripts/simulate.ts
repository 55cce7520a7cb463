/**
 * `npm run simulate [-- --seeds N] [-- --from N]`: edges, agents and their misfortunes in virtual time, one simulation
 * a seed (500 from 1 unless said). `--seed N` shows everything that happens in one (`--acts 3,17`: of what comes from
 * outside these alone), and `--seed N --shrink` looks for the fewest acts that it goes wrong with. `--prove` puts bugs into a copy of
 * the edge, one after the other, and each has to be found (`--only WORD`: those whose name contains it). How it works:
 * edge/simulation/README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { edgeWithout } from './attack/without.ts'
import { bugs } from './simulate/bugs.ts'
import { type Result, simulated } from './simulate/run.ts'
import { shrunk } from './simulate/shrink.ts'
import { root } from './suites.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { seeds: text, from: text, seed: text, only: text, acts: text, prove: flag, shrink: flag },
})

function say({ seed, violation, figures }: Result): void {
  const { runs, commits, seconds } = figures
  if (violation !== null) {
    console.log(`FAILED seed ${seed}: ${violation}\n       again: npm run simulate -- --seed ${seed}`)
  } else if (seed % 50 === 0) {
    console.log(`ok     seed ${seed}: ${runs} runs in ${commits} commits and ${seconds} s of its time`)
  }
}

async function many(from: number, count: number): Promise<boolean> {
  let good = 0
  const started = performance.now()
  for await (const result of simulated({ folder: root, from, count })) {
    if (result.violation === null) good++
    say(result)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(`\n${good} of ${count} simulations were without a violation, in ${seconds} s.`)
  return good === count
}

async function prove(word: string): Promise<boolean> {
  const wanted = bugs.filter(({ name }) => name.includes(word))
  let found = 0
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bugs-'))
  for (const { name, within, mutations } of wanted) {
    const started = performance.now()
    let first: Result | null = null
    for await (
      const result of simulated({ folder: edgeWithout(mutations, folder), from: 1, count: within })
    ) {
      if (result.violation === null) continue
      first = result
      break
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    if (first !== null) found++
    console.log(
      first === null
        ? `MISSED ${name}, in ${within} seeds and ${seconds} s`
        : `found  ${name}: seed ${first.seed}, ${seconds} s\n       ${first.violation}`,
    )
  }
  rmSync(folder, { recursive: true, force: true })
  console.log(`\n${found} of ${wanted.length} bugs were found.`)
  return found === wanted.length && found > 0
}

async function shrink(seed: number): Promise<boolean> {
  const found = await shrunk({
    folder: root,
    seed,
    onFewer: (left) => console.log(`${left} acts are enough`),
  })
  if (found === null) return true
  const { acts, result } = found
  console.log(`FAILED seed ${seed}: ${result.violation}`)
  console.log(`       again: npm run simulate -- --seed ${seed} --acts ${acts.join()}`)
  return false
}

async function replay(seed: number, acts: string | undefined): Promise<boolean> {
  let good = true
  const kept = acts === undefined ? {} : { acts: acts.split(',').map(Number) }
  for await (const result of simulated({ folder: root, from: seed, count: 1, trace: console.log, ...kept })) {
    say(result)
    good = result.violation === null
    console.log(`\nseed ${seed}, trace ${result.digest}`)
  }
  return good
}

const good = values.prove === true
  ? await prove(values.only ?? '')
  : values.seed !== undefined
  ? await (values.shrink === true ? shrink(Number(values.seed)) : replay(Number(values.seed), values.acts))
  : await many(Number(values.from ?? 1), Number(values.seeds ?? 500))
process.exitCode = good ? 0 : 1
