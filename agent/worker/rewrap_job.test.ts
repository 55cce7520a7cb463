import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { CompleteRewrap, RewrapRecord } from '../../shared/schemas/rewrap.ts'
import { schemas } from '../../shared/seal/context.ts'
import { describeEnvelope, seal } from '../../shared/seal/envelope.ts'
import { parseEnvelope } from '../../shared/seal/envelope_bytes.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { draft, ids, keys, seedOf, start, time, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import {
  advance,
  logRecord,
  opened,
  policyRecord,
  reader,
  recordOf,
  rotate,
  sealingKey,
} from './rewrap_fixture.ts'
import { rewrapJob } from './rewrap_job.ts'
import { envelopeHash } from './rewrap_record.ts'

type End = Pick<CompleteRewrap, 'records' | 'refused'>

interface Setup {
  readonly complete?: (end: End) => Promise<void>
  readonly handBack?: AbortSignal
}

async function passOn(
  world: World,
  records: readonly RewrapRecord[],
  { complete = async () => undefined, handBack = new AbortController().signal }: Setup = {},
) {
  const told: End[] = []
  const lease = { fence: 1, until: time(start + 45_000) }
  await rewrapJob({ kind: 'rewrap', batch: ids.agent, lease, records: [...records] }, {
    footings: world.footings(),
    anchor: world.anchor,
    edge: {
      ...world.edge,
      completeRewrap: async (_held, end) => {
        await complete(end)
        told.push(end)
      },
    },
    agentId: ids.agent,
    of: world.ring,
    now: () => world.now,
    log: { write: () => undefined },
    handBack,
    pausesMs: [],
  })
  const anchor = await readAnchor(world.anchor, world.ring)
  return { told, end: told[0] ?? { records: [], refused: [] }, anchor }
}

async function worldWith(change: (from: ReturnType<typeof draft>) => void = () => undefined) {
  const from = draft()
  change(from)
  const world = new World(from)
  await world.settle()
  return world
}

const partsOf = (sealed: string) => parseEnvelope(fromBase64(sealed))
const kidsOf = (sealed: string) => describeEnvelope(fromBase64(sealed)).kids

