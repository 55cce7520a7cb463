/** Every key that the trust document names, what this machine holds of them, and what the edge counts by them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { KeySummary } from '../../shared/schemas/key_record.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { SealingKeyState, TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { answer, type Edge } from '../edge_client/edge_client.ts'
import { type KeyKind, readKey } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { native } from '../primitives.ts'
import { loadRing } from '../trust/ring.ts'
import type { Chain } from '../trust/trust_chain.ts'
import { shaped } from './edge_reply.ts'
import type { Shell } from './shell.ts'

const dayMs = 86_400_000

export interface ListedKey {
  readonly use: 'root' | 'signer' | 'sealing' | 'reader' | 'recovery' | 'log' | 'pool'
  readonly id: string
  readonly public: string
  readonly whose: string
  /** Where its private half lies on this machine, or null. */
  readonly here: string | null
  readonly listed: boolean
  /** Of sealing keys. */
  readonly state?: SealingKeyState
  readonly pool?: string
  readonly suite?: number
  /** When the first trust document that lists it was issued, or the pinned one. */
  readonly since?: string
  readonly age_days?: number
  /** What the edge counts; absent where it does not say. */
  readonly records?: number
  readonly holders?: readonly { readonly agent: string; readonly proven: string }[]
}

interface Here {
  readonly use: ListedKey['use']
  readonly path: string
  readonly public: string
}

/** The private keys of this machine: key files of the home folder, and the ring where it is given and can be read. */
export function keysHere(home: string, ring: { readonly ring: Ring; readonly place: string } | null): Here[] {
  const folder = join(home, 'keys')
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const own = files.map((name): Here => {
    const kind = (['root', 'signer', 'reader'] as const).find((one) => name.startsWith(one)) ?? 'signer'
    const path = join(folder, name)
    return { use: kind, path, public: toBase64(readKey(path, kind satisfies KeyKind).public) }
  })
  if (ring === null) return own
  const { sealing, pool_key } = ring.ring
  return [
    ...own,
    ...sealing.map(({ suite, private: secret }): Here => ({
      use: 'sealing',
      path: ring.place,
      public: toBase64(publicKeyOf(native, suite, fromBase64(secret))),
    })),
    { use: 'pool', path: ring.place, public: toBase64(native.ed25519.publicKey(fromBase64(pool_key))) },
  ]
}

/** The ring of this machine's keystore; null where there is none in its file. */
export async function ringHere(
  { env }: Shell,
  keystore: string,
): Promise<{ readonly ring: Ring; readonly place: string } | null> {
  if (keystore.startsWith('file:') && !existsSync(keystore.slice('file:'.length))) return null
  const store = keystoreAt(keystore, env)
  return { ring: await loadRing(store), place: store.place }
}

/** In the order of the trust document; keys of this machine that it does not name come last. */
export function inventory(chain: Chain, mine: readonly Here[], now: number): ListedKey[] {
  const { document } = chain
  const id = (key: string) => keyId(native, fromBase64(key))
  const listed = (use: ListedKey['use'], key: string, whose: string): ListedKey => ({
    use,
    id: id(key),
    public: key,
    whose,
    here: mine.find((one) => one.public === key)?.path ?? null,
    listed: true,
  })
  const since = sinceOf(chain)
  const all = [
    ...document.roots.keys.map((key) => listed('root', key, 'root')),
    ...document.signers.map(({ key, owner }) => listed('signer', key, owner)),
    ...document.pools.map(({ key, name }) => listed('pool', key, `pool ${name}`)),
    ...document.sealing_keys.map(({ kid, pool, state, suite, public: key }): ListedKey => {
      const from = since.get(kid) ?? document.issued
      const age = Math.max(0, Math.floor((now - Date.parse(from)) / dayMs))
      const one = listed('sealing', key, `pool ${pool}, ${state}`)
      return { ...one, state, pool, suite, since: from, age_days: age }
    }),
    ...document.readers.map((key) => listed('reader', key.public, key.owner)),
    ...(document.recovery === null
      ? []
      : [listed('recovery', document.recovery.public, recoveryText(document))]),
    listed('log', document.log_key, 'the edge'),
  ]
  const others = mine.filter((one) => !all.some((key) => key.public === one.public)).map((
    one,
  ): ListedKey => ({
    use: one.use,
    id: id(one.public),
    public: one.public,
    whose: 'not in the trust document',
    here: one.path,
    listed: false,
  }))
  return [...all, ...others]
}

function recoveryText({ recovery }: TrustDocument): string {
  return recovery === null ? '' : `any ${recovery.threshold} of ${recovery.shares} shares`
}

/** By the verified chain, not by the edge: when each sealing key came into it. */
function sinceOf({ versions }: Chain): ReadonlyMap<string, string> {
  const since = new Map<string, string>()
  for (const { document: dsse } of versions) {
    const { document } = readUnverified(native, 'trust', dsse)
    for (const { kid } of document.sealing_keys) if (!since.has(kid)) since.set(kid, document.issued)
  }
  return since
}

/** With what the edge counts by each sealing key, where it says so and this token may see it. */
export async function counted(keys: readonly ListedKey[], edge: Edge): Promise<ListedKey[]> {
  const shown = await shownKeys(edge)
  return keys.map((key) => {
    const one = key.use === 'sealing' ? shown?.find(({ kid }) => kid === key.id) : undefined
    return one === undefined ? key : { ...key, records: one.records, holders: one.holders }
  })
}

/** The edge's own list of sealing keys. Throws `edge_…`. */
export async function edgeKeys(edge: Edge, signal = new AbortController().signal): Promise<KeySummary[]> {
  const { data } = await answer(edge.GET('/v1/keys', { signal }))
  return shaped(z.array(KeySummary), data)
}

/** Null where the edge does not say. */
async function shownKeys(edge: Edge) {
  try {
    return await edgeKeys(edge)
  } catch (error) {
    if (error instanceof Fault && error.class === 'request') return null
    throw error
  }
}
