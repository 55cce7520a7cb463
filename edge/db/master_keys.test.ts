import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { native } from '../primitives.ts'
import { openColumn, parseMasterKeys, type Place, sealColumn } from './master_keys.ts'

const key = (n: number) => toBase64(new Uint8Array(32).fill(n))
const place: Place = ['tenant', 'log_key_sealed', 'a']
const plaintext = utf8('a secret of the edge')

function refused(error: unknown): boolean {
  return error instanceof Fault && error.code === 'internal' && !`${error.cause}`.includes('secret')
}

test('what was sealed opens at its place, also after a newer key came', () => {
  const old = parseMasterKeys(`v1:${key(1)}`)
  const both = parseMasterKeys(`v2:${key(2)}, v1:${key(1)}`)
  const sealed = sealColumn(native, old, { place, plaintext })
  assert.deepEqual(openColumn(native, both, { place, sealed }), plaintext)
  assert.ok(sealColumn(native, both, { place, plaintext }).startsWith('v2.'))
  assert.notEqual(sealColumn(native, old, { place, plaintext }), sealed)
})

test('at another place, under another key or altered it does not open', () => {
  const keys = parseMasterKeys(`v1:${key(1)}`)
  const sealed = sealColumn(native, keys, { place, plaintext })
  for (
    const moved of [['tenant', 'log_key_sealed', 'b'], ['tenant', 'log_key_sealeda', ''], [
      'x',
      'log_key_sealed',
      'a',
    ]] as const
  ) {
    assert.throws(() => openColumn(native, keys, { place: moved, sealed }), refused)
  }
  for (const other of [parseMasterKeys(`v1:${key(9)}`), parseMasterKeys(`v2:${key(1)}`)]) {
    assert.throws(() => openColumn(native, other, { place, sealed }), refused)
  }
  // The version is part of the place: a value cannot be passed off as sealed under another one.
  const twice = parseMasterKeys(`v2:${key(1)},v1:${key(1)}`)
  assert.throws(() => openColumn(native, twice, { place, sealed: sealed.replace('v1.', 'v2.') }), refused)
  const bytes = Uint8Array.from(atob(sealed.slice(3)), (char) => char.charCodeAt(0))
  for (let at = 0; at < bytes.length; at++) {
    const altered = bytes.slice()
    altered[at] = (altered[at] as number) ^ 1
    assert.throws(() => openColumn(native, keys, { place, sealed: `v1.${toBase64(altered)}` }), refused)
  }
  for (const text of ['', 'v1.', 'v1.AAAA', 'plain']) {
    assert.throws(() => openColumn(native, keys, { place, sealed: text }), refused)
  }
})
