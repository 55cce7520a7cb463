/**
 * The Merkle trees of the tenants' logs. They are derived from the leaves when a checkpoint is asked for, and kept
 * in memory from then on; never in the way of a write.
 */
import { Fault } from '../../shared/faults.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { consistencyProof, inclusionProof, type Proof } from '../../shared/log/proof.ts'
import { Tree } from '../../shared/log/tree.ts'
import type { Primitives } from '../../shared/seal/primitives.ts'
import type { Reader } from '../db/database.ts'
import { type MasterKeys, openColumn, type Place, sealColumn } from '../db/master_keys.ts'
import type { Step } from '../db/plan.ts'
import { leaves, type LogKeyRow, logKeyRow, logSize, moveLogKey } from './store.ts'

/** A tree takes about 200 bytes a leaf; the least recently used is forgotten first. */
const MAX_TREES = 64
const LEAVES_AT_ONCE = 1000

export interface SignedHead {
  /** The signed note. */
  readonly checkpoint: string
  readonly size: number
  readonly root: Uint8Array
}

interface Kept {
  readonly tree: Tree
  head: SignedHead | null
  /** The end of the last growth: one at a time. */
  settled: Promise<void>
}

export interface LogOptions {
  readonly db: Reader
  readonly primitives: Primitives
  readonly master: MasterKeys
}

export class TenantLogs {
  readonly #options: LogOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: LogOptions) {
    this.#options = options
  }

  /** The newest checkpoint, over every leaf that is committed. Throws Fault `not_found` without such a tenant. */
  async checkpoint(tenant: string): Promise<SignedHead> {
    for (;;) {
      const before = await this.#logKey(tenant)
      const kept = await this.#grown(tenant)
      const { tree } = kept
      if (kept.head?.size === tree.size) return kept.head
      const head = { size: tree.size, root: tree.root() }
      const now = await this.#logKey(tenant)
      // A key never comes back: the same one before and after was in force at this size.
      if (now.log_key_sealed !== before.log_key_sealed) continue
      const seed = openLogKey(this.#options, tenant, now.log_key_sealed)
      const checkpoint = signCheckpoint(this.#options.primitives, { origin: logOrigin(tenant), head, seed })
      kept.head = { checkpoint, ...head }
      return kept.head
    }
  }

  /** RFC 9162 section 2.1.4. Throws Fault `not_found` for sizes that the log does not have. */
  async consistency(tenant: string, between: { readonly from: number; readonly to: number }): Promise<Proof> {
    const { tree } = await this.#grown(tenant)
    if (between.from > between.to || between.to > tree.size) throw new Fault('not_found')
    return consistencyProof(this.#options.primitives, tree, between)
  }

  /** RFC 9162 section 2.1.3. Throws Fault `not_found` for an index or size that the log does not have. */
  async inclusion(
    tenant: string,
    at: { readonly index: number; readonly size: number },
  ): Promise<{ readonly leafHash: Uint8Array; readonly proof: Proof }> {
    const { tree } = await this.#grown(tenant)
    if (at.index >= at.size || at.size > tree.size) throw new Fault('not_found')
    return { leafHash: tree.node(0, at.index), proof: inclusionProof(this.#options.primitives, tree, at) }
  }

  async #grown(tenant: string): Promise<Kept> {
    const kept = this.#kept.get(tenant) ??
      { tree: new Tree(this.#options.primitives), head: null, settled: Promise.resolve() }
    this.#kept.delete(tenant)
    this.#kept.set(tenant, kept)
    if (this.#kept.size > MAX_TREES) this.#kept.delete(this.#kept.keys().next().value as string)
    kept.settled = kept.settled.catch(() => {}).then(() => this.#grow(kept.tree, tenant))
    await kept.settled
    return kept
  }

  async #grow(tree: Tree, tenant: string): Promise<void> {
    const { db } = this.#options
    const end = await logSize(db, tenant)
    while (tree.size < end) {
      const more = await leaves(db, tenant, { start: tree.size, end, take: LEAVES_AT_ONCE })
      if (more.length === 0) throw new Fault('internal', undefined, { cause: new Error('a leaf is missing') })
      for (const leaf of more) tree.append(leaf)
    }
  }

  async #logKey(tenant: string): Promise<LogKeyRow> {
    const row = await logKeyRow(this.#options.db, tenant)
    if (row === null) throw new Fault('not_found')
    return row
  }
}

export type LogKeyOptions = Pick<LogOptions, 'primitives' | 'master'>

function openLogKey({ primitives, master }: LogKeyOptions, tenant: string, sealed: string): Uint8Array {
  return openColumn(primitives, master, { place: logKeyPlace(tenant), sealed })
}

const logKeyPlace = (tenant: string): Place => ['tenant', 'log_key_sealed', tenant]
const nextLogKeyPlace = (tenant: string): Place => ['tenant', 'next_log_key_sealed', tenant]

/** A key that a trust document may name next. */
export function nextLogKey(
  { primitives, master }: LogKeyOptions,
  tenant: string,
): { readonly publicKey: Uint8Array; readonly sealed: string } {
  const seed = primitives.randomBytes(32)
  return {
    publicKey: primitives.ed25519.publicKey(seed),
    sealed: sealColumn(primitives, master, { place: nextLogKeyPlace(tenant), plaintext: seed }),
  }
}

/** The step that goes with a trust document that names the next log key: from that commit on it signs. */
export function promoteLogKey({ primitives, master }: LogKeyOptions, tenant: string, row: LogKeyRow): Step {
  const { next_log_key: to, next_log_key_sealed: sealed } = row
  if (to === null || sealed === null) throw new Fault('log_key_mismatch')
  const plaintext = openColumn(primitives, master, { place: nextLogKeyPlace(tenant), sealed })
  return moveLogKey(tenant, {
    to,
    sealed: sealColumn(primitives, master, { place: logKeyPlace(tenant), plaintext }),
  })
}

/** A new log key: the public half in the clear, the seed under the newest master key. */
export function newLogKey(
  p: Primitives,
  master: MasterKeys,
  tenant: string,
): { readonly log_key: Uint8Array; readonly log_key_sealed: string } {
  const seed = p.randomBytes(32)
  return {
    log_key: p.ed25519.publicKey(seed),
    log_key_sealed: sealColumn(p, master, { place: logKeyPlace(tenant), plaintext: seed }),
  }
}
