import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { verifyNext } from '../../shared/trust/chain.ts'
import type { KeyPair } from '../home.ts'
import { describeDraft } from '../commands/trust_sign.ts'
import { native } from '../primitives.ts'
import { differences } from './difference.ts'
import { gathered, mergeDrafts, newDraft, signDraft } from './draft.ts'
import * as edits from './edits.ts'
import { firstTrust, newKey, newRing } from './new_tenant.ts'

const tenant = '019aa000-0000-7000-8000-000000000001'
const now = Date.parse('2026-11-22T12:00:00.000Z')
const [ada, grace, edsger, signer, reader] = ['root', 'root', 'root', 'signer', 'reader'].map((kind) =>
  newKey(kind as 'root')
) as [KeyPair, KeyPair, KeyPair, KeyPair, KeyPair]
const id = ({ public: key }: KeyPair) => keyId(native, key)
const text = ({ public: key }: KeyPair) => toBase64(key)

const first: TrustDocument = {
  ...firstTrust({
    ring: newRing({ tenant, pool: 'default', suite: 1, now }),
    roots: [ada.public, grace.public],
    signer: signer.public,
    reader: newKey('reader').public,
    owner: 'Ada',
    logKey: text(newKey('root')),
    now,
    days: 365,
  }),
  roots: { keys: [text(ada), text(grace)], threshold: 2 },
}
const published = signDocument(native, {
  type: 'trust',
  document: first,
  seeds: [ada.private, grace.private],
})
const trusted = { document: first, hash: published.hash }

function next(...changes: Parameters<typeof edits.edited>[1]) {
  const document = { ...first, version: 2, previous: published.hash }
  return newDraft(edits.edited(document, [edits.withTimes(now + 1000, undefined), ...changes]), {
    previous: published.dsse,
    policy: null,
  })
}

describe('a draft of a trust document', () => {
  test('counts nobody before somebody has signed', () => {
    const { roots, missing } = gathered(next())
    assert.deepEqual(missing, { before: 2, next: 2 })
    assert.ok(roots.every(({ signed }) => !signed))
  })

  test('is complete with signatures that two people gave on copies of their own', () => {
    const draft = next(edits.withReader({ key: text(reader), owner: 'Grace', projects: '*' }))
    const merged = mergeDrafts([signDraft(draft, ada.private), signDraft(draft, grace.private)])
    assert.deepEqual(gathered(merged).missing, { before: 0, next: 0 })
    assert.equal(verifyNext(native, trusted, merged.document).document.version, 2)
    assert.throws(() => verifyNext(native, trusted, signDraft(draft, ada.private).document), {
      code: 'signature_invalid',
    })
  })

  test('that replaces a root needs the one that goes and the one that comes', () => {
    const draft = next(edits.withoutRoot(id(grace)), edits.withRoot(text(edsger)))
    const byOld = signDraft(signDraft(draft, ada.private), grace.private)
    assert.deepEqual(gathered(byOld).missing, { before: 0, next: 1 })
    assert.throws(() => verifyNext(native, trusted, byOld.document), { code: 'signature_invalid' })
    const whole = signDraft(byOld, edsger.private)
    assert.deepEqual(gathered(whole).missing, { before: 0, next: 0 })
    assert.equal(verifyNext(native, trusted, whole.document).document.roots.keys[1], text(edsger))
    assert.deepEqual(
      gathered(whole).roots.map((root) => [root.id, root.counts]).sort(),
      [
        [id(ada), 'both'],
        [id(grace), 'before'],
        [id(edsger), 'next'],
      ].sort(),
    )
  })

  test('takes no signature of a key that is no root', () => {
    assert.throws(() => signDraft(next(), edsger.private), { code: 'signer_not_allowed' })
  })

  test('that carries another document than the one it follows is refused', () => {
    const other = signDocument(native, {
      type: 'trust',
      document: { ...first, roots: { keys: [text(edsger)], threshold: 1 } },
      seeds: [edsger.private],
    })
    assert.throws(() => gathered({ ...next(), previous: other.dsse }), { code: 'trust_invalid' })
    assert.throws(() => gathered({ ...next(), previous: null }), { code: 'trust_invalid' })
  })

  test('is not put together with a draft of something else', () => {
    const one = signDraft(next(), ada.private)
    const other = signDraft(next(edits.withoutSigner(id(signer))), grace.private)
    assert.throws(() => mergeDrafts([one, other]), { code: 'conflict' })
  })

  test('with a forged signature of a root is refused', () => {
    const draft = signDraft(next(), ada.private)
    const forged = draft.document.signatures.map((one) => ({ ...one, keyid: id(grace) }))
    assert.throws(() => gathered({ ...draft, document: { ...draft.document, signatures: forged } }), {
      code: 'signature_invalid',
    })
  })
})

