/** The rows of a job cycle as bare statements, for what is measured against or below HTTP. */
import { newId } from '../shared/ids.ts'
import { loadMigrations, migrate, migrationsFolder } from './db/migrate.ts'
import { openStorage } from './db/open.ts'
import type { Step } from './db/plan.ts'
import type { Storage } from './db/storage.ts'
import { native } from './primitives.ts'

const SOMEBODY = '019a9f3e-7c00-7000-8000-000000000000'
const LEAF = JSON.stringify({
  v: 1,
  time: '2026-11-22T09:00:00.000Z',
  plan: SOMEBODY,
  actor: { kind: 'agent', id: SOMEBODY },
  action: 'run.completed',
  facts: { fence: 1, attempt: 1, status: 'succeeded', state: 'succeeded', code: null },
  target: SOMEBODY,
})
const TRIGGER = JSON.stringify({ kind: 'api', day: '2026-11-22', slot: 1 })
const CREATE =
  'INSERT INTO run (tenant, id, project, pipeline, pool, state, action, trigger, day, slot, plan, ' +
  'failures, retries, lost, fence, due, cancel, created, rank) ' +
  "VALUES (?, ?, ?, ?, 'default', 'queued', 'run', ?, '2026-11-22', ?, ?, 0, 0, 0, 0, ?, 0, ?, ?)"
const MOVE = 'UPDATE run SET state = ?, fence = 1, agent = ?, lease_until = ?, started = ?, finished = ? ' +
  'WHERE tenant = ? AND id = ? AND state = ?'

/** An empty database of the embedded engine. */
export async function emptyDatabase(file: string): Promise<Storage> {
  const storage = await openStorage(`file:${file}`, { token: null })
  await migrate(storage, { migrations: await loadMigrations(migrationsFolder), now: Date.now() })
  return storage
}

export class BareCycles {
  readonly #storage: Storage
  readonly #durable: (tenant: string) => void
  #slots = 0

  /** `durable` is called for every plan, with its tenant. */
  constructor(storage: Storage, durable: (tenant: string) => void = () => {}) {
    this.#storage = storage
    this.#durable = durable
  }

  /** A run from its creation to its end: four plans, each durable before the next. `lane` as in a plan. */
  async goRound(tenant: string, lane = tenant): Promise<void> {
    const now = Date.now()
    const id = newId(now, native.randomBytes)
    const of = { tenant, lane }
    const move = (
      from: string,
      to: string,
      set: readonly (number | null)[],
    ) => [to, SOMEBODY, ...set, tenant, id, from]
    const slot = ++this.#slots
    await this.#write(of, 'run.created', [
      CREATE,
      tenant,
      id,
      tenant,
      tenant,
      TRIGGER,
      slot,
      id,
      now,
      now,
      now,
    ])
    await this.#write(of, 'run.claimed', [MOVE, ...move('queued', 'leased', [now, null, null])])
    await this.#write(of, 'run.started', [MOVE, ...move('leased', 'running', [now, now, null])])
    await this.#write(of, 'run.completed', [MOVE, ...move('running', 'succeeded', [null, now, now])])
  }

  /** One step and its entry. */
  async #write(
    { tenant, lane }: { readonly tenant: string; readonly lane: string },
    action: string,
    [sql, ...parameters]: [string, ...unknown[]],
  ): Promise<void> {
    const time = Date.now()
    const steps: Step[] = [{ sql, parameters, reads: false, expect: { rows: 1, otherwise: 'conflict' } }]
    const leaf = { tenant, action, time, request: null, text: LEAF }
    await this.#storage.write({ id: newId(time, native.randomBytes), steps, leaf, repeatable: false, lane })
    this.#durable(tenant)
  }
}
