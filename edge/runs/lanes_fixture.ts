/** Runs, limits and claims by several instances straight on a database, and what has to hold there at any moment. */
import assert from 'node:assert/strict'
import { Fault } from '../../shared/faults.ts'
import { reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import type { Candidate } from './lanes.ts'
import { dropLimit, putLimit } from './limit_store.ts'
import { reserveNext } from './picker.ts'
import { Reservations } from './reservations.ts'
import { next, type RunEvent } from './states.ts'
import { insertRun, moveRun, run, type RunRow, standingOf } from './store.ts'

export const tenant = 'tenant-1'
const pool = 'default'

export interface Wanted {
  readonly project?: string
  readonly pipeline?: string
  readonly pool?: string
  readonly source?: string
  readonly destination?: string
  readonly priority?: number
  /** Milliseconds from now. */
  readonly in?: number
}

const fresh = {
  ...{
    state: 'queued',
    action: 'run',
    trigger: '{"kind":"api"}',
    plan: 'p',
    failures: 0,
    retries: 3,
    lost: 0,
  },
  ...{ fence: 0, begun: 0, redriven: 0, cancel: 0, day: null, slot: null, fire: null, agent: null },
  ...{
    lease_until: null,
    code: null,
    started: null,
    finished: null,
    version: null,
    claimed: null,
    began: null,
  },
  ...{ minutes: null, deadline: null, redrive: null, reason: null, rank: null },
} as const

export class Yard {
  readonly storage: Storage
  readonly instances = [new Reservations(), new Reservations()] as const
  now = 1_000_000_000
  #made = 0

  constructor(storage: Storage) {
    this.storage = storage
  }

  async write(...steps: Step[]): Promise<void> {
    await this.storage.write({ id: '', steps, leaf: null, repeatable: false })
  }

  /** Rows of whatever table. */
  // deno-lint-ignore no-explicit-any -- a test asserts what it reads
  async rows(sql: string, parameters: unknown[] = []): Promise<any[]> {
    return [...await this.storage.read({ sql, parameters, reads: true })]
  }

  async add(wanted: Wanted = {}): Promise<string> {
    const { id, made } = this.#make(wanted)
    await this.write(made)
    return id
  }

  /** So many at once. */
  async fill(count: number, wanted: (i: number) => Wanted): Promise<void> {
    await this.write(...Array.from({ length: count }, (_, i) => this.#make(wanted(i)).made))
  }

  #make(wanted: Wanted): { readonly id: string; readonly made: Step } {
    const { project = 'a', pipeline = `${project}-1`, priority = 5 } = wanted
    const id = `run-${String(++this.#made).padStart(6, '0')}`
    const row = {
      ...fresh,
      ...{ tenant, id, project, pipeline, pool: wanted.pool ?? pool, priority },
      source: wanted.source ?? `${pipeline}-source`,
      destination: wanted.destination ?? `${project}-warehouse`,
      due: this.now + (wanted.in ?? 0),
      created: this.now,
    } as RunRow
    return { id, made: insertRun(row) }
  }

  async limit(scope: string, most: number | null): Promise<void> {
    if (most === null) {
      // Whether there is one or not.
      const { sql, parameters, reads } = dropLimit(tenant, scope)
      await this.write({ sql, parameters, reads })
    } else await this.write(putLimit({ tenant, scope, most, now: this.now }))
  }

  look(instance: 0 | 1 = 0, of = pool): Promise<Candidate | null> {
    const reserved = this.instances[instance]
    const arrange = (step: Step) => this.write(step)
    const db = reader(this.storage)
    const plan = `plan-${++this.#made}`
    const onLimits = () => {}
    return reserveNext({ db, tenant, pool: of, now: this.now, reserved, onLimits, arrange, plan })
  }

  /** The run that this instance claims next; null: there is none. One that another instance has got is left to it. */
  async claim(instance: 0 | 1 = 0, of = pool): Promise<Candidate | null> {
    for (;;) {
      const found = await this.look(instance, of)
      if (found === null) return null
      const won = await this.take(found)
      this.instances[instance].release(found.id)
      if (won) return found
    }
  }

  /** Whether the claim of what was found has been written. */
  async take(found: Candidate): Promise<boolean> {
    try {
      await this.move(found.id, { kind: 'claim' }, { agent: 'agent-1', lease_until: this.now + 45_000 })
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false
      throw error
    }
  }

  async move(id: string, event: RunEvent, set: Parameters<typeof moveRun>[1]['set'] = {}): Promise<void> {
    const row = await run(reader(this.storage), tenant, id) as RunRow
    const standing = next(standingOf(row), event)
    if (standing === null) throw new Fault('conflict')
    const fence = row.fence + (event.kind === 'claim' ? 1 : 0)
    await this.write(moveRun(row, { standing, set: { fence, ...set }, otherwise: 'conflict' }))
  }

  async complete(id: string): Promise<void> {
    await this.move(id, { kind: 'complete', status: 'succeeded', retry: false }, { finished: this.now })
  }

  /** Lines, lanes and limits say what the runs say. */
  async checkBooks(): Promise<void> {
    const lines = await this.rows(`SELECT l.pipeline, l.pool, l.runs, l.rank, l.parked,
      (SELECT count(*) FROM run r WHERE r.pool = l.pool AND r.pipeline = l.pipeline AND r.state = 'queued'
        AND +r.rank IS NOT NULL) AS true_runs,
      (SELECT min(rank) FROM run r WHERE r.pool = l.pool AND r.pipeline = l.pipeline AND +r.state = 'queued') AS true_rank
      FROM run_line l`)
    for (const line of lines) assert.deepEqual([line.runs, line.rank], [line.true_runs, line.true_rank])
    const lanes = await this.rows(`SELECT n.ready, (SELECT count(*) FROM run_line l WHERE l.pool = n.pool
      AND l.project = n.project AND +l.rank IS NOT NULL AND +l.parked IS NULL) AS true_ready FROM run_lane n`)
    for (const lane of lanes) assert.equal(lane.ready, lane.true_ready)
    const limits = await this.rows(
      `SELECT k.scope, k.held, (${heldIn('k.scope')}) AS true_held FROM run_limit k`,
    )
    for (const limit of limits) assert.equal(limit.held, limit.true_held, limit.scope)
  }

  /** Runs of a pool that are due and that every limit lets through, found the long way. */
  async claimable(of = pool): Promise<string[]> {
    const rows = await this.rows(
      `SELECT r.id FROM run r WHERE r.state = 'queued' AND r.due <= ? AND r.pool = ? AND NOT EXISTS (
        SELECT 1 FROM run_limit k WHERE k.scope IN ('tenant', 'pool:' || r.pool, 'pipeline:' || r.pipeline,
          'connection:' || r.source, 'connection:' || r.destination) AND (${heldIn('k.scope')}) >= k.most)`,
      [this.now, of],
    )
    return rows.map(({ id }) => id)
  }
}

function heldIn(scope: string): string {
  return `SELECT count(*) FROM run h WHERE +h.state IN ('leased', 'running') AND ${scope} IN ('tenant',
    'pool:' || h.pool, 'pipeline:' || h.pipeline, 'connection:' || h.source, 'connection:' || h.destination)`
}
