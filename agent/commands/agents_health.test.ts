import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockOf, ringAge, slotsText, stateOf } from './agents_health.ts'

const at = '2026-11-22T09:00:00.000Z'
const health = {
  protocol: 2,
  version: '0.1.0',
  clock_skew_ms: 40,
  ring_created: at,
  slots: 4,
  slots_used: 1,
  labels: [],
  stopping: false,
  reported: at,
}
const agent = (more: object = {}) => ({
  id: '019aa000-0000-7000-8000-000000000006',
  name: 'vm-1',
  pool: 'default',
  state: 'approved' as const,
  public_key: 'A'.repeat(43) + '=',
  fingerprint: '0'.repeat(32),
  version: '0.1.0',
  created: at,
  ephemeral: false,
  ...more,
})

test('an agent is as it says, as it was told, or as its silence says', () => {
  const idle = { ...health, slots_used: 0 }
  const states: [object, string][] = [
    [{}, 'approved'],
    [{ health }, 'approved'],
    [{ health: { ...health, stopping: true } }, 'stopping'],
    [{ health, draining: at }, 'draining'],
    [{ health: idle, draining: at }, 'drained'],
    [{ health, stopped: at, draining: at }, 'stopped at 2026-11-22 09:00 UTC'],
    [{ health, lost: '2026-11-22T09:01:00.000Z', last_seen: at }, 'lost since 2026-11-22 09:00 UTC'],
    [{ health, lost: at, state: 'revoked' }, 'revoked'],
  ]
  for (const [more, expected] of states) assert.equal(stateOf(agent(more)), expected)
})

test('slots, clock and age of the ring are told where the agent has said them', () => {
  const now = Date.parse('2027-11-23T09:00:00.000Z')
  assert.deepEqual([slotsText(agent()), clockOf(agent()), ringAge(agent(), now)], ['', '', ''])
  assert.equal(slotsText(agent({ health })), '1/4')
  assert.equal(clockOf(agent({ health })), 'ok')
  assert.equal(clockOf(agent({ health: { ...health, clock_skew_ms: -30_400 } })), '30 s behind')
  assert.equal(clockOf(agent({ health: { ...health, clock_skew_ms: 7_600 } })), '8 s ahead')
  assert.equal(ringAge(agent({ health }), now), '366 days, rotate it')
  assert.equal(ringAge(agent({ health }), Date.parse(at) + 86_400_000), '1 day')
})
