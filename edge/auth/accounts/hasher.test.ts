import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TooManyRequests } from '../../http/problem.ts'
import { native } from '../../primitives.ts'
import { PasswordHasher, usualCost } from './hasher.ts'
import { printPhc, readPhc } from './phc.ts'

const { randomBytes } = native
const cheap = { memory: 8, passes: 1, lanes: 1 }

/** RFC 9106 has its vectors with a secret and data; this one is of the reference's `argon2` command. */
const vector = {
  password: 'password',
  // m=65536, t=2, p=1, salt "somesalt"
  phc: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
}

describe('a hash of a password', () => {
  test('is Argon2id as others compute it', async () => {
    using hasher = closing(new PasswordHasher({ cost: cheap, randomBytes, threads: 1 }))
    assert.equal((await hasher.verify(vector.password, vector.phc)).right, true)
    assert.equal((await hasher.verify('passwore', vector.phc)).right, false)
  })

  test('says how it was made, and is made anew at the cost of today when it was right', async () => {
    using hasher = closing(new PasswordHasher({ cost: cheap, randomBytes, threads: 1 }))
    const wrong = await hasher.verify('no', vector.phc)
    assert.deepEqual(wrong, { right: false, upgrade: null })
    const { right, upgrade } = await hasher.verify(vector.password, vector.phc)
    assert.ok(right && upgrade !== null)
    assert.match(upgrade, /^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
    assert.deepEqual(await hasher.verify(vector.password, upgrade), { right: true, upgrade: null })
  })

  test('differs each time, and does not depend on the form of its characters', async () => {
    using hasher = closing(new PasswordHasher({ cost: cheap, randomBytes, threads: 1 }))
    const [a, b] = [await hasher.hash('pässword of mine'), await hasher.hash('pässword of mine')]
    assert.notEqual(a, b)
    assert.equal((await hasher.verify('pa\u0308ssword of mine', a)).right, true)
  })

  test('is computed where there is none to compare with, and is wrong', async () => {
    using hasher = closing(new PasswordHasher({ cost: cheap, randomBytes, threads: 1 }))
    assert.deepEqual(await hasher.verify('anything', null), { right: false, upgrade: null })
    assert.deepEqual(await hasher.verify('anything', 'not a hash'), { right: false, upgrade: null })
    assert.equal(hasher.started, 2)
  })

  test('costs what OWASP names at least, unless a test says otherwise', () => {
    assert.ok(usualCost.memory >= 19_456 && usualCost.passes >= 2 && usualCost.lanes === 1)
  })

  test('is read in one spelling only', () => {
    const parsed = readPhc(vector.phc)
    assert.ok(parsed !== null)
    assert.equal(printPhc(parsed), vector.phc)
    for (
      const [from, to] of [['argon2id', 'argon2i'], ['v=19', 'v=16'], ['m=65536', 'm=6553600000'], [
        '$c29',
        '$!29',
      ]]
    ) assert.equal(readPhc(vector.phc.replace(from as string, to as string)), null)
  })
})

describe('many hashes at once', () => {
  test('wait in a line that has an end: who comes later is told to come again', async () => {
    using hasher = closing(new PasswordHasher({ cost: cheap, randomBytes, threads: 1, maxWaiting: 4 }))
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash('x')))
    const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason)
    assert.equal(refused.length, 15)
    assert.ok(refused.every((error) => error instanceof TooManyRequests && error.retryAfterSeconds > 0))
    assert.match(await hasher.hash('x'), /^\$argon2id/)
  })

  test('run in threads: the loop goes on while 64 of them are computed', async () => {
    using hasher = closing(new PasswordHasher({ cost: usualCost, randomBytes }))
    await hasher.hash('warm')
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const all = Promise.all(Array.from({ length: 64 }, () => hasher.hash('x'.repeat(20))))
    await all
    clearInterval(timer)
    // Were they computed here, no turn would come between the first and the last.
    assert.ok(turns > 64, `${turns} turns of the loop`)
  })

  test('are refused when the edge stops', async () => {
    const hasher = new PasswordHasher({ cost: usualCost, randomBytes, threads: 1 })
    const waiting = Promise.allSettled([hasher.hash('a'), hasher.hash('b')])
    hasher.close()
    const codes = (await waiting).map((result) => result.status === 'rejected' && result.reason.code)
    assert.deepEqual(codes, ['unavailable', 'unavailable'])
    await assert.rejects(hasher.hash('c'), { code: 'unavailable' })
  })
})

function closing(hasher: PasswordHasher) {
  return Object.assign(hasher, { [Symbol.dispose]: () => hasher.close() })
}
