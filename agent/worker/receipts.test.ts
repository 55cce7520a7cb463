import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { readUnverified, signDocument } from '../../shared/sign/documents.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, seedOf, World } from '../runs/world_fixture.ts'
import { readAnchor, updateAnchor } from '../trust/anchor.ts'
import { Receipts } from './receipts.ts'
import { advance, rotate, sealingKey } from './rewrap_fixture.ts'

/** Challenges for the keys, each with 32 bytes of its own number. */
function challengesFor(numbers: readonly number[], agent = ids.agent) {
  return numbers.map((n) => {
    const { kid, publicKey } = sealingKey(n)
    const context = {
      tenant: ids.tenant,
      project: null,
      type: 'possession',
      id: agent,
      version: 1,
      schema: schemas.possession,
    } as const
    const recipients = [{ suite: 1 as const, publicKey }]
    return { kid, sealed: toBase64(seal(p, { context, plaintext: seedOf(n), recipients })) }
  })
}

async function agentOf(from = draft()) {
  const world = new World(from)
  await world.settle()
  const stop = new AbortController()
  const told = {
    receipts: [] as Dsse[],
    proved: [] as { kid: string; answer: string }[],
    log: [] as string[],
  }
  const edge = {
    ...world.edge,
    challenges: async () => challengesFor([21, 41, 42]),
    prove: async (answers: readonly { kid: string; answer: string }[]) => void told.proved.push(...answers),
    handIn: async (receipt: Dsse) => void told.receipts.push(receipt),
  }
  const receipts = new Receipts({
    footings: world.footings(),
    anchor: world.anchor,
    edge,
    agentId: ids.agent,
    of: world.ring,
    now: () => world.now,
    log: { write: (_level, message) => void told.log.push(message) },
    signal: stop.signal,
    pausesMs: [],
  })
  /** The receipts so far, verified as people do. */
  const said = () =>
    told.receipts.map((dsse) => {
      const trust = readUnverified(p, 'trust', world.shown.trust.at(-1)!.document).document
      return verifyPooled(p, { trust, deny: [], type: 'receipt', pool: 'default', dsse }).document
    })
  return {
    world,
    told,
    edge,
    receipts,
    said,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await receipts.send()
      await world[Symbol.asyncDispose]()
    },
  }
}

/** The next index of the world's project. */
function publishIndex(world: World, seed = seedOf(keys.signer)): void {
  const { document, hash } = readUnverified(p, 'index', world.shown.indexes.at(-1)!)
  const next = { ...document, number: document.number + 1, previous: hash }
  world.shown.indexes.push(signDocument(p, { type: 'index', document: next, seeds: [seed] }).dsse)
}

const hashOf = (type: 'trust' | 'index', dsse: Dsse) => readUnverified(p, type, dsse).hash

describe('a receipt', () => {
  test('says what was verified, which keys open, and how far the log is, signed by the key of the pool', async () => {
    await using agent = await agentOf()
    const { world, receipts, said } = agent
    receipts.heard({ trust: 1, indexes: { [ids.project]: 1 } })
    await receipts.send()
    const [receipt] = said()
    assert.deepEqual(receipt!.trust, { version: 1, hash: world.documents.trust.hash })
    assert.deepEqual(receipt!.index, { [ids.project]: { number: 1, hash: world.documents.index.hash } })
    assert.deepEqual(receipt!.kids, [sealingKey(21).kid])
    assert.equal(receipt!.agent, ids.agent)
    assert.equal(receipt!.log, null)
    const anchor = await readAnchor(world.anchor, world.ring)
    assert.equal(anchor.index[ids.project]?.hash, world.documents.index.hash)
  })

  test('follows when a trust document or an index is newer than what the last one said, and only then', async () => {
    await using agent = await agentOf()
    const { world, receipts, said } = agent
    await receipts.send()
    const newest = { trust: 1, indexes: { [ids.project]: 1 } }
    receipts.heard(newest)
    await receipts.send()
    const before = said().length
    receipts.heard(newest)
    receipts.heard({ trust: null, indexes: {} })
    assert.equal(said().length, before)
    publishIndex(world)
    receipts.heard({ trust: 1, indexes: { [ids.project]: 2 } })
    advance(world, (document) => document)
    receipts.heard({ trust: 2, indexes: { [ids.project]: 2 } })
    await receipts.send()
    const last = said().at(-1)!
    assert.equal(last.index[ids.project]?.number, 2)
    assert.deepEqual(last.trust, { version: 2, hash: hashOf('trust', world.shown.trust.at(-1)!.document) })
  })

  test('says only what was verified, whatever the edge says is the newest', async () => {
    await using agent = await agentOf()
    const { world, receipts, said, told } = agent
    receipts.heard({ trust: 9, indexes: { [ids.project]: 7 } })
    await receipts.send()
    assert.deepEqual(said().at(-1)!.trust.version, 1)
    assert.equal(said().at(-1)!.index[ids.project]?.number, 1)
    publishIndex(world, seedOf(keys.stranger))
    receipts.heard({ trust: 1, indexes: { [ids.project]: 2 } })
    await receipts.send()
    assert.deepEqual(said().at(-1)!.index, {})
    assert.ok(told.log.some((line) => /index is refused/.test(line)))
    const { refusals } = await readAnchor(world.anchor, world.ring)
    assert.ok(refusals.some(({ code }) => code === 'signature_invalid'))
    // The same news again is no reason to try again at once.
    const before = told.receipts.length
    receipts.heard({ trust: 1, indexes: { [ids.project]: 2 } })
    assert.equal(told.receipts.length, before)
  })

  test('is not made on a trust document that is refused', async () => {
    await using agent = await agentOf()
    const { world, receipts, told } = agent
    world.shown.trust = []
    await receipts.send()
    assert.deepEqual(told.receipts, [])
    assert.ok(told.log.some((line) => /no receipt/.test(line)))
  })

  test('that the edge could not take is made again at the next occasion', async () => {
    await using agent = await agentOf()
    const { receipts, told, edge } = agent
    const { handIn } = edge
    edge.handIn = async () => {
      throw new Fault('edge_unreachable')
    }
    await receipts.send()
    edge.handIn = handIn
    await receipts.send()
    assert.equal(told.receipts.length, 1)
  })

  test('names the head of the audit log that the anchor holds', async () => {
    await using agent = await agentOf()
    const { world, receipts, said } = agent
    const root = toBase64(seedOf(8))
    const note = `sallyport/${ids.tenant}\n12\n${root}\n\n— somebody ${toBase64(new Uint8Array(68))}\n`
    await updateAnchor(world.anchor, world.ring, (one) => ({ ...one, checkpoint: note }))
    await receipts.send()
    assert.deepEqual(said()[0]!.log, { size: 12, root })
  })
})

