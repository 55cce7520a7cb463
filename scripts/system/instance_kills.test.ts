/** Rounds of `npm run kills -- --edge`: nothing that was acknowledged is lost, and nothing happens twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killEdgeAndAgent } from '../kills/edge_and_agent.ts'
import { killInstances, type Rounds } from '../kills/instances.ts'
import { randomOf } from '../kills/moments.ts'

/** By command twenty. */
const rounds = 3
const timeout = 700_000

function seeded(): Rounds {
  const seed = Date.now() % 1_000_000
  console.log(`kills: seed ${seed}`)
  return { rounds, random: randomOf(seed), onRound: (round, said) => console.log(`round ${round}: ${said}`) }
}

test('edges on one server and agents that are killed under load lose nothing, and do nothing twice', {
  timeout,
}, async () => {
  const { met, wrong } = await killInstances(seeded())
  assert.deepEqual(wrong, [])
  assert.equal(met, rounds, 'each round had requests under way')
})

test(
  'rows that the binary appends while it and its edge are killed are there once for each run',
  { timeout },
  async () => {
    const { wrong } = await killEdgeAndAgent(seeded())
    assert.deepEqual(wrong, [])
  },
)
