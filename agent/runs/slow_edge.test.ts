import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { readAnchor, updateAnchor } from '../trust/anchor.ts'
import { Footings } from '../trust/footing.ts'
import { markDone } from './attempts.ts'
import { readPipelineAnchor, updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import { verifyJob, type VerifyOptions } from './verify.ts'
import { type Draft, draft, ids, keys, seedOf, start, time, World } from './world_fixture.ts'

const signal = new AbortController().signal
const signerId = keyId(p, p.ed25519.publicKey(seedOf(keys.signer)))

/** A world whose pipeline may run often, so that only what is tested refuses it. */
async function settledWorld(change: (from: Draft) => void = () => undefined): Promise<World> {
  const from = draft()
  from.pipeline.triggers = { api: { per_day: 10 } }
  change(from)
  const world = new World(from)
  await world.settle()
  return world
}

function jobOf(world: World, slot: number): RunJob {
  world.bySlot(slot)
  return world.job
}

interface Agent {
  readonly footings?: Footings
  readonly edge?: Partial<World['edge']>
}

const verify = (world: World, job: RunJob, { footings = world.footings(), edge = {} }: Agent = {}) => {
  const options: VerifyOptions = {
    footings,
    anchor: world.anchor,
    edge: { ...world.edge, ...edge },
    agentId: ids.agent,
    now: () => world.now,
    pausesMs: [],
  }
  return verifyJob(job, options, signal)
}

const attempts = async (world: World) => (await world.runs()).map(({ id, attempts }) => ({ id, attempts }))

/** The index after the world's first. */
function nextIndex(world: World, change: (index: Index) => void) {
  const first = world.documents.index
  const document: Index = JSON.parse(atob(first.dsse.payload))
  Object.assign(document, { number: 2, previous: first.hash })
  change(document)
  return signDocument(p, { type: 'index', document, seeds: [seedOf(keys.signer)] })
}

/** The trust document after the world's first, without its signers. */
function nextTrust(world: World) {
  const first = world.documents.trust
  const document = { ...JSON.parse(atob(first.dsse.payload)), version: 2, previous: first.hash, signers: [] }
  const { dsse, hash } = signDocument(p, { type: 'trust', document, seeds: [seedOf(keys.root)] })
  const shown = { version: 2, document: dsse, policy: world.documents.policy.envelope }
  return { hash, shown }
}

/** An edge that answers with the world's indexes as they were, after `meanwhile` has happened. */
function slowly(world: World, meanwhile: () => Promise<unknown>): Agent['edge'] {
  let asked = 0
  const indexAfter = async (project: string, number: number) => {
    const before = await world.edge.indexAfter(project, number)
    if (asked++ === 0) await meanwhile()
    return before
  }
  return { indexAfter }
}

describe('while an edge takes its time', () => {
  test('another agent sees another index: the second of the two is a fork', async () => {
    await using world = await settledWorld()
    const [ours, theirs] = [jobOf(world, 1), jobOf(world, 2)]
    world.floor = { ...world.floor, index: {} }
    await world.settle({ anchor: false })
    const { dsse: first } = world.documents.index
    const a = nextIndex(world, (index) => void (index.issued = time(start + 1)))
    const b = nextIndex(world, (index) => void (index.issued = time(start + 2)))
    world.shown.indexes = [first, b.dsse]
    const shown = async (_project: string, number: number) => [first, a.dsse].slice(number)
    const edge = slowly(world, () => verify(world, theirs, { edge: { indexAfter: shown } }))
    await assert.rejects(verify(world, ours, { edge }), { code: 'index_forked' })
    assert.deepEqual(await attempts(world), [{ id: theirs.run.id, attempts: 1 }])
  })

  test('a pipeline that is taken out of the index is not run by the one before', async () => {
    await using world = await settledWorld()
    const [ours, theirs] = [jobOf(world, 1), jobOf(world, 2)]
    const { dsse: first } = world.documents.index
    const second = nextIndex(world, (index) => void delete index.entries[ids.pipeline])
    const all = async (_project: string, number: number) => [first, second.dsse].slice(number)
    const other = () =>
      assert.rejects(verify(world, theirs, { edge: { indexAfter: all } }), { code: 'not_in_index' })
    await assert.rejects(verify(world, ours, { edge: slowly(world, other) }), { code: 'index_rolled_back' })
    assert.deepEqual(await attempts(world), [])
  })

  test('what the floor denies is not run', async () => {
    for (const denied of [ids.agent, ids.source, signerId]) {
      await using world = await settledWorld()
      const job = jobOf(world, 1)
      const deny = () => {
        world.floor = { ...world.floor, deny: [denied] }
        return world.settle({ anchor: false })
      }
      await assert.rejects(verify(world, job, { edge: slowly(world, deny) }), { code: 'denied' })
      assert.deepEqual(await attempts(world), [])
    }
  })

  test('a floor that names a newer trust document is asked for', async () => {
    await using world = await settledWorld()
    const job = jobOf(world, 1)
    const { hash, shown } = nextTrust(world)
    const raise = () => {
      world.floor = { ...world.floor, trust: { version: 2, hash } }
      return world.settle({ anchor: false })
    }
    await assert.rejects(verify(world, job, { edge: slowly(world, raise) }), { code: 'trust_rolled_back' })
    world.shown.trust.push(shown)
    await assert.rejects(verify(world, job), { code: 'signature_invalid' })
    assert.deepEqual(await attempts(world), [])
  })

  test('a trust document that another agent has seen counts for this one', async () => {
    await using world = await settledWorld()
    const job = jobOf(world, 1)
    const first = [...world.shown.trust]
    const { shown } = nextTrust(world)
    const see = async () => {
      world.shown.trust = [...first, shown]
      await world.footings().read(signal)
      world.shown.trust = first
      await Bun.file(`${world.folder}/trust.json`).delete()
    }
    await assert.rejects(verify(world, job, { edge: slowly(world, see) }), { code: 'trust_rolled_back' })
    assert.deepEqual(await attempts(world), [])
  })

  test('a chain that was fetched before another agent saw a longer one is fetched again', async () => {
    await using world = await settledWorld()
    const { shown } = nextTrust(world)
    const first = [...world.shown.trust]
    let asked = 0
    const edge = {
      trustAfter: async (version: number): Promise<typeof first> => {
        if (asked++ === 0) {
          world.shown.trust = [...first, shown]
          await world.footings().read(signal)
          world.shown.trust = first
          await Bun.file(`${world.folder}/trust.json`).delete()
        }
        return world.shown.trust.filter((one) => one.version > version)
      },
    }
    await assert.rejects(world.footings(null, edge).read(signal), { code: 'trust_rolled_back' })
  })

  test('a trust document that expires meanwhile starts nothing', async () => {
    await using world = await settledWorld((from) => void (from.trust.expires = time(start + 60_000)))
    const job = jobOf(world, 1)
    const edge = slowly(world, async () => void (world.now = start + 60_000))
    await assert.rejects(verify(world, job, { edge }), { code: 'trust_expired' })
    assert.deepEqual(await attempts(world), [])
  })

  test('a publisher who only moves on is followed', async () => {
    await using world = await settledWorld()
    const job = jobOf(world, 1)
    const publish = async () => {
      const next = nextIndex(world, () => undefined)
      world.floor = { ...world.floor, index: { [ids.project]: { number: 2, hash: next.hash } } }
      await world.settle({ anchor: false })
      world.shown.indexes.push(next.dsse)
    }
    await verify(world, job, { edge: slowly(world, publish) })
    assert.equal((await readAnchor(world.anchor, world.ring)).index[ids.project]?.number, 2)
    assert.deepEqual(await attempts(world), [{ id: job.run.id, attempts: 1 }])
  })
})

describe('an edge that says "not now"', () => {
  const unavailable = { trustAfter: () => Promise.reject(new Fault('unavailable')) }

  /** An agent that has read everything once, and whose edge is silent since. */
  async function silenced() {
    const world = await settledWorld()
    const edge = { ...world.edge }
    const footings = world.footings(null, { trustAfter: (version) => edge.trustAfter(version) })
    await footings.read(signal)
    edge.trustAfter = unavailable.trustAfter
    return { world, footings }
  }

  test('is bridged by what was read before, as long as floor and anchor ask for no more', async () => {
    const { world, footings } = await silenced()
    await using _ = world
    await verify(world, jobOf(world, 1), { footings })
  })

  test('does not keep the floor’s trust document from being asked for', async () => {
    const { world, footings } = await silenced()
    await using _ = world
    world.floor = { ...world.floor, trust: { version: 2, hash: nextTrust(world).hash } }
    await world.settle({ anchor: false })
    await assert.rejects(verify(world, jobOf(world, 1), { footings }), { code: 'unavailable' })
    assert.deepEqual(await attempts(world), [])
  })

  test('does not keep the anchor’s trust document from being asked for', async () => {
    const { world, footings } = await silenced()
    await using _ = world
    const trust = { version: 2, hash: nextTrust(world).hash }
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, trust }))
    await assert.rejects(footings.read(signal), { code: 'unavailable' })
  })

  test('does not keep the pin of a new ring from being asked for', async () => {
    const { world, footings } = await silenced()
    await using _ = world
    world.ring.pin = { ...world.ring.pin, hash: 'e'.repeat(64) }
    await assert.rejects(footings.read(signal), { code: 'unavailable' })
  })

  test('is not bridged for longer when the clock is set back', async () => {
    const { world, footings } = await silenced()
    await using _ = world
    world.now = start - 300_000
    world.monotonic = 15 * 60_000
    await footings.read(signal)
    world.monotonic++
    await assert.rejects(footings.read(signal), { code: 'trust_stale' })
  })
})

describe('a clock', () => {
  test('that went ahead and back gives no trigger a second run', async () => {
    await using world = await settledWorld()
    const request = world.job
    await verify(world, request)
    const ended = { status: 'succeeded', code: null } as const
    await updatePipelineAnchor(
      world.anchor,
      world.of,
      (anchor) => markDone(anchor, request.run.id, { ended, now: world.now }),
    )
    world.now = start + 3 * 86_400_000
    await verify(world, jobOf(world, 1))
    assert.equal((await attempts(world)).length, 1, 'the first run is still remembered')
    world.now = start
    await assert.rejects(verify(world, request), { code: 'clock_turned_back' })
  })

  test('may be a little behind that of another machine', async () => {
    await using world = await settledWorld()
    await verify(world, jobOf(world, 1))
    world.now = start - 600_000
    await verify(world, jobOf(world, 2))
    assert.equal((await readPipelineAnchor(world.anchor, world.of))?.clock, time(start))
    world.now--
    await assert.rejects(world.footings().read(signal), { code: 'clock_turned_back' })
  })
})