describe('a record that is passed on', () => {
  test('opens by the new key alone, with the body and the data key of before', async () => {
    await using world = await worldWith()
    const next = rotate(world)
    const record = recordOf(world, 'source')
    const { end: { records: [passed], refused } } = await passOn(world, [record])
    assert.deepEqual(refused, [])
    assert.equal(passed!.was, envelopeHash(record.sealed))
    assert.deepEqual(kidsOf(passed!.sealed), [next.kid])
    assert.deepEqual(opened(record, passed!.sealed, next), opened(record, record.sealed, sealingKey(21)))
    assert.deepEqual(partsOf(passed!.sealed).body, partsOf(record.sealed).body)
  })

  test('gets a new body and data key where it is sealed to a compromised key', async () => {
    await using world = await worldWith()
    const next = rotate(world, { state: 'compromised' })
    const record = recordOf(world, 'source')
    const { end: { records: [passed] } } = await passOn(world, [record])
    assert.deepEqual(kidsOf(passed!.sealed), [next.kid])
    assert.deepEqual(opened(record, passed!.sealed, next), opened(record, record.sealed, sealingKey(21)))
    assert.notDeepEqual(partsOf(passed!.sealed).body, partsOf(record.sealed).body)
  })

  test('gets a new body in the other suite when the tenant changes its suite', async () => {
    await using world = await worldWith()
    const next = rotate(world, { suite: 2 })
    const record = recordOf(world, 'pipeline')
    const { end: { records: [passed] } } = await passOn(world, [record])
    assert.equal(describeEnvelope(fromBase64(passed!.sealed)).suite, 2)
    assert.deepEqual(opened(record, passed!.sealed, next), opened(record, record.sealed, sealingKey(21)))
    assert.notDeepEqual(partsOf(passed!.sealed).body, partsOf(record.sealed).body)
  })

  test('reaches the readers of its project when it is a spec, a log or the policy, and never a credential', async () => {
    await using world = await worldWith()
    const somebody = { ...reader(51), projects: [ids.project] }
    const everywhere = reader(52)
    const elsewhere = { ...reader(53), projects: [ids.otherTenant] }
    advance(world, (document) => ({ ...document, readers: [somebody, everywhere, elsewhere] }))
    const { kid } = sealingKey(21)
    const cases = [
      [recordOf(world, 'pipeline'), [kid, somebody.kid, everywhere.kid]],
      [logRecord(), [kid, somebody.kid, everywhere.kid]],
      [policyRecord(world), [kid, everywhere.kid]],
    ] as const
    const { end } = await passOn(world, [...cases.map(([record]) => record), recordOf(world, 'source')])
    for (const [at, [record, wanted]] of cases.entries()) {
      assert.deepEqual(kidsOf(end.records[at]!.sealed).toSorted(), wanted.toSorted(), record.type)
    }
    // The credential is sealed to whom it should be already: nobody is added to it.
    assert.deepEqual(end.refused.map(({ type, code }) => [type, code]), [['connection', 'rewrap_stale']])
  })

  test('leaves out a reader who was taken out', async () => {
    await using world = await worldWith((from) => (from.trust.readers = [reader(51)]))
    const record = recordOf(world, 'pipeline')
    const { end: { records: [first] } } = await passOn(world, [record])
    const theirs = sealingKey(51)
    const body = opened(record, first!.sealed, theirs)
    advance(world, (document) => ({ ...document, readers: [] }))
    const { end: { records: [second] } } = await passOn(world, [{ ...record, sealed: first!.sealed }])
    assert.deepEqual(opened(record, second!.sealed, sealingKey(21)), body)
    assert.throws(() => opened(record, second!.sealed, theirs), { code: 'kid_missing' })
  })

  test('may be a log that the pool has signed with a key that it had before', async () => {
    await using world = await worldWith()
    const next = rotate(world)
    world.ring = { ...world.ring, pool_key: toBase64(seedOf(61)) }
    advance(world, (document) => ({
      ...document,
      pools: document.pools.map((pool) => ({ ...pool, key: toBase64(p.ed25519.publicKey(seedOf(61))) })),
    }))
    const { end } = await passOn(world, [logRecord(), logRecord({}, seedOf(61)), logRecord({}, seedOf(62))])
    assert.deepEqual(end.records.map(({ sealed }) => kidsOf(sealed)), [[next.kid], [next.kid]])
    assert.deepEqual(end.refused.map(({ code }) => code), ['signature_invalid'])
  })

  test('is sealed to nobody that the job names', async () => {
    await using world = await worldWith()
    const next = rotate(world)
    const stranger = sealingKey(99)
    const recipients = [{ suite: 1, public: stranger.public, kid: stranger.kid }]
    const record = { ...recordOf(world, 'source'), recipients, readers: recipients }
    const { end: { records: [passed] } } = await passOn(world, [record])
    assert.deepEqual(kidsOf(passed!.sealed), [next.kid])
  })

  test('may be a policy that was replaced, also from before the pin, where the roots of today vouch for it', async () => {
    await using world = await worldWith()
    const next = rotate(world)
    const [first] = world.shown.trust
    advance(world, (document) => ({ ...document, policy: null }))
    const record = policyRecord(world)
    const { end } = await passOn(world, [record])
    assert.deepEqual(kidsOf(end.records[0]!.sealed), [next.kid])
    const last = world.shown.trust.at(-1)!
    const pin = { tenant: ids.tenant, version: last.version, hash: hashOf(last.document) }
    world.ring = { ...world.ring, pin }
    world.shown.trust = [last]
    const later = await passOn(world, [{ ...record, document: first!.document }, record])
    assert.deepEqual(later.end.records.map(({ sealed }) => kidsOf(sealed)), [[next.kid]])
    assert.deepEqual(later.end.refused.map(({ code }) => code), ['rewrap_refused'])
    const forged = { ...first!.document, signatures: resign(first!.document, keys.stranger).signatures }
    const { end: { refused } } = await passOn(world, [{ ...record, document: forged }])
    assert.deepEqual(refused.map(({ code }) => code), ['signature_invalid'])
  })
})

