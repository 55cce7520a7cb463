/** A tenant's audit log as its agents see it: every checkpoint continues the one before, and is of what stands there. */
import { equal, fromBase64 } from '../../shared/bytes.ts'
import { type Checkpoint, logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
import { Frontier } from '../../shared/log/tree.ts'
import type { AgentCheckpoint } from '../../shared/schemas/agent.ts'
import { native } from '../primitives.ts'
import type { TrustOf } from './base.ts'
import type { Database } from './database.ts'
import { Violation } from './violation.ts'

export class LogWatch {
  readonly #of: TrustOf
  #newest: Checkpoint | null = null
  /** Checkpoints that were verified. */
  count = 0

  constructor(of: TrustOf) {
    this.#of = of
  }

  /** Of the newest checkpoint; 0 before the first. */
  get size(): number {
    return this.#newest?.size ?? 0
  }

  /** What an agent was shown when it had said that its anchor is at `from`. Throws a Violation. */
  saw(from: number, { checkpoint: note, consistency }: AgentCheckpoint): void {
    const { tenant, document } = this.#of
    // Others of its pool have stored a newer one meanwhile: nothing that came fits it.
    if (from !== this.size) return
    const log = { name: logOrigin(tenant), publicKey: fromBase64(document.log_key) }
    const after = openCheckpoint(native, note, log)
    const before = this.#newest
    const proof = consistency.map((hash) => fromBase64(hash))
    if (before !== null && !verifyConsistency(native, { from: before, to: after, proof })) {
      throw new Violation(`the audit log of ${after.size} entries does not continue that of ${before.size}`)
    }
    this.#newest = after
    this.count++
  }

  /** The log as it stands begins with what was shown. Throws a Violation. */
  async check(database: Database): Promise<void> {
    const seen = this.#newest
    if (seen === null) return
    const rows = await database.rows(
      'SELECT bytes FROM audit_leaf WHERE tenant = ? AND seq < ? ORDER BY seq',
      [this.#of.tenant, seen.size],
    )
    const tree = new Frontier(native)
    for (const { bytes } of rows) tree.append(bytes as Uint8Array)
    if (tree.size !== seen.size || !equal(tree.root(), seen.root)) {
      throw new Violation(`the audit log is not what its checkpoint of ${seen.size} entries says`)
    }
  }
}
