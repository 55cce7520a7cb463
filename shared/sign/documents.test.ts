import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from '../bytes.ts'
import { Fault, type FaultCode } from '../faults.ts'
import type { Dsse } from '../schemas/dsse.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { indexOf, pipelineOf, signingPair, tenant } from '../trust/trust_fixture.ts'
import {
  type DocumentType,
  payloadTypeOf,
  readUnverified,
  signDocument,
  verifyDocument,
} from './documents.ts'
import { addSignature, preAuthEncoding, sign } from './dsse.ts'
import { parsePlainJson } from './plain_json.ts'

const [ada, grace, mallory] = [signingPair(), signingPair(), signingPair()]
const document = pipelineOf(tenant())
const keyOf = ({ key }: { key: string }) => fromBase64(key)
const signed = (...pairs: (typeof ada)[]) =>
  signDocument(p, { type: 'pipeline', document, seeds: pairs.map(({ seed }) => seed) }).dsse

function verify(dsse: unknown, keys = [ada], threshold = 1, type: DocumentType = 'pipeline') {
  return verifyDocument(p, { type, dsse, keys: keys.map(keyOf), threshold })
}
function refused(code: FaultCode, act: () => unknown, what?: string): void {
  assert.throws(act, (error) => error instanceof Fault && error.code === code, what)
}
/** Signs a text that no writer of ours would make. */
function signText(text: string): Dsse {
  return sign(p, { payloadType: payloadTypeOf('pipeline'), payload: utf8(text), seeds: [ada.seed] })
}

