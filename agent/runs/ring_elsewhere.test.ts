/** A ring that is asked of a service: read for every decision, at once for a key that it lacks, and bridged for a while. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { setEnv } from '../aws/environment_fixture.ts'
import { SecretsDouble } from '../aws/secrets_fixture.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { newRing } from '../trust/new_tenant.ts'
import { openJobAnew } from './open.ts'
import { verifyJob } from './verify.ts'
import { draft, ids, seedOf, start, World } from './world_fixture.ts'

const signal = new AbortController().signal
const name = 'prod/ring'
let double: SecretsDouble
let was: Record<string, string | undefined>
let world: World

beforeEach(async () => {
  double = new SecretsDouble()
  was = setEnv(double.env)
  world = new World(draft())
  await world.settle()
  world.keystore = keystoreAt(`aws-sm:${name}`, {})
  put(world.ring)
})
afterEach(async () => {
  setEnv(was)
  await world[Symbol.asyncDispose]()
  await double[Symbol.asyncDispose]()
})

const put = (ring: Ring) => double.put(name, JSON.stringify(ring))
const reads = () => double.asked.filter((operation) => operation === 'GetSecretValue').length

/** The pool's own, but with a sealing key that nothing is sealed to. */
function withoutTheKey(): Ring {
  const { sealing } = newRing({ tenant: ids.tenant, pool: 'default', suite: 1, now: start })
  return { ...world.ring, sealing }
}

async function verified(footings = world.footings()) {
  const { anchor, edge } = world
  const options = { footings, anchor, edge, agentId: ids.agent, now: () => world.now, pausesMs: [] }
  return { footings, job: await verifyJob(world.job, options, signal) }
}

describe('a ring in a service', () => {
  test('is read for every decision: one that was moved on counts from the next', async () => {
    const footings = world.footings()
    assert.equal((await footings.read(signal)).ring.mask_key, world.ring.mask_key)
    put({ ...world.ring, mask_key: toBase64(seedOf(77)) })
    assert.equal((await footings.read(signal)).ring.mask_key, toBase64(seedOf(77)))
  })

  test('is read again at once where it lacked a key that a rotation has put there since', async () => {
    put(withoutTheKey())
    const { footings, job } = await verified()
    const before = reads()
    put(world.ring)
    const opened = await openJobAnew(job, footings)
    assert.equal(opened.source.name, 'in')
    assert.equal(reads(), before + 1)
  })

  test('is read again once, and then the refusal stands', async () => {
    put(withoutTheKey())
    const { footings, job } = await verified()
    const before = reads()
    await assert.rejects(openJobAnew(job, footings), { code: 'kid_missing' })
    assert.equal(reads(), before + 1)
  })

  test('of another pool does not open what the first one could not', async () => {
    put(withoutTheKey())
    const { footings, job } = await verified()
    put({ ...world.ring, pool_key: toBase64(seedOf(78)) })
    await assert.rejects(openJobAnew(job, footings), { code: 'ring_mismatch' })
  })

  test('out of reach is bridged for 15 minutes, then nothing is opened any more', async () => {
    const footings = world.footings()
    await footings.read(signal)
    await double[Symbol.asyncDispose]()
    world.now = start + 15 * 60_000
    await footings.read(signal)
    world.now += 1
    await assert.rejects(footings.read(signal), { code: 'trust_stale', message: /ring/ })
  })

  test('that is denied is not bridged: whoever takes the right away means it', async () => {
    const footings = world.footings()
    await footings.read(signal)
    double.troubles.push({ operation: 'GetSecretValue', status: 400, type: 'AccessDeniedException' })
    await assert.rejects(footings.read(signal), { code: 'keystore_denied' })
    await footings.read(signal)
  })

  test('that was deleted is not bridged either', async () => {
    const footings = world.footings()
    await footings.read(signal)
    double.secrets.clear()
    await assert.rejects(footings.read(signal), { code: 'keystore_missing' })
  })
})
