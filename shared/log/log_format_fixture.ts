/** The worked examples of FORMAT.md on the audit log and on signed requests. */
import { toHex, utf8 } from '../bytes.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { COVERED, parseSignature, signatureBase, signRequest } from '../sign/http_signature.ts'
import { logOrigin, signCheckpoint } from './checkpoint.ts'
import { cosignNote } from './note.ts'
import { consistencyProof, inclusionProof } from './proof.ts'
import { leafHash, Tree } from './tree.ts'

const counting = (first: number) => Uint8Array.from({ length: 32 }, (_, i) => (first + i) & 0xff)
const tenant = '019aa000-0000-7000-8000-000000000001'
const agent = '019aa000-0000-7000-8000-000000000006'

const leaves = ['{"n":0}', '{"n":1}', '{"n":2}']
const list = (hashes: readonly Uint8Array[]) => hashes.map((hash) => `  ${toHex(hash)}`).join('\n')

export function treeExample(): string {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(utf8(leaf))
  return [
    `leaves ${leaves.join(' ')}`,
    'leaf hashes',
    list(leaves.map((leaf) => leafHash(p, utf8(leaf)))),
    'root of the first two',
    list([tree.root(2)]),
    'root of all three',
    list([tree.root(3)]),
    'inclusion of leaf 0 in three',
    list(inclusionProof(p, tree, { index: 0, size: 3 })),
    'consistency of two with three',
    list(consistencyProof(p, tree, { from: 2, to: 3 })),
  ].join('\n')
}

export function checkpointExample(): string {
  const tree = new Tree(p)
  for (const leaf of leaves) tree.append(utf8(leaf))
  const origin = logOrigin(tenant)
  const seed = counting(0x10)
  const note = signCheckpoint(p, { origin, head: { size: 3, root: tree.root() }, seed })
  const log = { name: origin, publicKey: p.ed25519.publicKey(seed) }
  const signer = { name: `${origin}/default`, seed: counting(0x30) }
  return [
    'log key',
    `  seed    ${toHex(seed)}`,
    `  public  ${toHex(log.publicKey)}`,
    'checkpoint, ending in a newline',
    ...note.trimEnd().split('\n').map((line) => `  ${line}`.trimEnd()),
    `line of a witness with seed ${toHex(signer.seed).slice(0, 8)}…, at second 1795338000`,
    ...cosignNote(p, { note, log, signer, time: 1_795_338_000 }).slice(note.length).trimEnd().split('\n')
      .map((line) => `  ${line}`),
  ].join('\n')
}

export function requestExample(): string {
  const seed = counting(0x50)
  const url = new URL('https://edge.example/v1/agent/poll')
  const body = utf8('{"slots":1,"wait_seconds":25,"log_size":0}')
  const parameters = { created: 1_795_338_000, nonce: '000102030405060708090a0b0c0d0e0f', keyid: agent }
  const fields = signRequest(p, { method: 'POST', url, body, seed, parameters })
  const header = (name: string) => (fields as Readonly<Record<string, string>>)[name] ?? null
  const { input } = parseSignature(header)
  const base = signatureBase({ method: 'POST', url, header }, COVERED, input)
  return [
    'agent key',
    `  seed    ${toHex(seed)}`,
    `  public  ${toHex(p.ed25519.publicKey(seed))}`,
    'what is signed, without a newline at its end',
    ...new TextDecoder().decode(base).split('\n').map((line) => `  ${line}`),
    'request',
    '  POST /v1/agent/poll HTTP/1.1',
    '  Host: edge.example',
    '  Content-Type: application/json',
    `  Content-Digest: ${fields['content-digest']}`,
    `  Signature-Input: ${fields['signature-input']}`,
    `  Signature: ${fields.signature}`,
    '',
    `  ${new TextDecoder().decode(body)}`,
  ].join('\n')
}
