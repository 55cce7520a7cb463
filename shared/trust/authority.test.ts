import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../bytes.ts'
import { Fault, type FaultCode } from '../faults.ts'
import type { Dsse } from '../schemas/dsse.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { signDocument } from '../sign/documents.ts'
import { type AuthoredType, mayDo, verifyAuthored } from './authority.ts'
import { connectionRecipients, pipelineRecipients, policyRecipients } from './recipients.ts'
import {
  connectionOf,
  indexOf,
  inspectionOf,
  pipelineOf,
  requestOf,
  sealingPair,
  type SigningPair,
  signingPair,
  tenant,
} from './trust_fixture.ts'

const home = tenant()
const { ids, trust, signer } = home
const stranger = signingPair()

function refused(code: FaultCode, act: () => unknown, what?: string): void {
  assert.throws(act, (error) => error instanceof Fault && error.code === code, what)
}
const documents = {
  connection: connectionOf(home),
  pipeline: pipelineOf(home),
  index: indexOf(home),
  request: requestOf(home),
  inspection: inspectionOf(home),
}
const duties = {
  connection: 'connections',
  pipeline: 'pipelines',
  index: 'publish',
  request: 'runs',
  inspection: 'runs',
} as const
const types = Object.keys(documents) as AuthoredType[]

function signedBy(type: AuthoredType, ...pairs: SigningPair[]): Dsse {
  return signDocument(p, { type, document: documents[type], seeds: pairs.map(({ seed }) => seed) }).dsse
}
function verify(
  type: AuthoredType,
  change: { trust?: TrustDocument; deny?: string[]; project?: string; dsse?: Dsse } = {},
) {
  return verifyAuthored(p, {
    trust,
    deny: [],
    type,
    project: ids.project,
    dsse: signedBy(type, signer),
    ...change,
  })
}
const withSigner = (change: Partial<TrustDocument['signers'][number]>): TrustDocument => ({
  ...trust,
  signers: trust.signers.map((one) => ({ ...one, ...change })),
})

describe('whose signature counts', () => {
  for (const type of types) {
    test(`a ${type} counts when its signer may sign it, for this project, undenied`, () => {
      assert.deepEqual(verify(type).signers, [signer.keyid])
      const others = trust.signers[0]?.may.filter((duty) => duty !== duties[type]) ?? []
      refused('signer_not_allowed', () => verify(type, { trust: withSigner({ may: others }) }))
      refused('signer_not_allowed', () => verify(type, { trust: withSigner({ projects: [] }) }))
      refused('signer_not_allowed', () => verify(type, { trust: withSigner({ projects: [ids.source] }) }))
      assert.ok(verify(type, { trust: withSigner({ projects: ['*'] }) }))
      refused('denied', () => verify(type, { deny: [signer.keyid] }))
      refused('signature_invalid', () => verify(type, { dsse: signedBy(type, stranger) }))
      refused('signature_invalid', () => verify(type, { trust: { ...trust, signers: [] } }))
      refused('signature_invalid', () => verify(type, { dsse: signedBy(type, ...home.roots) }))
    })

    test(`a ${type} of another project or tenant does not count`, () => {
      const all = withSigner({ projects: ['*'] })
      refused('document_invalid', () => verify(type, { trust: all, project: ids.source }))
      refused('document_invalid', () => verify(type, { trust: { ...all, tenant: ids.source } }))
    })
  }

  test('a second signer who may makes good for one who is denied or may not', () => {
    const second = signingPair()
    const dsse = signedBy('pipeline', signer, second)
    const listed = { key: second.key, owner: 'Bob', projects: [ids.project] }
    const two = (may: ('pipelines' | 'runs')[]): TrustDocument => ({
      ...trust,
      signers: [...trust.signers, { ...listed, may }],
    })
    assert.deepEqual(verify('pipeline', { trust: two(['pipelines']), dsse, deny: [signer.keyid] }).signers, [
      second.keyid,
    ])
    assert.deepEqual(verify('pipeline', { trust: two(['runs']), dsse }).signers, [signer.keyid])
    refused('denied', () => verify('pipeline', { trust: two(['runs']), dsse, deny: [signer.keyid] }))
  })

  test('mayDo knows key, duty and project', () => {
    const project = ids.project
    assert.equal(mayDo(trust, signer.key, { duty: 'publish', project }), true)
    assert.equal(mayDo(trust, stranger.key, { duty: 'publish', project }), false)
    assert.equal(mayDo(trust, signer.key, { duty: 'publish', project: ids.source }), false)
    assert.equal(mayDo(withSigner({ may: ['runs'] }), signer.key, { duty: 'publish', project }), false)
  })
})

describe('who a record is sealed to', () => {
  const keys = (recipients: { publicKey: Uint8Array }[]) =>
    recipients.map(({ publicKey }) => toBase64(publicKey))
  const { sealing, otherSealing, reader } = home

  test('a connection: the active keys of its pools, and no reader', () => {
    assert.deepEqual(keys(connectionRecipients(trust, { pools: ['default'] })), [sealing.public])
    assert.deepEqual(keys(connectionRecipients(trust, { pools: ['default', 'other'] })), [
      sealing.public,
      otherSealing.public,
    ])
    refused('wrong_pool', () => connectionRecipients(trust, { pools: ['nowhere'] }))
  })

  test('keys that are being retired get nothing new', () => {
    const next = sealingPair()
    const rotating: TrustDocument = {
      ...trust,
      sealing_keys: [home.sealingKey(sealing, 'default', 'retiring'), home.sealingKey(next, 'default')],
    }
    assert.deepEqual(keys(connectionRecipients(rotating, { pools: ['default'] })), [next.public])
    const none: TrustDocument = {
      ...trust,
      sealing_keys: [home.sealingKey(sealing, 'default', 'retired')],
    }
    refused('wrong_pool', () => connectionRecipients(none, { pools: ['default'] }))
  })

  test('a pipeline: its pool, and the readers of its project', () => {
    const { project } = ids
    assert.deepEqual(keys(pipelineRecipients(trust, { pool: 'default', project })), [
      sealing.public,
      reader.public,
    ])
    assert.deepEqual(keys(pipelineRecipients(trust, { pool: 'default', project: ids.source })), [
      sealing.public,
    ])
  })

  test('the policy: every pool, and those who may read everything', () => {
    assert.deepEqual(keys(policyRecipients(trust)), [sealing.public, otherSealing.public])
    const everywhere: TrustDocument = {
      ...trust,
      readers: trust.readers.map((one) => ({ ...one, projects: ['*'] })),
    }
    assert.deepEqual(keys(policyRecipients(everywhere)), [sealing.public, otherSealing.public, reader.public])
  })
})
