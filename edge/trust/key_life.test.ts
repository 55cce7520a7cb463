import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readUnverified } from '../../shared/sign/documents.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { native } from '../primitives.ts'
import { signedTrust } from './examples.ts'
import { keyEntries } from './key_life.ts'

const { document } = readUnverified(native, 'trust', signedTrust.dsse)

const changed = (next: Partial<TrustDocument>, before: TrustDocument | null = document) =>
  keyEntries({ ...document, version: 2, ...next }, before).filter(({ action }) => action === 'key.changed')

test('a trust document with other keys than the one before is a security event that says which', () => {
  const [event] = changed({ signers: [], log_key: document.roots.keys[0] as string })
  assert.deepEqual(event, {
    action: 'key.changed',
    target: document.tenant,
    facts: { trust: 2, changed: 'signers log_key' },
  })
})

test('a trust document with the same keys is none, nor is the first one', () => {
  assert.deepEqual(changed({ expires: '2027-01-01T00:00:00.000Z' }), [])
  assert.deepEqual(changed({}, null), [])
})