function hashOf({ payload }: Dsse): string {
  return Buffer.from(p.sha256(fromBase64(payload))).toString('hex')
}

function resign(dsse: Dsse, n: number): Dsse {
  const document = JSON.parse(Buffer.from(dsse.payload, 'base64').toString())
  return signDocument(p, { type: document.type, document, seeds: [seedOf(n)] }).dsse
}

/** The document after a change, signed by the world's signer. */
function other(dsse: Dsse, change: object): Dsse {
  const document = { ...JSON.parse(Buffer.from(dsse.payload, 'base64').toString()), ...change }
  return signDocument(p, { type: document.type, document, seeds: [seedOf(keys.signer)] }).dsse
}

function sealedFor(record: RewrapRecord, plaintext: Uint8Array, n = 21): string {
  const { type, id, version, project } = record
  const context = { tenant: ids.tenant, project, type, id, version, schema: schemas[type] }
  const recipients = [{ suite: 1 as const, publicKey: sealingKey(n).publicKey }]
  return toBase64(seal(p, { context, plaintext, recipients }))
}

const forgeries: Readonly<Record<string, { code: string; make: (world: World) => RewrapRecord }>> = {
  'is signed by nobody who counts': {
    code: 'signature_invalid',
    make: (world) => {
      const record = recordOf(world, 'source')
      return { ...record, document: resign(record.document!, keys.stranger) }
    },
  },
  'is another record than the job says': {
    code: 'rewrap_refused',
    make: (world) => ({ ...recordOf(world, 'source'), id: ids.destination }),
  },
  'is another version than the job says': {
    code: 'rewrap_refused',
    make: (world) => ({ ...recordOf(world, 'source'), version: 2 }),
  },
  'is of another project than the job says': {
    code: 'document_invalid',
    make: (world) => ({ ...recordOf(world, 'source'), project: ids.otherTenant }),
  },
  'comes without its document': {
    code: 'rewrap_refused',
    make: (world) => ({ ...recordOf(world, 'source'), document: null }),
  },
  'is of another kind than the job says': {
    code: 'document_invalid',
    make: (world) => ({ ...recordOf(world, 'source'), type: 'pipeline' }),
  },
  'has another hash than the index lists for its version': {
    code: 'not_at_index',
    make: (world) => {
      const record = recordOf(world, 'source')
      return { ...record, document: other(record.document!, { pools: ['default'], name: 'other' }) }
    },
  },
  'names a pool without a key': {
    code: 'wrong_pool',
    make: (world) => {
      const record = recordOf(world, 'source')
      const named = { ...record, version: 2 }
      return { ...named, document: other(record.document!, { version: 2, pools: ['elsewhere'] }) }
    },
  },
  'carries the envelope of another record': {
    code: 'envelope_refused',
    make: (world) => ({ ...recordOf(world, 'source'), sealed: world.documents.destination.sealed }),
  },
  'carries an envelope that somebody else has made': {
    code: 'commitment_mismatch',
    make: (world) => {
      const record = recordOf(world, 'source')
      const { plaintext } = commit(p, utf8('{"config":{"path":"/tmp"}}'))
      return { ...record, sealed: sealedFor(record, plaintext) }
    },
  },
  'carries an envelope for somebody else': {
    code: 'kid_missing',
    make: (world) => {
      const record = recordOf(world, 'source')
      return { ...record, sealed: sealedFor(record, commit(p, utf8('{}')).plaintext, 77) }
    },
  },
  'carries what is no envelope': {
    code: 'envelope_invalid',
    make: (world) => ({ ...recordOf(world, 'source'), sealed: 'bm90aGluZw==' }),
  },
  'carries what is no base64': {
    code: 'envelope_invalid',
    make: (world) => ({ ...recordOf(world, 'source'), sealed: 'nothing!' }),
  },
  'is a log that the pool has not signed': {
    code: 'signature_invalid',
    make: () => logRecord({}, seedOf(keys.stranger)),
  },
  'is a log of a pool that there is not': { code: 'wrong_pool', make: () => logRecord({ pool: 'other' }) },
  'is the log of another run than the job says': {
    code: 'rewrap_refused',
    make: () => ({ ...logRecord(), id: ids.pipeline }),
  },
  'is a policy that no trust document commits to': {
    code: 'rewrap_refused',
    make: (world) => ({ ...policyRecord(world), version: 2 }),
  },
  'is the policy of another tenant': {
    code: 'rewrap_refused',
    make: (world) => ({ ...policyRecord(world), id: ids.otherTenant }),
  },
  'is sealed to whom it should be': {
    code: 'rewrap_stale',
    make: (world) => {
      const record = recordOf(world, 'source')
      return { ...record, sealed: sealedFor(record, commit(p, utf8('{}')).plaintext, 41) }
    },
  },
}

