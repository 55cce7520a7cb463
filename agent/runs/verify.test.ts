import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import type { FaultCode } from '../../shared/faults.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { readAnchor, updateAnchor } from '../trust/anchor.ts'
import { openJob } from './open.ts'
import { updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import { markDone } from './attempts.ts'
import { verifyJob } from './verify.ts'
import {
  type Draft,
  draft,
  ids,
  keys,
  makeDocuments,
  publicOf,
  seedOf,
  start,
  time,
  World,
} from './world_fixture.ts'

const signal = new AbortController().signal

async function check(world: World, typedPin: string | null = null) {
  const { anchor, edge } = world
  const options = {
    footings: world.footings(typedPin),
    anchor,
    edge,
    agentId: ids.agent,
    now: () => world.now,
    pausesMs: [],
  }
  const verified = await verifyJob(world.job, options, signal)
  return { verified, opened: openJob(verified) }
}

interface Case {
  readonly name: string
  readonly code: FaultCode
  /** Changes what is signed and sealed. */
  readonly draft?: (draft: Draft) => void
  /** Changes what the edge shows, or what lies on the customer's side. */
  readonly world?: (world: World) => void | Promise<void>
  readonly settle?: Parameters<World['settle']>[0]
}

function alterPayload(dsse: { payload: string }, from: string, to: string): void {
  const text = atob(dsse.payload)
  assert.ok(text.includes(from), `${from} is not in the payload`)
  dsse.payload = btoa(text.replace(from, to))
}

/** The same document with one field more, signed by the right key all the same. */
function withUnknownField(world: World, name: 'pipeline' | 'source'): void {
  const type = name === 'pipeline' ? 'pipeline' : 'connection'
  const payload = JSON.parse(atob(world.documents[name].document.payload))
  const bytes = utf8(JSON.stringify({ ...payload, note: 'x' }))
  const payloadType = `application/vnd.sallyport.${type}.v1+json`
  const header = utf8(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `)
  const message = new Uint8Array([...header, ...bytes])
  const { keyid } = world.documents[name].document.signatures[0] as { keyid: string }
  Object.assign(world.documents[name].document, {
    payload: toBase64(bytes),
    signatures: [{ keyid, sig: toBase64(p.ed25519.sign(seedOf(keys.signer), message)) }],
  })
}

const cases: readonly Case[] = [
  // Ring and pin.
  {
    name: 'a ring of another pool than the trust document knows',
    code: 'ring_mismatch',
    world: (world) => void (world.ring = { ...world.ring, pool_key: toBase64(seedOf(40)) }),
  },
  {
    name: 'a pin with another hash',
    code: 'pin_mismatch',
    world: (world) => void (world.ring = { ...world.ring, pin: { ...world.ring.pin, hash: 'f'.repeat(64) } }),
  },
  {
    name: 'no anchor',
    code: 'anchor_missing',
    settle: { anchor: false },
  },
  // Trust chain.
  {
    name: 'a trust document that is not signed by its root',
    code: 'signature_invalid',
    draft: (it) => void (it.signedBy.trust = [keys.stranger]),
  },
  { name: 'no trust document', code: 'trust_missing', world: (world) => void (world.shown.trust = []) },
  {
    name: 'a trust document that was altered',
    code: 'pin_mismatch',
    world: (world) => alterPayload(world.shown.trust[0]!.document, 'Ada', 'Eve'),
  },
  {
    name: 'an expired trust document',
    code: 'trust_expired',
    world: (world) => void (world.now = start + 31 * 86_400_000),
  },
  {
    name: 'a chain that ends before the version that the anchor has seen',
    code: 'trust_rolled_back',
    world: async (world) => {
      const seen = { version: 2, hash: 'a'.repeat(64) }
      await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, trust: seen }))
    },
  },
  {
    name: 'another document under the version that the anchor has seen',
    code: 'trust_forked',
    world: async (world) => {
      const seen = { version: 1, hash: 'a'.repeat(64) }
      await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, trust: seen }))
    },
  },
  {
    name: 'a chain that ends below the floor',
    code: 'trust_rolled_back',
    world: async (world) => {
      world.floor = { ...world.floor, trust: { version: 2, hash: 'a'.repeat(64) } }
      await world.settle({ anchor: false })
    },
  },
  // Floor.
  { name: 'no floor where one is configured', code: 'floor_missing', settle: { floor: false } },
  ...[ids.agent, ids.source, ids.destination].map((denied): Case => ({
    name: `a floor that denies ${denied === ids.agent ? 'this agent' : 'a connection'} (${denied.slice(-4)})`,
    code: 'denied',
    world: async (world) => {
      world.floor = { ...world.floor, deny: [denied] }
      await world.settle({ anchor: false })
    },
  })),
  {
    name: 'a floor that denies the signer',
    code: 'denied',
    world: async (world) => {
      const { keyid } = world.documents.pipeline.document.signatures[0] as { keyid: string }
      world.floor = { ...world.floor, deny: [keyid] }
      await world.settle({ anchor: false })
    },
  },
  // Index.
  {
    name: 'no index',
    code: 'index_rolled_back',
    world: seenIndex(1, null, (world) => (world.shown.indexes = [])),
  },
  { name: 'an index lower than seen', code: 'index_rolled_back', world: seenIndex(2, 'b'.repeat(64)) },
  { name: 'another index under a number seen', code: 'index_forked', world: seenIndex(1, 'b'.repeat(64)) },
  {
    name: 'an index below the floor',
    code: 'index_rolled_back',
    world: async (world) => {
      world.floor = { ...world.floor, index: { [ids.project]: { number: 2, hash: 'c'.repeat(64) } } }
      await world.settle({ anchor: false })
    },
  },
  {
    name: 'an index signed by nobody who is listed',
    code: 'signature_invalid',
    draft: (it) => void (it.signedBy.index = keys.stranger),
  },
  {
    name: 'an index signed by somebody who may not publish',
    code: 'signer_not_allowed',
    draft: (it) => {
      it.trust.signers.push(other('runs'))
      it.signedBy.index = keys.otherSigner
    },
  },
  {
    name: 'a job that names an index that is not shown',
    code: 'index_missing',
    world: (world) => void (world.job = { ...world.job, run: { ...world.job.run, index: 7 } }),
  },
  // Document and its signer.
  {
    name: 'an unsigned pipeline',
    code: 'signature_invalid',
    draft: (it) => void (it.signedBy.pipeline = keys.stranger),
  },
  {
    name: 'a pipeline signed by somebody who may not',
    code: 'signer_not_allowed',
    draft: (it) => {
      it.trust.signers.push(other('runs'))
      it.signedBy.pipeline = keys.otherSigner
    },
  },
  {
    name: 'a pipeline signed by somebody of another project',
    code: 'signer_not_allowed',
    draft: (it) => {
      it.trust.signers.push({ ...other('pipelines'), projects: [ids.otherTenant] })
      it.signedBy.pipeline = keys.otherSigner
    },
  },
  {
    name: 'an altered pipeline',
    code: 'signature_invalid',
    world: (world) => alterPayload(world.job.pipeline.document, '"per_day":2', '"per_day":9'),
  },
  {
    name: 'an altered connection',
    code: 'signature_invalid',
    world: (world) => alterPayload(world.job.connections[0]!.document, '"name":"in"', '"name":"on"'),
  },
  {
    name: 'a pipeline with an unknown field',
    code: 'document_invalid',
    world: (world) => withUnknownField(world, 'pipeline'),
  },
  {
    name: 'a connection with an unknown field',
    code: 'document_invalid',
    world: (world) => withUnknownField(world, 'source'),
  },
  {
    name: 'a pipeline that the index does not list',
    code: 'not_in_index',
    draft: (it) => void (it.index.entries = { [ids.pipeline]: undefined as never }),
  },
  {
    name: 'a pipeline that is not at the index’s hash',
    code: 'not_at_index',
    world: (world) => {
      const newer = draft()
      newer.pipeline.limits = { retries: 3 }
      const { pipeline } = makeDocuments(newer)
      world.job = { ...world.job, pipeline: { document: pipeline.document, sealed: pipeline.sealed } }
    },
  },
  {
    name: 'a connection that is not at the index’s hash',
    code: 'not_at_index',
    world: (world) => {
      const { source } = makeDocuments(draft())
      const sent = { document: source.document, sealed: source.sealed }
      world.job = { ...world.job, connections: [sent, world.job.connections[1]!] }
    },
  },
  {
    name: 'a connection other than the pipeline’s',
    code: 'wrong_connection',
    world: (world) => void (world.job = { ...world.job, connections: [world.job.connections[1]!] }),
  },
  {
    name: 'a pipeline for another pool',
    code: 'wrong_pool',
    draft: (it) => void (it.pipeline.pool = 'other'),
  },
  {
    name: 'a connection for another pool',
    code: 'wrong_pool',
    draft: (it) => void (it.source.pools = ['other']),
  },
  // Trigger and limits.
  {
    name: 'a request signed by a stranger',
    code: 'signature_invalid',
    draft: (it) => void (it.signedBy.request = keys.stranger),
  },
  {
    name: 'a request signed by somebody who may not start runs',
    code: 'signer_not_allowed',
    draft: (it) => {
      it.trust.signers.push(other('pipelines'))
      it.signedBy.request = keys.otherSigner
    },
  },
  {
    name: 'an expired request',
    code: 'request_expired',
    world: (world) => void (world.now = start + 900_000),
  },
  {
    name: 'a request from the future',
    code: 'request_expired',
    world: (world) => void (world.now = start - 700_000),
  },
  {
    name: 'a request for another version of the pipeline',
    code: 'request_mismatch',
    draft: (it) => void (it.request.pipeline.hash = 'd'.repeat(64)),
  },
  {
    name: 'a request for another pipeline',
    code: 'request_mismatch',
    draft: (it) => void (it.request.pipeline.id = ids.source),
  },
  {
    name: 'a request for another pool',
    code: 'request_mismatch',
    draft: (it) => void (it.request.pool = 'other'),
  },
  {
    name: 'a request by a newer index than the edge shows',
    code: 'index_rolled_back',
    draft: (it) => void (it.request.index = 2),
  },
  {
    name: 'a run under another id than its trigger gives it',
    code: 'request_mismatch',
    world: (world) => void (world.job = { ...world.job, run: { ...world.job.run, id: ids.source } }),
  },
  {
    name: 'an unsigned run of a pipeline that takes signed requests only',
    code: 'trigger_not_allowed',
    draft: (it) => void (it.pipeline.triggers = {}),
    world: (world) => world.bySlot(1),
  },
  { name: 'a slot above the day’s number', code: 'trigger_not_allowed', world: (world) => world.bySlot(3) },
  {
    name: 'a slot of yesterday',
    code: 'trigger_not_allowed',
    world: (world) => world.bySlot(1, '2026-11-21'),
  },
  {
    name: 'a slot of tomorrow',
    code: 'trigger_not_allowed',
    world: (world) => world.bySlot(1, '2026-11-23'),
  },
  // Opens, commitment.
  {
    name: 'a kid that the ring lacks',
    code: 'kid_missing',
    draft: (it) => void (it.sealedTo = p.x25519.publicKey(seedOf(50))),
  },
  {
    name: 'an envelope that was altered',
    code: 'envelope_refused',
    world: (world) => {
      const sealed = world.job.pipeline.sealed
      const at = sealed.length - 10
      const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      world.job = { ...world.job, pipeline: { ...world.job.pipeline, sealed: altered } }
    },
  },
  {
    name: 'another connection’s envelope',
    code: 'envelope_refused',
    world: (world) => {
      const [source, destination] = world.job.connections as [
        typeof world.job.connections[0],
        typeof world.job.connections[0],
      ]
      world.job = { ...world.job, connections: [{ ...source!, sealed: destination!.sealed }, destination!] }
    },
  },
  {
    name: 'the envelope of the same record from another sealing',
    code: 'commitment_mismatch',
    world: (world) => {
      const { source } = makeDocuments(draft())
      const [first, second] = world.job.connections
      world.job = { ...world.job, connections: [{ ...first!, sealed: source.sealed }, second!] }
    },
  },
  {
    name: 'a sealed body of another shape',
    code: 'document_invalid',
    draft: (it) => void (it.bodies.pipeline = { streams: [] }),
  },
  {
    name: 'a trust document without a policy',
    code: 'policy_missing',
    draft: (it) => void (it.trust.policy = null),
  },
  {
    name: 'a policy that the edge keeps back',
    code: 'policy_missing',
    world: (world) => void (world.shown.trust = [{ ...world.shown.trust[0]!, policy: null }]),
  },
]

function other(may: 'runs' | 'pipelines') {
  return { key: publicOf(keys.otherSigner), owner: 'Bob', may: [may], projects: ['*'] as ['*'] }
}

/** The anchor has seen this index; null: the one that there is. */
function seenIndex(number: number, hash: string | null, then: (world: World) => void = () => undefined) {
  return async (world: World) => {
    const seen = { number, hash: hash ?? world.documents.index.hash }
    await updateAnchor(world.anchor, world.ring, (anchor) => ({ ...anchor, index: { [ids.project]: seen } }))
    then(world)
  }
}

describe('a job', () => {
  test('that is in order is verified, opened and counted once', async () => {
    await using world = new World(draft())
    await world.settle()
    const { opened } = await check(world)
    assert.deepEqual(opened.source.config, { path: '/data/in', format: 'csv' })
    assert.equal(opened.body.streams.length, 1)
    const anchor = await readAnchor(world.anchor, world.ring)
    assert.deepEqual(anchor.trust, { version: 1, hash: world.documents.trust.hash })
    assert.deepEqual(anchor.index, { [ids.project]: { number: 1, hash: world.documents.index.hash } })
    assert.deepEqual((await world.runs()).map(({ id, attempts, ended }) => ({ id, attempts, ended })), [
      { id: world.job.run.id, attempts: 1, ended: null },
    ])
  })

  for (const { name, code, draft: change, world: alter, settle } of cases) {
    test(`is refused with ${code}: ${name}`, async () => {
      const from = draft()
      change?.(from)
      await using world = new World(from)
      await world.settle(settle)
      await alter?.(world)
      await assert.rejects(check(world), { code })
      if (settle?.anchor === false) return
      const runs = await world.runs()
      const opened: readonly FaultCode[] = [
        'kid_missing',
        'envelope_refused',
        'commitment_mismatch',
        'policy_missing',
      ]
      const counted = opened.includes(code) || name === 'a sealed body of another shape'
      assert.equal(runs.length, counted ? 1 : 0)
    })
  }

  test('waits for an edge that is told after the floor', async () => {
    await using world = new World(draft())
    await world.settle()
    const { indexes } = world.shown
    world.shown = { ...world.shown, indexes: [] }
    await updateAnchor(world.anchor, world.ring, (anchor) => {
      return { ...anchor, index: { [ids.project]: { number: 1, hash: world.documents.index.hash } } }
    })
    let looks = 0
    const edge = {
      ...world.edge,
      indexAfter: async (project: string, number: number) => {
        if (++looks === 2) world.shown = { ...world.shown, indexes }
        return await world.edge.indexAfter(project, number)
      },
    }
    const { anchor } = world
    const options = { footings: world.footings(), anchor, edge, agentId: ids.agent, now: () => world.now }
    await verifyJob(world.job, { ...options, pausesMs: [1] }, signal)
    assert.ok(looks >= 2)
  })

  test('by slot is accepted today, once each, up to the number that the pipeline allows', async () => {
    await using world = new World(draft())
    await world.settle()
    world.bySlot(1)
    await check(world)
    world.bySlot(2)
    await check(world)
    assert.equal((await world.runs()).length, 2)
  })

  test('by a slot of yesterday is still accepted within the hour', async () => {
    await using world = new World(draft())
    await world.settle()
    world.now = Date.parse('2026-11-23T00:59:00.000Z')
    world.bySlot(1, '2026-11-22')
    await check(world)
  })

  test('whose run is done is not run again', async () => {
    await using world = new World(draft())
    await world.settle()
    await check(world)
    const ended = { status: 'succeeded', code: null } as const
    const done = { ended, now: world.now }
    await updatePipelineAnchor(world.anchor, world.of, (object) => markDone(object, world.job.run.id, done))
    await assert.rejects(check(world), { code: 'trigger_used' })
    world.now = start + 3_600_000
    await assert.rejects(check(world), { code: 'trigger_used' })
  })

  test('is attempted as often as its pipeline allows, also after its request has expired, and no more', async () => {
    await using world = new World(draft())
    await world.settle()
    await check(world)
    world.now = start + 3_600_000
    await check(world)
    await assert.rejects(check(world), { code: 'limit_reached' })
  })

  test('beyond the runs of the day is refused', async () => {
    const from = draft()
    from.pipeline.limits = { retries: 0, runs_per_day: 1 }
    await using world = new World(from)
    await world.settle()
    await check(world)
    world.bySlot(1)
    await assert.rejects(check(world), { code: 'limit_reached' })
  })

  test('is verified without a floor where none is configured', async () => {
    await using world = new World(draft())
    await world.settle({ floor: false })
    Object.assign(world, { floorStore: null })
    await check(world)
  })

  test('is judged by the pin that was typed, where one was', async () => {
    await using world = new World(draft())
    await world.settle()
    const { tenant, version, hash } = world.ring.pin
    await check(world, `${tenant}:${version}:${hash}`)
    await assert.rejects(check(world, `${tenant}:${version}:${'e'.repeat(64)}`), { code: 'pin_mismatch' })
    await assert.rejects(check(world, `${ids.otherTenant}:1:${hash}`), { code: 'ring_mismatch' })
  })
})

describe('a chain that grows', () => {
  function second(world: World, change: (document: Draft['trust']) => void, seeds = [keys.root]) {
    const document: Draft['trust'] = JSON.parse(atob(world.documents.trust.dsse.payload))
    Object.assign(document, { version: 2, previous: world.documents.trust.hash, issued: time(start) })
    change(document)
    const { dsse } = signDocument(p, { type: 'trust', document, seeds: seeds.map(seedOf) })
    world.shown.trust.push({ version: 2, document: dsse, policy: world.documents.policy.envelope })
  }

  test('is followed, and its newest document alone judges signers', async () => {
    await using world = new World(draft())
    await world.settle()
    const footings = world.footings()
    assert.equal((await footings.read(signal)).chain.document.version, 1)
    second(world, (document) => void (document.signers = []))
    assert.equal((await footings.read(signal)).chain.document.version, 2)
    await assert.rejects(check(world), { code: 'signature_invalid' })
  })

  test('is refused when the next document is signed by others', async () => {
    await using world = new World(draft())
    await world.settle()
    second(world, () => undefined, [keys.stranger])
    await assert.rejects(check(world), { code: 'signature_invalid' })
  })

  test('is refused when the edge shows only its beginning again', async () => {
    await using world = new World(draft())
    await world.settle()
    second(world, () => undefined)
    await world.footings().read(signal)
    world.shown.trust.pop()
    // A new agent, without the cache of the old one.
    const other = world.footings()
    await Bun.file(`${world.folder}/trust.json`).delete()
    await assert.rejects(other.read(signal), { code: 'trust_rolled_back' })
  })
})

describe('a policy', () => {
  test('that was bad once is asked for again, and not remembered', async () => {
    await using world = new World(draft())
    await world.settle()
    const good = world.shown.trust
    world.shown.trust = good.map((one) => ({ ...one, policy: 'AAAA' }))
    await assert.rejects(check(world), { code: 'envelope_invalid' })
    world.shown.trust = good
    await check(world)
  })

  test('that is kept back later is missing, however often it was shown before', async () => {
    await using world = new World(draft())
    await world.settle()
    await check(world)
    const good = world.shown.trust
    world.shown.trust = good.map((one) => ({ ...one, policy: null }))
    await assert.rejects(check(world), { code: 'policy_missing' })
  })
})

describe('what is out of reach', () => {
  test('is bridged for 15 minutes, then nothing is opened any more', async () => {
    await using world = new World(draft())
    await world.settle()
    const footings = world.footings()
    await footings.read(signal)
    world.reachable = false
    world.now = start + 15 * 60_000
    await footings.read(signal)
    world.now += 1
    await assert.rejects(footings.read(signal), { code: 'trust_stale' })
    world.reachable = true
    await footings.read(signal)
  })

  test('is not bridged where nothing was ever read', async () => {
    await using world = new World(draft())
    await world.settle()
    world.reachable = false
    await assert.rejects(world.footings().read(signal), { code: 'edge_unreachable' })
  })

  test('a refusal is never bridged', async () => {
    await using world = new World(draft())
    await world.settle()
    const footings = world.footings()
    await footings.read(signal)
    world.ring = { ...world.ring, pin: { ...world.ring.pin, hash: 'f'.repeat(64) } }
    await assert.rejects(world.footings().read(signal), { code: 'pin_mismatch' })
  })
})
