/** Certificates made on the spot: an authority, and a server certificate under it. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

type Der = Uint8Array

function tlv(tag: number, ...parts: readonly Der[]): Der {
  const body = Buffer.concat(parts)
  const size = body.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const sequence = (...parts: readonly Der[]) => tlv(0x30, ...parts)
const bytes = (...values: readonly number[]) => Buffer.from(values)
const ascii = (text: string) => Buffer.from(text, 'latin1')

// ecdsa-with-SHA256 (RFC 5758 §3.2), commonName, basicConstraints, subjectAltName (RFC 5280)
const signatureAlgorithm = sequence(tlv(0x06, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)))
const commonName = tlv(0x06, bytes(0x55, 0x04, 0x03))
const basicConstraints = tlv(0x06, bytes(0x55, 0x1d, 0x13))
const subjectAltName = tlv(0x06, bytes(0x55, 0x1d, 0x11))

const nameOf = (text: string) => sequence(tlv(0x31, sequence(commonName, tlv(0x0c, ascii(text)))))
const extension = (id: Der, critical: boolean, value: Der) =>
  sequence(id, ...(critical ? [tlv(0x01, bytes(0xff))] : []), tlv(0x04, value))

interface Request {
  readonly subject: string
  readonly key: KeyObject
  readonly extensions: readonly Der[]
  readonly issuer: string
  readonly issuerKey: KeyObject
  readonly publicKey: KeyObject
}

function certificate({ subject, extensions, issuer, issuerKey, publicKey }: Request): string {
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, bytes(2))),
    tlv(0x02, bytes(1, Math.floor(Math.random() * 127), 7)),
    signatureAlgorithm,
    nameOf(issuer),
    sequence(tlv(0x18, ascii('20200101000000Z')), tlv(0x18, ascii('20990101000000Z'))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = createSign('sha256').update(toBeSigned).sign(issuerKey)
  const der = sequence(toBeSigned, signatureAlgorithm, tlv(0x03, bytes(0), signature))
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** A server's certificate and key, PEM, for a DNS name. */
  issue(dnsName: string): { readonly certificate: string; readonly key: string }
}

export function makeAuthority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authority = [extension(basicConstraints, true, sequence(tlv(0x01, bytes(0xff))))]
  return {
    certificate: certificate({
      subject: name,
      key: privateKey,
      extensions: authority,
      issuer: name,
      issuerKey: privateKey,
      publicKey,
    }),
    issue(dnsName) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const names = extension(subjectAltName, false, sequence(tlv(0x82, ascii(dnsName))))
      return {
        certificate: certificate({
          subject: dnsName,
          key: pair.privateKey,
          extensions: [names],
          issuer: name,
          issuerKey: privateKey,
          publicKey: pair.publicKey,
        }),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      }
    },
  }
}