/** Another pool, with a key of its own, beside the one whose records are passed on. */
function withOtherPool(world: World): void {
  const theirs = sealingKey(71)
  const key = toBase64(p.ed25519.publicKey(seedOf(72)))
  advance(world, (document) => ({
    ...document,
    pools: [...document.pools, { name: 'other', key, enrolment: 'approval' }],
    sealing_keys: [
      ...document.sealing_keys,
      { kid: theirs.kid, suite: 1, pool: 'other', public: theirs.public, state: 'active' },
    ],
  }))
}

/** The record as it would be stored as a version that the index does not list. */
function unlisted(record: RewrapRecord, change: object): RewrapRecord {
  const next = { ...record, version: 2 }
  const plaintext = opened(record, record.sealed, sealingKey(21))
  const document = other(record.document!, { version: 2, ...change })
  return { ...next, document, sealed: sealedFor(next, plaintext) }
}

describe('a record of one pool is not passed on to another, which', () => {
  const claims: Readonly<Record<string, (world: World) => RewrapRecord>> = {
    'signs its log as its own': () => logRecord({ pool: 'other' }, seedOf(72)),
    'a signer names for a pipeline that is not listed': (world) =>
      unlisted(recordOf(world, 'pipeline'), { pool: 'other' }),
    'a signer names for a connection that is not listed': (world) =>
      unlisted(recordOf(world, 'source'), { pools: ['other'] }),
  }
  for (const [what, claim] of Object.entries(claims)) {
    test(what, async () => {
      await using world = await worldWith()
      rotate(world)
      withOtherPool(world)
      const { end: { records, refused } } = await passOn(world, [claim(world)])
      assert.deepEqual(records, [])
      assert.deepEqual(refused.map(({ code }) => code), ['wrong_pool'])
    })
  }
})

test('a credential is not passed on to a pool that only the signature names', async () => {
  await using world = await worldWith()
  rotate(world)
  withOtherPool(world)
  const record = unlisted(recordOf(world, 'source'), { pools: ['default', 'other'] })
  const { end: { records, refused } } = await passOn(world, [record])
  assert.deepEqual(records, [])
  assert.deepEqual(refused.map(({ code }) => code), ['commitment_mismatch'])
})

describe('a record is not passed on, and the others of its batch are, when it', () => {
  for (const [what, { code, make }] of Object.entries(forgeries)) {
    test(what, async () => {
      await using world = await worldWith()
      const next = rotate(world)
      const record = make(world)
      const { end, anchor } = await passOn(world, [record, recordOf(world, 'pipeline')])
      const { type, id, version } = record
      assert.deepEqual(end.refused, [{ type, id, version, code }])
      assert.deepEqual(end.records.map(({ sealed }) => kidsOf(sealed)), [[next.kid]])
      const kept = new Fault(code as Fault['code']).class === 'refused' ? [code] : []
      assert.deepEqual(anchor.refusals.map((one) => one.code), kept)
    })
  }

  test('is of a project whose index does not check', async () => {
    await using world = await worldWith()
    const next = rotate(world)
    await passOn(world, [recordOf(world, 'source')])
    world.shown.indexes = []
    const { end } = await passOn(world, [recordOf(world, 'source'), policyRecord(world)])
    assert.deepEqual(end.refused.map(({ code }) => code), ['index_rolled_back'])
    assert.deepEqual(end.records.map(({ sealed }) => kidsOf(sealed)), [[next.kid]])
  })

  test('is denied by the floor, or its signer is', async () => {
    for (const [deny, code] of [[ids.source, 'denied'], [signerKid(), 'denied']] as const) {
      await using world = await worldWith()
      world.floor.deny = [deny]
      await world.settle({ anchor: false })
      rotate(world)
      const { end } = await passOn(world, [recordOf(world, 'source')])
      assert.deepEqual(end.refused.map((one) => one.code), [code])
    }
  })
})

