/** Who a record is sealed to. Computed from the verified trust document; no job and no envelope has a say in it. */
import { fromBase64 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import type { Connection, ConnectionBody } from '../schemas/connection.ts'
import type { Pipeline } from '../schemas/pipeline.ts'
import type { Catalogue, Inspection } from '../schemas/inspection.ts'
import type { RunLog } from '../schemas/receipt.ts'
import type { Suite } from '../schemas/fields.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import type { Recipient } from '../seal/envelope.ts'

/** The suite of a tenant: that of its active keys and readers, which is one. Throws `trust_invalid` without any. */
export function suiteOf(trust: TrustDocument): Suite {
  const key = trust.sealing_keys.find(({ state }) => state === 'active')
  if (key === undefined) throw new Fault('trust_invalid', 'The trust document has no active sealing key.')
  return key.suite
}

function agentsOf(trust: TrustDocument, pools: readonly string[]): Recipient[] {
  return pools.flatMap((pool) => {
    const active = trust.sealing_keys.filter((key) => key.pool === pool && key.state === 'active')
    if (active.length === 0) throw new Fault('wrong_pool', `The pool ${pool} has no active sealing key.`)
    return active.map((key): Recipient => ({ suite: key.suite, publicKey: fromBase64(key.public) }))
  })
}

function readersOf(trust: TrustDocument, project: string | null): Recipient[] {
  return trust.readers
    .filter(({ projects }) => {
      const all: readonly string[] = projects
      return all.includes('*') || (project !== null && all.includes(project))
    })
    .map(({ suite, public: key }) => ({ suite, publicKey: fromBase64(key) }))
}

/** Credentials: the active keys of the named pools, and nobody's else. Throws `wrong_pool` where one has none. */
export function connectionRecipients(
  trust: TrustDocument,
  { pools }: Pick<Connection, 'pools'>,
): Recipient[] {
  return agentsOf(trust, pools)
}

/**
 * Throws `commitment_mismatch` when the pools that a connection was sealed for are not those of its document: somebody
 * who may sign, and cannot open, has put another pool there.
 */
export function checkSealedPools(
  { pools: sealed }: ConnectionBody,
  { pools }: Pick<Connection, 'pools'>,
): void {
  if (sealed.toSorted().join() === pools.toSorted().join()) return
  throw new Fault('commitment_mismatch', 'The connection was sealed for other pools than its document names.')
}

/** The pool that runs it, and the people who may read that project. */
export function pipelineRecipients(
  trust: TrustDocument,
  { pool, project }: Pick<Pipeline, 'pool' | 'project'>,
): Recipient[] {
  return [...agentsOf(trust, [pool]), ...readersOf(trust, project)]
}

/** The pool that wrote it, so that it can be passed on to readers who come later, and the project's readers. */
export function logRecipients(
  trust: TrustDocument,
  { pool, project }: Pick<RunLog, 'pool' | 'project'>,
): Recipient[] {
  return pipelineRecipients(trust, { pool, project })
}

/** The order of a pool: its agents alone. */
export function inspectionRecipients(trust: TrustDocument, { pool }: Pick<Inspection, 'pool'>): Recipient[] {
  return agentsOf(trust, [pool])
}

/**
 * The project's readers and nobody else: what was found out is not rewrapped for who comes later, it is found out again.
 * Throws `readers_missing` where there is none.
 */
export function catalogueRecipients(
  trust: TrustDocument,
  { project }: Pick<Catalogue, 'project'>,
): Recipient[] {
  const readers = readersOf(trust, project)
  if (readers.length === 0) throw new Fault('readers_missing')
  return readers
}

/** Every pool, and the people who may read every project. */
export function policyRecipients(trust: TrustDocument): Recipient[] {
  return [...agentsOf(trust, trust.pools.map(({ name }) => name)), ...readersOf(trust, null)]
}