describe('possession', () => {
  test('is proved of the keys in the ring, at the start and when the ring has changed', async () => {
    await using agent = await agentOf()
    const { world, receipts, told, said } = agent
    await receipts.send()
    assert.deepEqual(told.proved, [{ kid: sealingKey(21).kid, answer: toBase64(seedOf(21)) }])
    await receipts.send()
    assert.equal(told.proved.length, 1)
    rotate(world)
    receipts.saw(await world.footings().read(new AbortController().signal))
    await receipts.send()
    assert.deepEqual(
      told.proved.slice(1).map(({ answer }) => answer),
      [21, 41].map((n) => toBase64(seedOf(n))),
    )
    assert.deepEqual(said().at(-1)!.kids, [21, 41].map((n) => sealingKey(n).kid).sort())
  })

  test('is proved again after some hours, whatever has changed meanwhile', async () => {
    await using agent = await agentOf()
    const { world, receipts, told } = agent
    await receipts.send()
    const heard = async () => {
      const before = told.receipts.length
      receipts.heard({ trust: 1, indexes: {} })
      await receipts.send()
      return told.receipts.length - before
    }
    assert.equal(await heard(), 1, 'no occasion: the test alone asks for a receipt')
    assert.equal(told.proved.length, 1)
    world.now += 6 * 3_600_000
    assert.equal(await heard(), 2)
    assert.deepEqual(told.proved.map(({ kid }) => kid), [21, 21].map((n) => sealingKey(n).kid))
  })

  test('is proved once the trust document lists a key that the ring has had before', async () => {
    await using agent = await agentOf()
    const { world, receipts, told, said } = agent
    await receipts.send()
    const before = world.shown.trust.length
    rotate(world)
    const published = world.shown.trust.splice(before)
    receipts.saw(await world.footings().read(new AbortController().signal))
    await receipts.send()
    assert.deepEqual(said().at(-1)!.kids, [21, 41].map((n) => sealingKey(n).kid).sort())
    const sofar = told.proved.length
    world.shown.trust.push(...published)
    receipts.heard({ trust: 2, indexes: {} })
    await receipts.send()
    assert.ok(told.proved.slice(sofar).some(({ kid }) => kid === sealingKey(41).kid))
  })

  test('is looked for again while the ring has not got what the trust document demands', async () => {
    await using agent = await agentOf()
    const { world, receipts, said } = agent
    await receipts.send()
    const { ring } = world
    rotate(world)
    const whole = world.ring
    world.ring = ring
    receipts.heard({ trust: 2, indexes: {} })
    await receipts.send()
    assert.deepEqual(said().at(-1)!.kids, [sealingKey(21).kid])
    world.ring = whole
    receipts.saw(await world.footings().read(new AbortController().signal))
    await receipts.send()
    assert.equal(said().at(-1)!.kids.length, 2)
  })

  test('answers nothing that was sealed for another agent, or that is no challenge', async () => {
    await using agent = await agentOf()
    const { world, receipts, told, edge } = agent
    const { plaintext } = { plaintext: new TextEncoder().encode('a credential of some other length') }
    const context = {
      tenant: ids.tenant,
      project: null,
      type: 'possession',
      id: ids.agent,
      version: 1,
    } as const
    const recipients = [{ suite: 1 as const, publicKey: sealingKey(21).publicKey }]
    const odd = seal(p, { context: { ...context, schema: schemas.possession }, plaintext, recipients })
    const record = fromBase64(world.documents.source.sealed)
    const { kid } = sealingKey(21)
    edge.challenges = async () => [
      ...challengesFor([21], ids.pipeline),
      { kid, sealed: toBase64(odd) },
      { kid, sealed: toBase64(record) },
    ]
    await receipts.send()
    assert.deepEqual(told.proved, [])
    assert.equal(told.receipts.length, 1)
  })
})
