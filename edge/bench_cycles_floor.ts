/**
 * What job cycles are measured against: the same rows in group commits of the same storage, and nothing else – no HTTP,
 * no signature, no look-up, an audit entry that is always the same. `deno run … bench_cycles_floor.ts FILE AT_ONCE MS`
 * goes round for so long and prints how many cycles became durable.
 */
import { BareCycles, emptyDatabase } from './bench_rows.ts'

const TENANT = '019a9f3e-7c00-7000-8000-000000000000'
const [file = '', atOnce = '', ms = ''] = Deno.args

const storage = await emptyDatabase(file)
const bare = new BareCycles(storage)
let cycles = 0
let over = false

async function goRound(): Promise<void> {
  while (!over) {
    await bare.goRound(TENANT)
    cycles += 1
  }
}

const rounds = Array.from({ length: Number(atOnce) }, goRound)
const start = performance.now()
setTimeout(() => over = true, Number(ms))
await Promise.all(rounds)
console.log(JSON.stringify({ cycles, seconds: (performance.now() - start) / 1000 }))
await storage.close()
