import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { Waiting } from './waiting.ts'

const bytes = (value: number) => () => new Uint8Array([value])

/** What is thrown, if anything is. */
function thrown(work: () => unknown): unknown {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}

describe('polls that wait', () => {
  test('are kept for as long as they ask, or up to a fifth less, so that a herd spreads', () => {
    assert.equal(new Waiting({ randomBytes: bytes(0) }).keptMs(25), 20_000)
    const longest = new Waiting({ randomBytes: bytes(255) }).keptMs(25)
    assert.ok(longest > 24_900 && longest <= 25_000)
  })

  test('beyond what an instance keeps are told when to come again, until one has left', () => {
    const waiting = new Waiting({ randomBytes: bytes(128), most: 2 })
    const first = waiting.enter('a')
    using _second = waiting.enter('b')
    const refused = thrown(() => waiting.enter('c')) as { code: string; retryAfterSeconds: number }
    assert.deepEqual([refused.code, refused.retryAfterSeconds, waiting.turnedAway], [
      'too_many_requests',
      5,
      1,
    ])
    first[Symbol.dispose]()
    assert.equal(thrown(() => waiting.enter('c')), null)
  })

  test('of one agent beyond eight are turned away, with the time to come again, and those of others are not', async () => {
    await using edge = await TestEdge.start()
    const estate = await Estate.found(edge)
    await estate.furnish()
    const agent = await estate.enrol()
    const other = await estate.enrol()
    const polls = Array.from({ length: 9 }, () => agent.poll({ wait: 25 }))
    const refused = await Promise.race(polls)
    assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_requests'])
    assert.equal((await agent.poll()).status, 200, 'one that does not wait takes no place')
    const allowed = other.poll({ wait: 25 })
    edge.closing.abort()
    const answers = await Promise.all([...polls, allowed])
    assert.deepEqual(answers.map(({ status }) => status).filter((status) => status !== 200), [429])
  })
})