function signerKid(): string {
  return signDocument(p, {
    type: 'index',
    document: { ...draft().index },
    seeds: [seedOf(keys.signer)],
  }).dsse.signatures[0]!.keyid
}

describe('a batch', () => {
  test('keeps a refusal once for its code, however many records were refused by it', async () => {
    await using world = await worldWith()
    rotate(world)
    const forged = (n: number) => ({ ...recordOf(world, 'source'), version: n + 2 })
    const { end, anchor } = await passOn(world, Array.from({ length: 150 }, (_, n) => forged(n)))
    assert.equal(end.refused.length, 150)
    assert.deepEqual(anchor.refusals.map(({ code }) => code), ['rewrap_refused'])
    assert.equal(anchor.refused['rewrap_refused']?.count, 1)
  })

  test('is refused as a whole while the ring lacks the key that the trust document demands', async () => {
    await using world = await worldWith()
    const { ring } = world
    rotate(world)
    world.ring = ring
    const { end, anchor } = await passOn(world, [recordOf(world, 'source'), recordOf(world, 'pipeline')])
    assert.deepEqual(end.records, [])
    assert.deepEqual(end.refused.map(({ code }) => code), ['kid_missing', 'kid_missing'])
    assert.deepEqual(anchor.refusals.map(({ code }) => code), ['kid_missing'])
  })

  test('is refused as a whole under a trust document that was not walked to', async () => {
    await using world = await worldWith()
    rotate(world)
    advance(world, (document) => document)
    await passOn(world, [])
    world.shown.trust.pop()
    rmSync(`${world.folder}/trust.json`)
    const { end } = await passOn(world, [recordOf(world, 'source')])
    assert.deepEqual(end.refused.map(({ code }) => code), ['trust_rolled_back'])
    assert.deepEqual(end.records, [])
  })

  test('is refused as a whole by an agent that the floor denies', async () => {
    await using world = await worldWith()
    world.floor.deny = [ids.agent]
    await world.settle({ anchor: false })
    const { end } = await passOn(world, [recordOf(world, 'source')])
    assert.deepEqual(end.refused.map(({ code }) => code), ['denied'])
  })

  test('whose lease has passed on is left, and one that cannot be told is told again', async () => {
    await using world = await worldWith()
    rotate(world)
    const lost = async () => {
      throw new Fault('lease_lost')
    }
    assert.deepEqual((await passOn(world, [recordOf(world, 'source')], { complete: lost })).told, [])
    let attempts = 0
    const flaky = async () => {
      if (++attempts < 3) throw new Fault('edge_unreachable')
    }
    const { told } = await passOn(world, [recordOf(world, 'source')], { complete: flaky })
    assert.equal(attempts, 3)
    assert.equal(told.length, 1)
  })

  test('is left when the agent has to stop at once', async () => {
    await using world = await worldWith()
    rotate(world)
    const stop = new AbortController()
    stop.abort()
    const { told } = await passOn(world, [recordOf(world, 'source')], { handBack: stop.signal })
    assert.deepEqual(told, [])
  })

  test('lets others work in between', async () => {
    await using world = await worldWith()
    rotate(world)
    let turns = 0
    let going = true
    const count = () => {
      turns++
      if (going) setImmediate(count)
    }
    setImmediate(count)
    const record = recordOf(world, 'source')
    const before = turns
    await passOn(world, Array.from({ length: 400 }, () => record))
    going = false
    assert.ok(turns - before > 3, `${turns - before} turns`)
  })
})
