import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault, type FaultCode } from '../faults.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { checkCurrent, verifyChain } from './chain.ts'
import { formatPin, parsePin } from './pin.ts'
import {
  DAY,
  nextTrust,
  NOW,
  sealingPair,
  type SigningPair,
  signingPair,
  signTrust,
  tenant,
} from './trust_fixture.ts'

const home = tenant()
const [rootA, rootB] = home.roots as [SigningPair, SigningPair]
const first = signTrust(home.trust, home.roots)
const pin = { tenant: home.ids.tenant, version: 1, hash: first.hash }

function refused(code: FaultCode, act: () => unknown, what?: string): void {
  assert.throws(act, (error) => error instanceof Fault && error.code === code, what)
}
type Step = { change?: Partial<TrustDocument>; by?: readonly SigningPair[] }

/** A chain after the first document, each step with its change and its signers. */
function chain(...steps: Step[]) {
  const made = [{ ...first, document: home.trust }]
  for (const { change = {}, by = home.roots } of steps) {
    const last = made.at(-1) as (typeof made)[number]
    const document = nextTrust(last.document, last.hash, change)
    made.push({ ...signTrust(document, by), document })
  }
  return made
}
function verify(made: ReturnType<typeof chain>, seen: { version: number; hash: string }[] = []) {
  return verifyChain(p, { pin, documents: made.map(({ dsse }) => dsse), seen })
}

describe('the chain of trust documents', () => {
  test('starts at the pin and ends at the newest, expired ones in between', () => {
    const expired = { issued: home.trust.issued, expires: new Date(NOW - 1).toISOString() }
    const made = chain({ change: expired }, { change: { expires: home.trust.expires } })
    const last = verify(made)
    assert.equal(last.document.version, 3)
    assert.equal(last.hash, made[2]?.hash)
    checkCurrent(last.document, NOW)
  })

  test('is refused when the first is not the one that the pin names', () => {
    const documents = [first.dsse]
    for (const change of [{ hash: 'f'.repeat(64) }, { version: 2 }, { tenant: tenant().ids.tenant }]) {
      refused('pin_mismatch', () => verifyChain(p, { pin: { ...pin, ...change }, documents, seen: [] }))
    }
    refused('trust_missing', () => verifyChain(p, { pin, documents: [], seen: [] }))
    const made = chain({}, {})
    refused('pin_mismatch', () => verify(made.slice(1)))
  })

  test('is refused when even the pinned document has not been signed by its own roots', () => {
    const half = signTrust(home.trust, [rootA])
    refused(
      'signature_invalid',
      () => verifyChain(p, { pin: { ...pin, hash: half.hash }, documents: [half.dsse], seen: [] }),
    )
  })

  test('needs the threshold of the version before', () => {
    refused('signature_invalid', () => verify(chain({ by: [rootA] })))
    refused('signature_invalid', () => verify(chain({ by: [rootA, signingPair()] })))
  })

  test('changes its roots by the thresholds of the old and the new', () => {
    const [newA, newB] = [signingPair(), signingPair()]
    const roots = { keys: [newA.key, newB.key], threshold: 2 }
    refused('signature_invalid', () => verify(chain({ change: { roots }, by: home.roots })))
    refused('signature_invalid', () => verify(chain({ change: { roots }, by: [newA, newB] })))
    refused('signature_invalid', () => verify(chain({ change: { roots }, by: [rootA, newA, newB] })))
    const made = chain({ change: { roots }, by: [...home.roots, newA, newB] }, { by: [newA, newB] })
    assert.equal(verify(made).document.version, 3)
    refused(
      'signature_invalid',
      () => verify(chain({ change: { roots }, by: [...home.roots, newA, newB] }, { by: home.roots })),
    )
  })

  test('takes each version after the one before, and none else', () => {
    const wrong: Partial<TrustDocument>[] = [
      { version: 3 },
      { version: 1, previous: null },
      { previous: 'e'.repeat(64) },
      { tenant: tenant().ids.tenant },
      { issued: new Date(NOW - 2 * DAY).toISOString() },
    ]
    assert.equal(verify(chain({})).document.version, 2)
    for (const change of wrong) {
      refused('trust_invalid', () => verify(chain({ change })), JSON.stringify(change))
    }
    const made = chain({}, {})
    refused('trust_invalid', () => verify([made[0], made[2]] as typeof made))
  })

  test('is rolled back when it ends before what was seen, forked when it passes it elsewhere', () => {
    const made = chain({}, {})
    const fork = chain({}, { change: { expires: new Date(NOW + 50 * DAY).toISOString() } })
    const at = (i: number) => ({ version: i + 1, hash: made[i]?.hash as string })
    assert.equal(verify(made, [at(0), at(1), at(2)]).document.version, 3)
    refused('trust_rolled_back', () => verify(made.slice(0, 2), [at(2)]))
    refused('trust_forked', () => verify(fork, [at(2)]))
    assert.equal(verify(fork, [at(1)]).document.version, 3)
  })

  test('what was seen before the pin does not hold a newer pin back', () => {
    const made = chain({}, {})
    const newer = { tenant: pin.tenant, version: 2, hash: made[1]?.hash as string }
    const documents = made.slice(1).map(({ dsse }) => dsse)
    const seen = [{ version: 1, hash: 'f'.repeat(64) }]
    assert.equal(verifyChain(p, { pin: newer, documents, seen }).document.version, 3)
  })

  test('refuses a key id that is not that of its key', () => {
    const [one, other] = [sealingPair(), sealingPair()]
    const lying = { ...home.sealingKey(one, 'default'), kid: other.kid }
    refused('trust_invalid', () => verify(chain({ change: { sealing_keys: [lying] } })))
  })

  test('counts until it expires, and not before it was issued', () => {
    const { issued, expires } = home.trust
    checkCurrent(home.trust, Date.parse(expires) - 1)
    refused('trust_expired', () => checkCurrent(home.trust, Date.parse(expires)))
    checkCurrent(home.trust, Date.parse(issued) - 600_000)
    refused('trust_invalid', () => checkCurrent(home.trust, Date.parse(issued) - 600_001))
  })
})

