import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Agent } from '../../../shared/schemas/agent.ts'
import type { Run } from '../../../shared/schemas/run.ts'
import { type Around, waitsFor } from './waiting.ts'

const now = Date.parse('2026-11-22T09:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
const pipeline = { name: 'orders', source: 'shop', destination: 'warehouse', labels: ['gpu'] }
const run = {
  ...{ id: 'r', project: 'p', pipeline_id: 'one', pool: 'default', state: 'queued', trigger: 'api' },
  ...{ action: 'run', priority: 5, attempt: 1, attempts: 3, cancel: false, created: iso(now) },
} as Run
const health = {
  ...{ protocol: 2, version: '0.1.0', clock_skew_ms: 0, ring_created: iso(now), slots: 2, slots_used: 0 },
  ...{ labels: ['gpu'], stopping: false, reported: iso(now) },
}
const agent = { state: 'approved', pool: 'default', last_seen: iso(now), health } as Agent
const around: Around = {
  ...{ now, limits: [], agents: [agent], pipelines: new Map([['one', pipeline]]), connection: (id) => id },
}

test('a run that is due and could be taken waits for its turn', () => {
  assert.equal(waitsFor(run, around), 'Its turn')
})

test('one that is due later waits for that time, by name where an attempt came before', () => {
  const next_attempt = iso(now + 90_000)
  assert.equal(waitsFor({ ...run, next_attempt }, around), 'Its time, in 1 min 30 s')
  assert.equal(waitsFor({ ...run, next_attempt, attempt: 2 }, around), 'The next attempt, in 1 min 30 s')
})

test('agents that are lost, stopped, draining, stopping or never seen take nothing', () => {
  const gone: Partial<Agent>[] = [
    ...[{ lost: iso(now) }, { stopped: iso(now) }, { draining: iso(now) }, { state: 'revoked' as const }],
    ...[{ health: { ...health, stopping: true } }, { pool: 'other' }],
  ]
  for (const change of gone) {
    assert.match(
      waitsFor(run, { ...around, agents: [{ ...agent, ...change }] }),
      /none of the pool default takes work/,
    )
  }
})

test('labels that no agent has are named', () => {
  const plain = { ...agent, health: { ...health, labels: [] } }
  assert.match(waitsFor(run, { ...around, agents: [plain] }), /labels gpu/)
})

test('a limit that is full is named with what it holds, the narrowest first', () => {
  const limit = (scope: string, held: number) => ({ scope, runs: 2, held, updated: iso(now) })
  const limits = [limit('tenant', 2), limit('connection:warehouse', 2), limit('pipeline:one', 1)]
  assert.match(waitsFor(run, { ...around, limits }), /of the connection warehouse: 2 of 2/)
})

test('slots that are all used are counted', () => {
  const busy = { ...agent, health: { ...health, slots_used: 2 } }
  assert.match(waitsFor(run, { ...around, agents: [busy, busy] }), /all 4 of the pool default/)
})

test('who may not see agents is told nothing of them', () => {
  assert.equal(waitsFor(run, { ...around, agents: null }), 'Its turn')
})
