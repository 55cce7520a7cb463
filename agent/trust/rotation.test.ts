import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { Ring } from '../../shared/schemas/ring.ts'
import { toBase64 } from '../../shared/bytes.ts'
import { draft, start, World } from '../runs/world_fixture.ts'
import { reader, sealingKey } from '../worker/rewrap_fixture.ts'
import {
  activating,
  contradictionsOf,
  placeOf,
  retiring,
  ringLike,
  withNextKey,
  withReaderKey,
} from './rotation.ts'

const world = new World(draft())
const { trust } = draft()
const { ring } = world
await world[Symbol.asyncDispose]()

const routine = { suite: 1, compromised: false, now: start } as const
const statesIn = ({ sealing }: Ring) => sealing.map(({ state }) => state)
const statesOf = ({ sealing_keys }: TrustDocument) => sealing_keys.map(({ state }) => state)

describe('a rotation', () => {
  test('goes from a key in the ring, over the trust document, to a retired one, and knows each place again', () => {
    assert.equal(placeOf(ring, trust, false).step, 'key')
    const withKey = withNextKey(ring, routine)
    assert.deepEqual(statesIn(withKey), ['retiring', 'active'])
    assert.equal(placeOf(withKey, trust, true).step, 'activate')
    const active = activating(withKey)(trust)
    assert.deepEqual(statesOf(active), ['retiring', 'active'])
    const place = placeOf(withKey, active, true)
    assert.deepEqual([place.step, place.old], ['pass on', [sealingKey(21).kid]])
    const retired = retiring(place.old)(active)
    assert.deepEqual(statesOf(retired), ['retired', 'active'])
    // Begun or not: the ring still says something else, so this is the end of one rotation and not the next one.
    for (const begun of [true, false]) assert.equal(placeOf(withKey, retired, begun).step, 'none')
    const last = ringLike(withKey, retired)
    assert.deepEqual(statesIn(last), ['retired', 'active'])
    assert.equal(placeOf(last, retired, false).step, 'key')
    assert.deepEqual(contradictionsOf(last, retired), [])
    for (const document of [active, retired]) TrustDocument.parse(document)
    for (const one of [withKey, last]) Ring.parse(one)
  })

  test('marks every key that still opens when one has leaked, and none that is retired', () => {
    const once = ringLike(
      withNextKey(ring, routine),
      retiring([sealingKey(21).kid])(activating(withNextKey(ring, routine))(trust)),
    )
    const twice = withNextKey(once, routine)
    const leaked = withNextKey(twice, { ...routine, compromised: true })
    assert.deepEqual(statesIn(leaked), ['retired', 'compromised', 'compromised', 'active'])
    const published = activating(twice)(trust)
    // By the trust document the first one has not been retired yet: it is not before its records are gone.
    assert.deepEqual(statesOf(published), ['retiring', 'active'])
    assert.deepEqual(statesOf(activating(leaked)(published)), ['retiring', 'compromised', 'active'])
  })

  test('leaves the keys of other pools alone', () => {
    const other = sealingKey(71)
    const theirs = {
      kid: other.kid,
      suite: 1,
      pool: 'eu',
      public: other.public,
      state: 'active',
    } as const
    const document = { ...trust, sealing_keys: [...trust.sealing_keys, theirs] }
    const next = activating(withNextKey(ring, { ...routine, compromised: true }))(document)
    assert.deepEqual(next.sealing_keys.find(({ kid }) => kid === other.kid), theirs)
    assert.deepEqual(retiring([sealingKey(21).kid])(next).sealing_keys[1], theirs)
  })

  test('does not end with more keys than a ring holds', () => {
    let full = ring
    for (let n = full.sealing.length; n < 64; n++) full = withNextKey(full, routine)
    Ring.parse(full)
    assert.throws(() => withNextKey(full, routine), { code: 'invalid_setting', message: /oldest retired/ })
  })

  test("puts a reader's next key in the place of the old one", () => {
    const [old, next] = [reader(51), reader(52, 2)]
    const { kid, suite, public: key } = next
    const document = withReaderKey(old.kid, { kid, suite, public: key })({ ...trust, readers: [old] })
    assert.deepEqual(document.readers, [{ ...old, kid, suite, public: key }])
  })
})

describe('what the private side says', () => {
  test('is held against the trust document, key by key', () => {
    assert.deepEqual(contradictionsOf(ring, trust), [])
    const [key] = ring.sealing
    const other = sealingKey(71)
    const cases: [Ring, TrustDocument, RegExp][] = [
      [{ ...ring, sealing: [{ ...key!, private: toBase64(other.privateKey) }] }, trust, /is another one/],
      [{ ...ring, sealing: [] }, trust, /lacks the active key/],
      [
        ring,
        { ...trust, sealing_keys: [{ ...trust.sealing_keys[0]!, public: other.public }] },
        /another public key/,
      ],
      [ring, { ...trust, sealing_keys: [{ ...trust.sealing_keys[0]!, pool: 'eu' }] }, /to the pool eu/],
    ]
    for (const [one, document, message] of cases) {
      assert.match(contradictionsOf(one, document).join('\n'), message)
    }
  })
})