describe('a trust document', () => {
  test('is not signed when it contradicts itself', () => {
    const { trust } = home
    const [sealing] = trust.sealing_keys as [TrustDocument['sealing_keys'][number]]
    const [signer] = trust.signers as [TrustDocument['signers'][number]]
    const wrong: Partial<TrustDocument>[] = [
      { version: 2 },
      { previous: 'a'.repeat(64) },
      { expires: trust.issued },
      { expires: new Date(Date.parse(trust.issued) + 400 * DAY + 1).toISOString() },
      { roots: { ...trust.roots, threshold: 3 } },
      { roots: { ...trust.roots, threshold: 0 } },
      { roots: { keys: [rootA.key, rootA.key], threshold: 1 } },
      { sealing_keys: [sealing, sealing] },
      { sealing_keys: [{ ...sealing, pool: 'nowhere' }] },
      { signers: [signer, signer] },
      { pools: [...trust.pools, ...trust.pools] },
      { policy: { version: 2, commitment: 'a'.repeat(64) } },
      { issued: '2026-11-22T00:00:00Z' },
      { issued: '2026-02-30T00:00:00.000Z' },
      { log_key: rootB.key.replace('=', '') },
    ]
    for (const change of wrong) {
      refused(
        'document_invalid',
        () => signTrust({ ...trust, ...change }, home.roots),
        JSON.stringify(change),
      )
    }
  })
})

describe('a pin', () => {
  test('is typed as it is printed, and in no other way', () => {
    assert.deepEqual(parsePin(formatPin(pin)), pin)
    const [, version, hash] = formatPin(pin).split(':')
    for (
      const text of [
        '',
        pin.tenant,
        `${formatPin(pin)}:`,
        `${pin.tenant}:0${version}:${hash}`,
        `${pin.tenant}:0:${hash}`,
        `${pin.tenant.toUpperCase()}:1:${hash}`,
        `${pin.tenant}:1:${hash?.slice(1)}`,
      ]
    ) assert.equal(parsePin(text), null, text)
  })
})