describe('signed documents', () => {
  test('PAE is that of the DSSE specification', () => {
    assert.equal(
      fromUtf8(preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'))),
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
    assert.equal(fromUtf8(preAuthEncoding('é', utf8('é'))), 'DSSEv1 2 é 2 é')
  })

  test('what was signed is what is read, with its hash and its signers', () => {
    const dsse = signed(ada, grace)
    const found = verify(dsse, [ada, grace, mallory], 2)
    assert.deepEqual(found.document, document)
    assert.deepEqual(new Set(found.signers), new Set([ada.keyid, grace.keyid]))
    assert.equal(found.hash, toHex(p.sha256(fromBase64(dsse.payload))))
  })

  test('unsigned, or signed by somebody else, it does not count', () => {
    refused('signature_invalid', () => verify(signed(mallory)))
    refused('document_invalid', () => verify({ ...signed(ada), signatures: [] }))
    const relabelled = signed(mallory)
    for (const one of relabelled.signatures) one.keyid = ada.keyid
    refused('signature_invalid', () => verify(relabelled))
  })

  test('a threshold counts keys, not signatures', () => {
    refused('signature_invalid', () => verify(signed(ada), [ada, grace], 2))
    refused('signature_invalid', () => verify(signed(ada), [ada, ada], 2))
    const twice = signed(ada)
    refused(
      'signature_invalid',
      () => verify({ ...twice, signatures: [...twice.signatures, ...twice.signatures] }, [ada, grace], 2),
    )
    assert.equal(verify(signed(ada, grace), [ada, grace], 2).signers.length, 2)
    assert.throws(() => verify(signed(ada), [ada], 0), RangeError)
    assert.throws(() => verify(signed(ada), [ada], Number.NaN), RangeError)
  })

  test('one key does not stand there twice', () => {
    const { signatures, ...rest } = signed(ada)
    refused('signature_invalid', () => verify({ ...rest, signatures: [...signatures, ...signatures] }))
  })

  test('signatures of strangers do no harm', () => {
    assert.deepEqual(verify(signed(mallory, ada, grace), [ada]).signers, [ada.keyid])
  })

  test('another signature can be added, and takes the place of an older one by the same key', () => {
    const both = addSignature(p, signed(ada), grace.seed)
    assert.equal(verify(both, [ada, grace], 2).signers.length, 2)
    assert.deepEqual(addSignature(p, both, grace.seed), both)
  })

  test('any one byte of payload or signature changed is refused', () => {
    const dsse = signed(ada)
    const payload = fromBase64(dsse.payload)
    for (let at = 0; at < payload.length; at++) {
      const altered = payload.map((byte, i) => (i === at ? byte ^ 1 : byte))
      refused('signature_invalid', () => verify({ ...dsse, payload: toBase64(altered) }), `payload ${at}`)
    }
    const sig = fromBase64(dsse.signatures[0]?.sig ?? '')
    for (let at = 0; at < sig.length; at++) {
      const altered = toBase64(sig.map((byte, i) => (i === at ? byte ^ 1 : byte)))
      refused(
        'signature_invalid',
        () => verify({ ...dsse, signatures: [{ keyid: ada.keyid, sig: altered }] }),
      )
    }
  })

  test('one kind does not pass for another', () => {
    const dsse = signed(ada)
    for (const type of ['trust', 'connection', 'index', 'request'] as const) {
      refused('document_invalid', () => verify(dsse, [ada], 1, type))
      refused(
        'signature_invalid',
        () => verify({ ...dsse, payloadType: payloadTypeOf(type) }, [ada], 1, type),
      )
      const resigned = sign(p, {
        payloadType: payloadTypeOf(type),
        payload: fromBase64(dsse.payload),
        seeds: [ada.seed],
      })
      refused('document_invalid', () => verify(resigned, [ada], 1, type))
    }
  })

  test('an unknown field is refused, in the document, in its parts and in the wrapping', () => {
    const text = JSON.stringify(document)
    assert.deepEqual(verify(signText(text)).document, document)
    refused('document_invalid', () => verify(signText(text.replace('{', '{"x":1,'))))
    refused('document_invalid', () => verify(signText(text.replace('"limits":{', '"limits":{"x":1,'))))
    refused('document_invalid', () => verify(signText(text.replace('{', '{"__proto__":{},'))))
    refused('document_invalid', () => verify({ ...signed(ada), x: 1 }))
    refused(
      'document_invalid',
      () => verify({ ...signed(ada), signatures: signed(ada).signatures.map((one) => ({ ...one, x: 1 })) }),
    )
  })

  test('a key that objects treat apart is refused where any key is taken', () => {
    const index = JSON.stringify(indexOf(tenant()))
    const read = (text: string) =>
      readUnverified(
        p,
        'index',
        sign(p, { payloadType: payloadTypeOf('index'), payload: utf8(text), seeds: [ada.seed] }),
      )
    assert.equal(read(index).document.number, 1)
    const altered = index.replace('"entries":{', '"entries":{"__proto__":{},')
    assert.equal(JSON.stringify(JSON.parse(altered)), altered)
    refused('document_invalid', () => read(altered))
  })

  test('a text that two readers could read in two ways is refused', () => {
    const text = JSON.stringify(document)
    const other = text.replace('"version":1', '"version":2')
    const ambiguous = [
      text.replace('"version":1', '"version":2,"version":1'),
      text.replace('"version":1', '"version":1.0'),
      text.replace('"version":1', '"version":1e0'),
      text.replace('"version":1', '"version": 1'),
      text.replace('orders', '\\u006frders'),
      `${text}\n`,
      `\ufeff${text}`,
    ]
    assert.equal(verify(signText(other)).document.type, 'pipeline')
    for (const one of ambiguous) {
      assert.notEqual(one, text)
      refused('document_invalid', () => verify(signText(one)), one)
    }
    assert.throws(() => parsePlainJson(Uint8Array.of(0x22, 0xff, 0x22)), TypeError)
  })

  test('base64 has one spelling', () => {
    const dsse = signed(ada)
    for (const payload of [` ${dsse.payload}`, dsse.payload.replace(/.$/, '-'), `${dsse.payload}====`]) {
      refused('document_invalid', () => verify({ ...dsse, payload }))
    }
  })

  test('what no reader takes is not signed', () => {
    refused(
      'document_invalid',
      () =>
        signDocument(p, { type: 'pipeline', document: { ...document, name: 'a\u202eb' }, seeds: [ada.seed] }),
    )
  })

  test('reading without verifying says what it says, and takes no other shape', () => {
    assert.deepEqual(readUnverified(p, 'pipeline', signed(mallory)).document, document)
    refused('document_invalid', () => readUnverified(p, 'connection', signed(ada)))
    refused('document_invalid', () => readUnverified(p, 'pipeline', signText('{}')))
  })
})
