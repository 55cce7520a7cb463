/** Rounds of `npm run kills -- --edge`: nothing that was acknowledged is lost, and nothing happens twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killInstances } from '../kills/instances.ts'
import { randomOf } from '../kills/moments.ts'

/** By command twenty. */
const rounds = 3

test(
  'edges and agents that are killed under load lose nothing, and do nothing twice',
  { timeout: 400_000 },
  async () => {
    const seed = Date.now() % 1_000_000
    console.log(`kills of edges: seed ${seed}`)
    const { met, wrong } = await killInstances({
      rounds,
      random: randomOf(seed),
      onRound: (round, said) => console.log(`round ${round}: ${said}`),
    })
    assert.deepEqual(wrong, [])
    assert.equal(met, rounds, 'each round had requests under way')
  },
)
