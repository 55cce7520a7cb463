/** The audit log and signed requests. */
import { equal, fromBase64, toBase64, utf8 } from '../bytes.ts'
import { openCheckpoint, parseCheckpoint, signCheckpoint } from '../log/checkpoint.ts'
import { checkpointLine, leafLine, verifyExport } from '../log/export.ts'
import { cosignNote, parseNote, verifyCosignature } from '../log/note.ts'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from '../log/proof.ts'
import { leafHash, Tree } from '../log/tree.ts'
import { parseSignature, signRequest, verifyRequest } from '../sign/http_signature.ts'
import { valueOf } from './sealed_targets_fixture.ts'
import type { Target } from './target_fixture.ts'
import { ids, json, keys, logKey, p } from './world_fixture.ts'

const SIZE = 9
const leaves = Array.from({ length: SIZE }, (_, n) => JSON.stringify({ n, text: 'é\n"' }))
const tree = new Tree(p)
for (const leaf of leaves) tree.append(utf8(leaf))
const noteAt = (size: number) =>
  signCheckpoint(p, {
    origin: logKey.name,
    head: { size, root: tree.root(size) },
    seed: keys.log.seed,
  })
const poolName = `${logKey.name}/default`
const note = noteAt(SIZE)
const cosigned = cosignNote(p, {
  note,
  log: logKey,
  signer: { name: poolName, seed: keys.pool.seed },
  time: 1_795_338_000,
})
const text = (input: Uint8Array) => new TextDecoder().decode(input)

async function* inPieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.slice(at, at + 100)
}

const exported = utf8(leaves.map(leafLine).join('') + checkpointLine(note))

const logs: Target[] = [
  {
    name: 'checkpoint',
    structure: 'text',
    seeds: [utf8(note), utf8(cosigned), utf8(noteAt(4))],
    take: (input) => openCheckpoint(p, text(input), logKey),
    authentic: true,
  },
  {
    name: 'checkpoint-remembered',
    structure: 'text',
    seeds: [utf8(note), utf8(cosigned)],
    take(input) {
      const parsed = parseNote(text(input))
      return parsed && parseCheckpoint(parsed)
    },
  },
  {
    name: 'cosignature',
    structure: 'text',
    seeds: [utf8(cosigned)],
    take(input) {
      const parsed = parseNote(text(input))
      const key = { name: poolName, publicKey: fromBase64(keys.pool.key) }
      const time = parsed && verifyCosignature(p, parsed, key)
      return time === null ? null : [parsed?.text, time]
    },
    authentic: true,
  },
  {
    name: 'audit-export',
    structure: 'text',
    seeds: [exported],
    async take(input) {
      const seen: string[] = []
      const onLeaf = (leaf: string) => seen.push(leaf)
      const { checkpoint } = await verifyExport(p, {
        chunks: inPieces(input),
        log: logKey,
        remembered: null,
        onLeaf,
      })
      return { checkpoint, seen }
    },
    authentic: true,
  },
]

const head = (size: number) => ({ size, root: tree.root(size) })
const between = [[1, 9], [3, 9], [4, 8], [8, 9], [5, 5], [0, 7]] as const

/** Hashes in base64; undefined where the input is something else. */
function proofOf(value: unknown): Uint8Array[] | undefined {
  if (!Array.isArray(value)) return undefined
  try {
    return value.map((one) => fromBase64(String(one)))
  } catch {
    return undefined
  }
}

const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
  a.length === b.length && a.every((one, i) => equal(one, b[i] as Uint8Array))

/** Tree heads are signed, so they are right; the proof is anybody's. */
const proofs: Target[] = [
  {
    name: 'consistency-proof',
    structure: 'json',
    seeds: between.map(([from, to]) =>
      json({ from, to, proof: consistencyProof(p, tree, { from, to }).map(toBase64) })
    ),
    take(input) {
      const { from, to, proof } = (valueOf(input) ?? {}) as { from?: number; to?: number; proof?: unknown }
      const pair = between.find((one) => one[0] === from && one[1] === to)
      const hashes = proofOf(proof)
      if (!pair || !hashes) return null
      const given = { from: head(pair[0]), to: head(pair[1]), proof: hashes }
      return verifyConsistency(p, given) ? { pair, hashes } : null
    },
    authentic(accepted) {
      const { pair: [from, to], hashes } = accepted as {
        pair: readonly [number, number]
        hashes: Uint8Array[]
      }
      return same(hashes, consistencyProof(p, tree, { from, to }))
    },
  },
  {
    name: 'inclusion-proof',
    structure: 'json',
    seeds: [0, 4, 8].map((index) =>
      json({ index, proof: inclusionProof(p, tree, { index, size: SIZE }).map(toBase64) })
    ),
    take(input) {
      const { index, proof } = (valueOf(input) ?? {}) as { index?: number; proof?: unknown }
      const hashes = proofOf(proof)
      if (typeof index !== 'number' || !hashes) return null
      const leaf = leafHash(p, utf8(leaves[index] ?? ''))
      return verifyInclusion(p, { leaf, index, head: head(SIZE), proof: hashes }) ? { index, hashes } : null
    },
    authentic(accepted) {
      const { index, hashes } = accepted as { index: number; hashes: Uint8Array[] }
      return same(hashes, inclusionProof(p, tree, { index, size: SIZE }))
    },
  },
]

const NOW = 1_795_338_000
const agentKey = fromBase64(keys.agent.key)
const httpSeeds = [['GET', 'https://edge.example/v1/agent/self?a=1', ''], [
  'POST',
  'https://edge.example/v1/agent/poll',
  '{"slots":1}',
]]
  .map(([method = '', address = '', body = '']) => {
    const parameters = { created: NOW, nonce: 'bm9uY2U', keyid: ids.agent }
    const given = { method, url: new URL(address), body: utf8(body), seed: keys.agent.seed, parameters }
    return json({ method, address, body, fields: signRequest(p, given) })
  })

interface Sent {
  readonly method: string
  readonly url: URL
  readonly body: string
  readonly fields: Readonly<Record<string, string>>
}

/** What an HTTP server would have let through. */
function sentOf(input: Uint8Array): Sent | null {
  const { method, address, body, fields } = (valueOf(input) ?? {}) as Record<string, unknown>
  if (typeof method !== 'string' || typeof body !== 'string' || typeof address !== 'string') return null
  if (typeof fields !== 'object' || fields === null || !URL.canParse(address)) return null
  if (Object.values(fields).some((one) => typeof one !== 'string')) return null
  return { method, url: new URL(address), body, fields: fields as Record<string, string> }
}

const requests: Target[] = [{
  name: 'http-signature',
  structure: 'json',
  seeds: httpSeeds,
  take(input) {
    const sent = sentOf(input)
    if (!sent) return null
    const { method, url, body, fields } = sent
    const header = (name: string) => (Object.hasOwn(fields, name) ? fields[name] as string : null)
    const signature = parseSignature(header)
    const message = { method, url, header }
    verifyRequest(p, { message, body: utf8(body), signature, publicKey: agentKey, now: NOW * 1000 })
    const { created, nonce, keyid } = signature
    return { method, host: url.host, path: url.pathname, query: url.search, body, created, nonce, keyid }
  },
  authentic: true,
}]

export const logTargets: readonly Target[] = [...logs, ...proofs, ...requests]
