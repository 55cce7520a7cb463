/** What a record costs: sealed and signed, verified and opened, rewrapped, against one native X25519 in the same run. */
import { CryptoHasher } from 'bun'
import * as crypto from 'node:crypto'
import { toBase64, toHex } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import type { Connection } from '../../shared/schemas/connection.ts'
import type { Context } from '../../shared/seal/context.ts'
import { open, rewrap, seal } from '../../shared/seal/envelope.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { nobleChaCha20Poly1305 } from '../../shared/seal/noble.ts'
import { commit, uncommit } from '../../shared/seal/record.ts'
import { newPrivateKey, publicKeyOf } from '../../shared/seal/suites.ts'
import { signDocument, verifyDocument } from '../../shared/sign/documents.ts'
import { median, type Row } from './row.ts'

const RUNS = 15
const RUN_MS = 100
const BODY_BYTES = 1024
const AIM = 0.2
const REWRAPS = 8000

interface Measured {
  readonly value: number
  readonly ratio: number
}

const share = { aim: '≥ 0.2 of it', met: ({ ratio }: Measured) => ratio >= AIM }

/** As in agent/primitives.ts. */
const p = nativeOn(crypto, { chacha20Poly1305: nobleChaCha20Poly1305, hasher: CryptoHasher })

/** Calls a second over about `RUN_MS`. */
function rate(act: () => void): number {
  const start = performance.now()
  let calls = 0
  do {
    for (let i = 0; i < 20; i++) act()
    calls += 20
  } while (performance.now() - start < RUN_MS)
  return (calls * 1000) / (performance.now() - start)
}

/** A connection as it is added and as it is used: 1 KiB of body, committed, sealed to one pool, signed by one key. */
function work() {
  const [privateKey, next, signer] = [newPrivateKey(p), newPrivateKey(p), p.randomBytes(32)]
  const recipients = [{ suite: 1 as const, publicKey: publicKeyOf(p, 1, privateKey) }]
  const nextPublicKey = publicKeyOf(p, 1, next)
  const body = p.randomBytes(BODY_BYTES)
  const [tenant, project, id] = [1, 2, 3].map(() => newId(Date.now(), p.randomBytes)) as [
    string,
    string,
    string,
  ]
  const context: Context = { tenant, project, type: 'connection', id, version: 1, schema: 'connection/1' }
  const fixed = {
    type: 'connection',
    tenant,
    project,
    id,
    version: 1,
    name: 'shop',
    kind: 'postgres',
  } as const
  const rest = { pools: ['default'], owner: null, account: null }
  const keys = [{ suite: 1 as const, privateKey }]
  const signerKeys = [p.ed25519.publicKey(signer)]
  const sealAndSign = () => {
    const { plaintext, commitment } = commit(p, body)
    const document: Connection = { ...fixed, ...rest, commitment }
    const { dsse } = signDocument(p, { type: 'connection', document, seeds: [signer] })
    return { dsse, envelope: seal(p, { context, plaintext, recipients }) }
  }
  const sealed = sealAndSign()
  const verifyAndOpen = () => {
    const given = { type: 'connection', dsse: sealed.dsse, keys: signerKeys, threshold: 1 } as const
    const { document } = verifyDocument(p, given)
    const plaintext = open(p, { context, envelope: sealed.envelope, keys })
    return uncommit(p, { plaintext, commitment: document.commitment })
  }
  /** To a key that is read anew for each record, as it is from a trust document. */
  const rewrapOne = () => {
    const to = [{ suite: 1 as const, publicKey: nextPublicKey.slice() }]
    return rewrap(p, { context, envelope: sealed.envelope, keys, recipients: to })
  }
  if (toHex(verifyAndOpen()) !== toHex(body)) throw new Error(`opened something else: ${toBase64(body)}`)
  return [
    { name: 'seal and sign 1 KiB', act: sealAndSign, ...share },
    { name: 'verify and open 1 KiB', act: verifyAndOpen, ...share },
    {
      name: 'rewrap 1 KiB',
      act: rewrapOne,
      aim: '≥ 8,000/s',
      met: ({ value }: Measured) => value >= REWRAPS,
    },
  ]
}

/** The floor: one X25519 of the runtime's own library, its key handles made beforehand. */
function bareX25519() {
  const [mine, theirs] = [crypto.generateKeyPairSync('x25519'), crypto.generateKeyPairSync('x25519')]
  return () => {
    crypto.diffieHellman({ privateKey: mine.privateKey, publicKey: theirs.publicKey })
  }
}

/** Rates and their shares of the floor, the floor measured beside each of them. */
export async function bench(): Promise<Row[]> {
  const x25519 = bareX25519()
  return work().map(({ name, act, aim, met }) => {
    rate(x25519)
    rate(act)
    const pairs = Array.from({ length: RUNS }, () => ({ floor: rate(x25519), value: rate(act) }))
    const values = pairs.map(({ value }) => value)
    const ratio = median(pairs.map(({ value, floor }) => value / floor))
    return {
      name,
      value: Math.round(median(values)),
      unit: 'records/s',
      runs: RUNS,
      min: Math.round(Math.min(...values)),
      max: Math.round(Math.max(...values)),
      against: `one native X25519, ${Math.round(median(pairs.map(({ floor }) => floor)))}/s`,
      ratio: Math.round(ratio * 1000) / 1000,
      aim,
      met: met({ value: median(values), ratio }),
    }
  })
}
