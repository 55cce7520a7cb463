/** Envelopes, agent state and signed documents. */
import { equal, fromUtf8, toHex, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import type { Dsse } from '../schemas/dsse.ts'
import { openState, sealState } from '../seal/agent_state.ts'
import type { Context } from '../seal/context.ts'
import { describeEnvelope, open, reseal, rewrap, seal } from '../seal/envelope.ts'
import { type DocumentType, payloadTypeOf, verifyDocument } from '../sign/documents.ts'
import { sign } from '../sign/dsse.ts'
import { verifyAuthored, verifyPooled } from '../trust/authority.ts'
import { verifyChain } from '../trust/chain.ts'
import { walkIndex } from '../trust/index_walk.ts'
import type { Target } from './target_fixture.ts'
import {
  authorKey,
  authorSeed,
  chain,
  documents,
  ids,
  indexes,
  json,
  keys,
  p,
  signed,
  trust,
} from './world_fixture.ts'

const context: Context = {
  tenant: ids.tenant,
  project: ids.project,
  type: 'connection',
  id: ids.source,
  version: 3,
  schema: 'connection/1',
}
const { classic, reader, hybrid } = keys
const sealTo = (recipients: (typeof classic.recipient)[], bytes: number) =>
  seal(p, { context, plaintext: p.randomBytes(bytes), recipients })
const envelopes = [
  sealTo([classic.recipient], 40),
  sealTo([classic.recipient, reader.recipient], 300),
  sealTo([hybrid.recipient], 40),
]
const opening = [classic.opening, hybrid.opening]
/** Not one bit of it may change. */
const oneOf = (seeds: readonly Uint8Array[]) => (_: unknown, input: Uint8Array) =>
  seeds.some((seed) => equal(seed, input))

const place = { tenant: ids.tenant, type: 'token', id: ids.source }
const stateKey = p.randomBytes(32)
const states = [sealState(p, stateKey, { place, plaintext: utf8('{"n":1}') })]

/** A JSON value of the input, or undefined: that it is JSON is checked before any of ours sees it. */
export function valueOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(input))
  } catch {
    return undefined
  }
}

const sealed: Target[] = [
  {
    name: 'envelope',
    structure: 'bytes',
    seeds: envelopes,
    take: (input) => toHex(open(p, { context, envelope: input, keys: opening })),
    authentic: oneOf(envelopes),
  },
  {
    name: 'envelope-rewrap',
    structure: 'bytes',
    seeds: envelopes.slice(0, 2),
    take: (envelope) => {
      const given = { context, envelope, keys: opening, recipients: [reader.recipient] }
      return [describeEnvelope(rewrap(p, given)), describeEnvelope(reseal(p, given))]
    },
    authentic: oneOf(envelopes),
  },
  { name: 'envelope-labels', structure: 'bytes', seeds: envelopes, take: (input) => describeEnvelope(input) },
  {
    name: 'agent-state',
    structure: 'bytes',
    seeds: states,
    take: (input) => toHex(openState(p, stateKey, { place, sealed: input })),
    authentic: oneOf(states),
  },
]

const authored = (['connection', 'pipeline', 'index', 'request'] as const).map((type): Target => ({
  name: `signed-${type}`,
  structure: 'json',
  seeds: [json(signed(type, documents[type]).dsse)],
  take(input) {
    const given = { trust, deny: [], type, project: ids.project, dsse: valueOf(input) as Dsse }
    const { document, hash } = verifyAuthored(p, given)
    return { document, hash }
  },
  authentic: true,
}))

const pooled = (['receipt', 'enrolment', 'log'] as const).map((type): Target => ({
  name: `signed-${type}`,
  structure: 'json',
  seeds: [json(signed(type, documents[type]).dsse)],
  take(input) {
    const { document, hash } = verifyPooled(p, {
      trust,
      deny: [],
      type,
      pool: 'default',
      dsse: valueOf(input),
    })
    return { document, hash }
  },
  authentic: true,
}))

const { pin, first, second } = chain()
const walks: Target[] = [
  {
    name: 'trust-chain',
    structure: 'json',
    seeds: [json([first, second]), json([first])],
    take(input) {
      const documents = valueOf(input)
      if (!Array.isArray(documents)) return null
      const { document, hash } = verifyChain(p, { pin, documents, seen: [] })
      return { document, hash }
    },
    authentic: true,
  },
  {
    name: 'index-walk',
    structure: 'json',
    seeds: [json(indexes()), json([indexes()[0]])],
    take(input) {
      const documents = valueOf(input)
      if (!Array.isArray(documents)) return null
      const { document, hash } = walkIndex(p, { trust, deny: [], project: ids.project, documents, seen: [] })
      return { document, hash }
    },
    authentic: true,
  },
]

/** Keys of objects sorted, so that their order does not count. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]),
  )
}

/** What a signer who means harm can write: every payload is signed before it is read. */
const payloads = (Object.keys(documents) as DocumentType[]).map((type): Target => ({
  name: `document-${type}`,
  structure: 'json',
  seeds: [json(documents[type])],
  take(payload) {
    if (payload.length === 0) throw new Fault('document_invalid')
    const dsse = sign(p, { payloadType: payloadTypeOf(type), payload, seeds: [authorSeed(type)] })
    return verifyDocument(p, { type, dsse, keys: [authorKey(type)], threshold: 1 }).document
  },
  // Nothing is read into it, and nothing is dropped.
  authentic: (document, input) => JSON.stringify(sorted(document)) === JSON.stringify(sorted(valueOf(input))),
}))

export const sealedTargets: readonly Target[] = [...sealed, ...authored, ...pooled, ...walks, ...payloads]
