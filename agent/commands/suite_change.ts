/** A tenant goes to another suite as a whole: every pool's active key, and every reader. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { SealingPublic, type Suite } from '../../shared/schemas/fields.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { places, readKey, writeKey } from '../home.ts'
import { native } from '../primitives.ts'
import { newKey } from '../trust/new_tenant.ts'
import { withReaderKey } from '../trust/rotation.ts'
import { UsageError } from './shell.ts'

export interface Moves {
  /** The readers' next keys, and no recovery key: it is of the old suite. */
  readonly change: (document: TrustDocument) => TrustDocument
  /** Puts this home's own next reader key in the place of the old one, which stays beside it. */
  readonly settle: () => void
}

/** Throws a UsageError that names whose keys are missing. */
export function settleSuite(
  document: TrustDocument,
  { suite, readers, home }: {
    readonly suite: Suite
    /** `old kid=new public key` */
    readonly readers: readonly string[]
    readonly home: string
  },
): Moves {
  const pools = document.pools.map(({ name }) => name)
  if (pools.length > 1) {
    throw new UsageError(
      `All pools change their suite in one trust document, and this command has the ring of one. There are: ${
        pools.join(', ')
      }. The suite changes only where there is one.`,
    )
  }
  const given = new Map(readers.map((text) => newReader(text, suite)))
  const mine = ownReader(home, suite)
  const missing = document.readers.filter(({ kid, suite: now }) =>
    now !== suite && !given.has(kid) && mine?.old !== kid
  )
  if (missing.length > 0) {
    const names = missing.map(({ owner, kid }) => `${owner} (${kid})`).join(', ')
    throw new UsageError(
      `Readers need keys of suite ${suite} first: ${names}. Each makes one, sallyport keys make --reader --suite ` +
        `${suite}, and you give it: --reader <old key id>=<new public key>`,
    )
  }
  const next = new Map([...given, ...(mine === null ? [] : [[mine.old, mine.public] as const])])
  const change = (one: TrustDocument): TrustDocument => {
    const moved = [...next].reduce(
      (before, [old, key]) =>
        withReaderKey(old, { kid: keyId(native, fromBase64(key)), suite, public: key })(before),
      one,
    )
    return { ...moved, recovery: moved.recovery?.suite === suite ? moved.recovery : null }
  }
  return { change, settle: () => mine?.settle() }
}

function newReader(text: string, suite: Suite): readonly [string, string] {
  const [kid = '', key = ''] = text.split(/=(.*)/s)
  const right = SealingPublic.safeParse(key).success && (key.length === 44 ? 1 : 2) === suite
  if (!right) throw new UsageError(`--reader is <old key id>=<public key of suite ${suite}>.`)
  return [kid, key]
}

/** This home's reader key and the one that follows it, which is made once and kept until it is in force. */
function ownReader(home: string, suite: Suite) {
  const path = join(home, places.reader)
  if (!existsSync(path)) return null
  const old = keyId(native, readKey(path, 'reader').public)
  const nextPath = join(home, 'keys', `reader-suite-${suite}.json`)
  if (!existsSync(nextPath)) writeKey(nextPath, 'reader', { ...newKey('reader', suite), now: Date.now() })
  return {
    old,
    public: toBase64(readKey(nextPath, 'reader').public),
    settle() {
      renameSync(path, join(home, 'keys', `reader-${old}.json`))
      renameSync(nextPath, path)
    },
  }
}
