/** Fetches the chain of trust documents and walks it from the pin; keeps what was fetched, and trusts none of it. */
import { dirname } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { Base64 } from '../../shared/schemas/fields.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import { type Seen, type Trusted, verifyChain } from '../../shared/trust/chain.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { native } from '../primitives.ts'
import type { TrustVersion } from '../edge_client/agent_edge.ts'

const Cache = z.array(z.strictObject({
  version: z.int(),
  document: Dsse,
  policy: Base64.nullable(),
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
  /** Versions after the given one, oldest first; empty when there are no more. */
  readonly after: (version: number) => Promise<readonly TrustVersion[]>
  /** A file that saves fetching. What it holds is verified like everything else. */
  readonly cache: string
}

/** A chain that never ends is no chain. */
const mostVersions = 10_000

/** Throws `edge_…` and what `verifyChain` throws. */
export async function walkTrust(options: ChainOptions): Promise<Chain> {
  const { pin, seen, cache } = options
  const kept = readCache(cache, pin)
  const fetched = await fetchAfter(options, kept.at(-1)?.version ?? pin.version - 1)
  const versions = [...kept, ...fetched]
  const { document, hash } = verifyChain(native, {
    pin,
    documents: versions.map((one) => one.document),
    seen,
  })
  const policy = document.policy === null ? null : versions.at(-1)?.policy ?? null
  // Without its policy the chain is fetched again next time: what was withheld once may come later.
  if (fetched.length > 0 && (policy !== null || document.policy === null)) {
    makePrivateFolder(dirname(cache))
    writeAtomic(cache, JSON.stringify(versions))
  }
  return { document, hash, versions, policy }
}

async function fetchAfter({ after }: ChainOptions, start: number): Promise<TrustVersion[]> {
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

/** A cache that cannot be read, or of another pin, is fetched anew. */
function readCache(path: string, pin: Pin): TrustVersion[] {
  const text = readIfThere(path)
  if (text === null) return []
  try {
    const versions = Cache.parse(JSON.parse(text))
    verifyChain(native, { pin, documents: versions.map(({ document }) => document), seen: [] })
    return versions
  } catch {
    return []
  }
}
