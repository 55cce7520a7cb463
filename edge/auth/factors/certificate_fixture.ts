/**
 * The certificate of an authenticator's maker, signed by itself: Web Authentication Level 3 §8.2.1 in DER (X.690) as
 * RFC 5280 §4.1 has it.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { concat, utf8 } from '../../../shared/bytes.ts'

export interface Attestor {
  readonly certificate: Uint8Array
  readonly sign: (data: Uint8Array) => Uint8Array
}

export function attestor(): Attestor {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = (data: Uint8Array) => new Uint8Array(sign('sha256', data, privateKey))
  const ecdsa = der(0x30, oid(1, 2, 840, 10045, 4, 3, 2))
  const name = der(
    0x30,
    attribute(6, 'SE'),
    attribute(10, 'A maker'),
    attribute(11, 'Authenticator Attestation'),
    attribute(3, 'An authenticator'),
  )
  const time = (text: string) => der(0x18, utf8(text))
  const notCa = der(0x30, oid(2, 5, 29, 19), der(0x04, der(0x30)))
  const body = der(
    0x30,
    der(0xa0, der(0x02, new Uint8Array([2]))),
    der(0x02, new Uint8Array([1])),
    ecdsa,
    name,
    der(0x30, time('20200101000000Z'), time('20991231235959Z')),
    name,
    new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    der(0xa3, der(0x30, notCa)),
  )
  return {
    certificate: der(0x30, body, ecdsa, der(0x03, new Uint8Array([0]), signed(body))),
    sign: signed,
  }
}

/** Of X.520: 2.5.4.n. */
function attribute(n: number, text: string): Uint8Array {
  return der(0x31, der(0x30, oid(2, 5, 4, n), der(n === 6 ? 0x13 : 0x0c, utf8(text))))
}

function oid(first: number, second: number, ...others: readonly number[]): Uint8Array {
  return der(0x06, new Uint8Array([first * 40 + second, ...others.flatMap(septets)]))
}

/** X.690 §8.19.2: seven bits an octet, all but the last with the eighth set. */
function septets(value: number): number[] {
  const octets = [value & 127]
  for (let rest = value >> 7; rest > 0; rest >>= 7) octets.unshift(rest & 127 | 128)
  return octets
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return concat(new Uint8Array([tag, ...size]), content)
}
