/**
 * Job cycles of many tenants at once in one storage, where the first tenant has nine of ten of the jobs: `deno run …
 * bench_tenants.ts FILE TENANTS PLANS fair|arrival` counts so many durable plans and prints how many were each tenant's;
 * with `arrival` all share one lane, as if there were no turns.
 */
import { BareCycles, emptyDatabase } from './bench_rows.ts'

const HEAVY_JOBS = 9
const [file = '', tenants = '', most = '', order = ''] = Deno.args

const name = (tenant: number) => `019a9f3e-7c00-7000-8000-${String(tenant).padStart(12, '0')}`

const storage = await emptyDatabase(file)
const plans = new Map(Array.from({ length: Number(tenants) }, (_, tenant) => [name(tenant), 0]))
let counted = 0
let counting = false
let over = false
let end = 0
const bare = new BareCycles(storage, (tenant) => {
  if (!counting || over) return
  plans.set(tenant, plans.get(tenant) as number + 1)
  over = ++counted >= Number(most)
  if (over) end = performance.now()
})

async function goRound(tenant: string): Promise<void> {
  while (!over) await bare.goRound(tenant, order === 'fair' ? tenant : 'all')
}

const jobs = [...plans.keys()].flatMap((tenant, index) =>
  index === 0 ? Array.from({ length: HEAVY_JOBS * plans.size }, () => tenant) : [tenant]
)
const rounds = Promise.all(jobs.map(goRound))
// Once somebody with little has been round, turns are as they stay.
await bare.goRound(name(1), order === 'fair' ? name(1) : 'all')
counting = true
const start = performance.now()
await rounds
const seconds = (end - start) / 1000
console.log(JSON.stringify({ plans: [...plans.values()], seconds }))
await storage.close()