describe('the difference between two trust documents', () => {
  const lines = (...changes: Parameters<typeof edits.edited>[1]) =>
    differences(first, edits.edited(first, changes)).map(({ sign, text }) => `${sign} ${text}`)

  test('is empty where nothing changes', () => {
    assert.deepEqual(differences(first, first), [])
  })

  test('names who comes, who goes, and what somebody may do now', () => {
    assert.deepEqual(lines(edits.withReader({ key: text(reader), owner: 'Grace', projects: tenant })), [
      `+ reader Grace, key ${id(reader)}: reads ${tenant}`,
    ])
    assert.deepEqual(lines(edits.withoutSigner(text(signer))), [
      `- signer Ada, key ${id(signer)}: may sign connections, pipelines, publish, runs in every project`,
    ])
    const less = { key: text(signer), owner: 'Ada', may: 'runs', projects: '*' }
    assert.deepEqual(lines(edits.withSigner(less)).map((line) => line.slice(0, 8)), ['- signer', '+ signer'])
  })

  test('names roots, thresholds, rules, releases and the log key', () => {
    const release = 'ab'.repeat(32)
    const all = lines(
      edits.withRoot(text(edsger)),
      edits.withThreshold('3'),
      edits.withEnrolment('default=pool_key'),
      edits.withRelease(release),
      edits.withLogKey(text(ada)),
      edits.withTimes(now, '30'),
    ).join('\n')
    for (
      const part of [
        `+ root key ${id(edsger)}`,
        'takes: 2 → 3',
        'its key vouches for its agents',
        `+ release ${release}`,
        `→ ${id(ada)}`,
        '~ expires: 2027-11-22T12:00:00.000Z → 2026-12-22T12:00:00.000Z',
      ]
    ) assert.ok(all.includes(part), `${part} is not in\n${all}`)
  })

  test('names keys by what they are, not by what the draft calls them', () => {
    const [mine] = first.sealing_keys
    const readers = first.readers.map((one) => ({ ...one, public: text(reader) }))
    const sealing_keys = first.sealing_keys.map((one) => ({ ...one, public: text(edsger) }))
    const all = differences(first, { ...first, readers, sealing_keys }).map(({ sign, text }) => sign + text)
    assert.ok(all.some((line) => line.startsWith(`+reader Ada, key ${id(reader)}`)), all.join('\n'))
    assert.ok(all.some((line) => line.startsWith(`+sealing key ${id(edsger)} `)), all.join('\n'))
    assert.ok(all.some((line) => line.startsWith(`-sealing key ${mine!.kid} `)), all.join('\n'))
  })
})

test('a first document is shown whole before it is signed', () => {
  const shown = describeDraft(gathered({ document: published.dsse, previous: null, policy: null }))
  for (
    const part of [
      `root key ${id(ada)}`,
      `root key ${id(grace)}`,
      'signatures of roots that it takes: 2',
      'pool default, key ',
      `sealing key ${first.sealing_keys[0]!.kid} of pool default: active`,
      `signer Ada, key ${id(signer)}: may sign connections, pipelines, publish, runs in every project`,
      'reader Ada, key ',
      'log key: ',
      `expires: ${first.expires}`,
    ]
  ) assert.ok(shown.includes(part), `${part} is not in\n${shown}`)
})

describe('an edit that makes no sense is refused', () => {
  const cases: Record<string, () => unknown> = {
    'a threshold above the roots': () => edits.edited(first, [edits.withThreshold('3')]),
    'a threshold that is no number': () => edits.edited(first, [edits.withThreshold('x')]),
    'roots that no longer fill the threshold': () =>
      edits.edited(first, [edits.withoutRoot(id(ada)), edits.withThreshold(undefined)]),
    'a root that is there': () => edits.edited(first, [edits.withRoot(text(ada))]),
    'a signer that is not there': () => edits.edited(first, [edits.withoutSigner(id(edsger))]),
    'an unknown duty': () => edits.withSigner({ key: text(ada), owner: 'A', may: 'all', projects: '*' }),
    'a project that is no id': () => edits.withReader({ key: text(reader), owner: 'A', projects: 'default' }),
    'a rule that is none': () => edits.withEnrolment('default=anybody'),
    'a pool that is not there': () => edits.edited(first, [edits.withEnrolment('eu=approval')]),
    'the last pool': () => edits.edited(first, [edits.withoutPool('default')]),
    'a release that is no digest': () => edits.withRelease('v1.2.3'),
    'more days than a document may have': () => edits.edited(first, [edits.withTimes(now, '401')]),
  }
  for (const [name, make] of Object.entries(cases)) {
    test(name, () => void assert.throws(make, { code: 'invalid_setting' }))
  }
})
