import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'

import { fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { native } from '../seal/native.ts'
import { logOrigin, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts'
import { cosignNote, type NoteKey, parseNote, signNote, verifyCosignature, verifyNote } from './note.ts'

const p = native(crypto)
const seed = new Uint8Array(32).fill(7)
const origin = logOrigin('0190f3a0-0000-7000-8000-000000000001')
const log: NoteKey = { name: origin, publicKey: p.ed25519.publicKey(seed) }
const head = { size: 20852163, root: fromBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=') }
const note = signCheckpoint(p, { origin, head, seed })

/** The example of c2sp.org/tlog-cosignature, with both of its lines. */
const example = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

/** The verifier key of the Go checksum database's own test note, and that note. */
const goKey: NoteKey = {
  name: 'PeterNeumann',
  publicKey: fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').slice(1),
}
const goNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

describe('a signed note', () => {
  test('of another implementation verifies under its key and under no other', () => {
    const parsed = parseNote(goNote)
    assert.ok(parsed)
    assert.ok(verifyNote(p, parsed, goKey))
    assert.ok(!verifyNote(p, parsed, { ...goKey, name: 'PeterNeuman' }))
    assert.ok(!verifyNote(p, parsed, { ...goKey, publicKey: log.publicKey }))
  })

  test('is split at the last empty line, so that its text may have empty lines', () => {
    const text = 'a\n\nb\n\nc\n'
    const parsed = parseNote(signNote(p, { text, signer: { name: 'k', seed } }))
    assert.equal(parsed?.text, text)
    assert.ok(parsed && verifyNote(p, parsed, { name: 'k', publicKey: log.publicKey }))
  })

  test('with a line of an unknown key still verifies; with a bad line of a known key it does not', () => {
    const foreign = signNote(p, { text: 'a\n', signer: { name: 'other', seed: seed.map((b) => b + 1) } })
    const mine = signNote(p, { text: 'a\n', signer: { name: 'k', seed } })
    const key = { name: 'k', publicKey: log.publicKey }
    const both = parseNote(mine + foreign.slice(3))
    assert.ok(both && both.signatures.length === 2 && verifyNote(p, both, key))
    const forged = signNote(p, { text: 'b\n', signer: { name: 'k', seed } })
    const doubled = parseNote(mine + forged.slice(3))
    assert.ok(doubled && !verifyNote(p, doubled, key))
  })

  test('is refused in every malformed form', () => {
    const line = '\u2014 k AAAAAAA=\n'
    const bad = [
      '',
      '\n',
      'a\n',
      `a${line}`,
      `a\n${line}`,
      `a\n\n${line.trimEnd()}`,
      `a\n\n${line.replace('\u2014', '--')}`,
      `a\n\n${line.replace(' k', ' k+')}`,
      `a\n\n${line.replace(' k', '  k')}`,
      `a\n\n${line.replace('=', '')}`,
      `a\n\n${line.replace('AAAAAAA=', 'AAAAAA==')}`,
      `a\t\n\n${line}`,
      `a\r\n\n${line}`,
      `a\n\n${line}\n`,
      `a\n\n${line.repeat(101)}`,
      `\ud800\n\n${line}`,
      `${'a'.repeat(70_000)}\n\n${line}`,
    ]
    assert.ok(parseNote(`a\n\n${line}`))
    for (const one of bad) assert.equal(parseNote(one), null, JSON.stringify(one.slice(0, 60)))
  })

  test('cannot be made with a name or text that no reader would take', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb']) {
      assert.throws(() => signNote(p, { text: 'a\n', signer: { name, seed } }), RangeError)
    }
    for (const text of ['', 'a', 'a\r\n', '\ud800\n']) {
      assert.throws(() => signNote(p, { text, signer: { name: 'k', seed } }), RangeError)
    }
  })
})

describe('a checkpoint', () => {
  test('comes back as it was signed', () => {
    assert.deepEqual(openCheckpoint(p, note, log), { origin, ...head })
  })

  test('of the specification is read with its size and root', () => {
    const parsed = parseNote(example)
    assert.ok(parsed)
    assert.equal(parsed.signatures.length, 2)
    assert.deepEqual(parseCheckpoint(parsed), { origin: 'example.com/behind-the-sofa', ...head })
  })

  test('altered in any one byte is refused', () => {
    const bytes = utf8(note)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = bytes.with(at, (bytes[at] as number) ^ change)
        let text: string
        try {
          text = fromUtf8(altered)
        } catch {
          return
        }
        assert.throws(() => openCheckpoint(p, text, log), isInvalid)
      }),
      { numRuns: 500 },
    )
  })

  test('of another log, or under another key, is refused', () => {
    const other = logOrigin('0190f3a0-0000-7000-8000-000000000002')
    assert.throws(() => openCheckpoint(p, signCheckpoint(p, { origin: other, head, seed }), log), isInvalid)
    const foreign = signCheckpoint(p, { origin, head, seed: seed.map((b) => b + 1) })
    assert.throws(() => openCheckpoint(p, foreign, log), isInvalid)
    const text = `${other}\n1\n${toBase64(head.root)}\n`
    const relabelled = signNote(p, { text, signer: { name: origin, seed } })
    assert.throws(() => openCheckpoint(p, relabelled, log), isInvalid)
  })

  test('with a size that has a leading zero, a sign, or more than 2^53, or a short root, is refused', () => {
    const root = toBase64(head.root)
    const bodies = [
      `${origin}\n01\n${root}\n`,
      `${origin}\n+1\n${root}\n`,
      `${origin}\n9007199254740993\n${root}\n`,
      `${origin}\n1\n${root.slice(4)}\n`,
      `${origin}\n1\n${root}\nextension\n`,
      `${origin}\n1\n`,
    ]
    for (const text of bodies) {
      const signed = signNote(p, { text, signer: { name: origin, seed } })
      assert.throws(() => openCheckpoint(p, signed, log), isInvalid, text)
    }
  })

  test('that a witness has cosigned says when, and still verifies under the log key', () => {
    const witness = { name: 'sallyport/pool/default', seed: seed.map((b) => b + 2) }
    const key = { name: witness.name, publicKey: p.ed25519.publicKey(witness.seed) }
    const cosigned = cosignNote(p, { note, log, signer: witness, time: 1_679_315_147 })
    const parsed = parseNote(cosigned)
    assert.ok(parsed)
    assert.equal(verifyCosignature(p, parsed, key), 1_679_315_147)
    assert.equal(verifyCosignature(p, parsed, { ...key, publicKey: log.publicKey }), null)
    assert.ok(!verifyNote(p, parsed, key))
    assert.deepEqual(openCheckpoint(p, cosigned, log), { origin, ...head })
    const moved = parseNote(cosigned.replace('\n20852163\n', '\n20852164\n'))
    assert.ok(moved)
    assert.equal(verifyCosignature(p, moved, key), null)
  })

  test('that a witness has cosigned carries two lines, whatever was put below it', () => {
    const signer = { name: 'witness', seed: seed.map((b) => b + 2) }
    const junk = Array.from(
      { length: 99 },
      (_, i) => `\u2014 x ${toBase64(new Uint8Array([0, 0, 0, 0, i]))}\n`,
    )
    const again = note.slice(note.lastIndexOf('\n\n') + 2)
    const plain = cosignNote(p, { note, log, signer, time: 1 })
    assert.equal(cosignNote(p, { note: note + junk.join(''), log, signer, time: 1 }), plain)
    assert.equal(cosignNote(p, { note: note + again.repeat(99), log, signer, time: 1 }), plain)
    assert.equal(parseNote(plain)?.signatures.length, 2)
    const stranger = { ...log, publicKey: p.ed25519.publicKey(signer.seed) }
    assert.throws(() => cosignNote(p, { note, log: stranger, signer, time: 1 }), RangeError)
  })
})

function isInvalid(error: unknown): boolean {
  return error instanceof Fault && error.code === 'checkpoint_invalid'
}
