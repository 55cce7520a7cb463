/**
 * What job cycles are measured against: the same rows in group commits of the same storage, and nothing else – no HTTP,
 * no signature, no look-up, an audit entry that is always the same. `deno run … bench_cycles_floor.ts FILE AT_ONCE MS`
 * goes round for so long and prints how many cycles became durable in a second.
 */
import { newId } from '../shared/ids.ts'
import { loadMigrations, migrate, migrationsFolder } from './db/migrate.ts'
import { openStorage } from './db/open.ts'
import type { Step } from './db/plan.ts'
import { native } from './primitives.ts'

const [file = '', atOnce = '', ms = ''] = Deno.args
const TENANT = '019a9f3e-7c00-7000-8000-000000000000'
const LEAF = JSON.stringify({
  v: 1,
  time: '2026-11-22T09:00:00.000Z',
  plan: TENANT,
  actor: { kind: 'agent', id: TENANT },
  action: 'run.completed',
  facts: { fence: 1, attempt: 1, status: 'succeeded', state: 'succeeded', code: null },
  target: TENANT,
})
const TRIGGER = JSON.stringify({ kind: 'api', day: '2026-11-22', slot: 1 })
const CREATE =
  'INSERT INTO run (tenant, id, project, pipeline, pool, state, action, trigger, day, slot, plan, ' +
  'failures, retries, lost, fence, due, cancel, created) ' +
  "VALUES (?, ?, ?, ?, 'default', 'queued', 'run', ?, '2026-11-22', ?, ?, 0, 0, 0, 0, ?, 0, ?)"
const MOVE = 'UPDATE run SET state = ?, fence = 1, agent = ?, lease_until = ?, started = ?, finished = ? ' +
  'WHERE tenant = ? AND id = ? AND state = ?'

const storage = await openStorage(`file:${file}`, { token: null })
await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: Date.now() })

let slots = 0
let cycles = 0
let over = false

/** One step and its entry, durable. */
async function write(action: string, sql: string, parameters: readonly unknown[]): Promise<void> {
  const time = Date.now()
  const expect = { rows: 1, otherwise: 'conflict' } as const
  const steps: Step[] = [{ sql, parameters, reads: false, expect }]
  const leaf = { tenant: TENANT, action, time, request: null, text: LEAF }
  await storage.write({ id: newId(time, native.randomBytes), steps, leaf, repeatable: false })
}

async function goRound(): Promise<void> {
  while (!over) {
    const now = Date.now()
    const id = newId(now, native.randomBytes)
    const move = (
      from: string,
      to: string,
      set: readonly (number | null)[],
    ) => [to, TENANT, ...set, TENANT, id, from]
    await write('run.created', CREATE, [TENANT, id, TENANT, TENANT, TRIGGER, ++slots, id, now, now])
    await write('run.claimed', MOVE, move('queued', 'leased', [now, null, null]))
    await write('run.started', MOVE, move('leased', 'running', [now, now, null]))
    await write('run.completed', MOVE, move('running', 'succeeded', [null, now, now]))
    cycles += 1
  }
}

const rounds = Array.from({ length: Number(atOnce) }, goRound)
const start = performance.now()
setTimeout(() => over = true, Number(ms))
await Promise.all(rounds)
console.log(JSON.stringify({ cycles, seconds: (performance.now() - start) / 1000 }))
await storage.close()
