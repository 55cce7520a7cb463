/**
 * Fetches the chain of trust documents and walks it from the pin. Keeps the documents, and trusts none of them; the
 * policy is not kept: nobody can tell a bad one before it is opened, and it would be read here for good.
 */
import { dirname } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import { type Seen, type Trusted, verifyChain } from '../../shared/trust/chain.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { native } from '../primitives.ts'
import type { TrustVersion } from '../edge_client/agent_edge.ts'

const Cache = z.array(z.strictObject({
  version: z.int(),
  document: Dsse,
}))

/** A verified chain. */
export interface Chain extends Trusted {
  readonly versions: readonly TrustVersion[]
  /** Envelope of the policy that the current document commits to; null when it commits to none or none came. */
  readonly policy: string | null
}

export interface ChainOptions {
  readonly pin: Pin
  /** Places that must lie on the way. */
  readonly seen: readonly Seen[]
  /** Versions after the given one, oldest first; empty when there are no more. Null where no edge is asked. */
  readonly after: ((version: number) => Promise<readonly TrustVersion[]>) | null
  /** A file that saves fetching. What it holds is verified like everything else. */
  readonly cache: string
}

/** A chain that never ends is no chain. */
const mostVersions = 10_000

/** Throws `edge_…` and what `verifyChain` throws; `trust_rolled_back` also by what is kept here. */
export async function walkTrust(options: ChainOptions): Promise<Chain> {
  const { pin, cache } = options
  const kept = readCache(cache, pin)
  const last = kept.newest?.version ?? null
  // The newest one that is known is asked for once more, for its policy.
  const { after } = options
  const fetched = after === null ? [] : await fetchAfter(after, (last ?? pin.version) - 1)
  if (after !== null && last !== null && fetched.length === 0) {
    throw new Fault(
      'trust_rolled_back',
      `Version ${last} was verified here, and the edge no longer shows it.`,
    )
  }
  const begin = fetched[0]?.version ?? Infinity
  const versions = [...kept.versions.filter(({ version }) => version < begin), ...fetched]
  const seen = kept.newest === null ? options.seen : [...options.seen, kept.newest]
  const { document, hash } = verifyChain(native, {
    pin,
    documents: versions.map((one) => one.document),
    seen,
  })
  if (document.version !== last) {
    makePrivateFolder(dirname(cache))
    const documents: z.infer<typeof Cache> = versions.map(({ version, document }) => ({ version, document }))
    writeAtomic(cache, JSON.stringify(documents))
  }
  const policy = document.policy === null ? null : versions.at(-1)?.policy ?? null
  return { document, hash, versions, policy }
}

async function fetchAfter(
  after: NonNullable<ChainOptions['after']>,
  start: number,
): Promise<TrustVersion[]> {
  const all: TrustVersion[] = []
  for (let last = start;;) {
    const some = await after(last)
    for (const { version, document, policy } of some) {
      if (version !== last + 1) {
        throw new Fault('trust_invalid', 'The edge leaves out a version of the trust document.')
      }
      all.push({ version, document, policy })
      last = version
    }
    if (some.length === 0) return all
    if (all.length > mostVersions) {
      throw new Fault('trust_invalid', 'The edge shows trust documents without end.')
    }
  }
}

interface Kept {
  /** Without their policies. */
  readonly versions: readonly TrustVersion[]
  readonly newest: Seen | null
}

/** A cache that cannot be read, or of another pin, is fetched anew. */
function readCache(path: string, pin: Pin): Kept {
  const none: Kept = { versions: [], newest: null }
  const text = readIfThere(path)
  if (text === null) return none
  try {
    const versions = Cache.parse(JSON.parse(text)).map((one) => ({ ...one, policy: null }))
    const documents = versions.map(({ document }) => document)
    const { document: { version }, hash } = verifyChain(native, { pin, documents, seen: [] })
    return { versions, newest: { version, hash } }
  } catch {
    return none
  }
}
