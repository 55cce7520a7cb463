/** What changes from one trust document to the next, in lines that a person reads before signing. */
import { fromBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { native } from '../primitives.ts'

/** `+` comes, `-` goes, `~` changes. */
export interface Difference {
  readonly sign: '+' | '-' | '~'
  readonly text: string
}

/** Things of one kind, by what makes one the same as before, with what is said about it. */
type Things = ReadonlyMap<string, string>

/** Of the key itself: what a draft calls it is only its word. */
const idOf = (key: string) => keyId(native, fromBase64(key))

/** Everything but `version` and `previous`, which always change; empty when nothing else does. */
export function differences(before: TrustDocument, next: TrustDocument): readonly Difference[] {
  return [
    ...single('issued', before.issued, next.issued),
    ...single('expires', before.expires, next.expires),
    ...single('signatures of roots that it takes', before.roots.threshold, next.roots.threshold),
    ...both(before, next, rootsOf),
    ...both(before, next, poolsOf),
    ...both(before, next, sealingKeysOf),
    ...both(before, next, signersOf),
    ...both(before, next, readersOf),
    ...both(before, next, recoveryOf),
    ...single('log key', idOf(before.log_key), idOf(next.log_key)),
    ...both(before, next, releasesOf),
    ...single('policy', policyOf(before), policyOf(next)),
  ]
}

/** The whole of a first document, which follows nothing: all that is in it has come. */
export function contents(first: TrustDocument): readonly Difference[] {
  const nothing: TrustDocument = {
    ...first,
    roots: { ...first.roots, keys: [] },
    pools: [],
    sealing_keys: [],
    signers: [],
    readers: [],
    recovery: null,
    releases: [],
    policy: null,
  }
  const { issued, expires, roots: { threshold }, log_key } = first
  const facts = [
    `issued: ${issued}`,
    `expires: ${expires}`,
    `signatures of roots that it takes: ${threshold}`,
  ]
  return [
    ...[...facts, `log key: ${idOf(log_key)}`].map((text): Difference => ({ sign: '+', text })),
    ...differences(nothing, first),
  ]
}

export function differenceText(all: readonly Difference[]): string {
  return all.map(({ sign, text }) => `  ${sign} ${text}`).join('\n')
}

function single(what: string, before: string | number, next: string | number): Difference[] {
  return before === next ? [] : [{ sign: '~', text: `${what}: ${before} → ${next}` }]
}

function both(
  before: TrustDocument,
  next: TrustDocument,
  read: (document: TrustDocument) => Things,
): Difference[] {
  const [was, is] = [read(before), read(next)]
  const gone = [...was].filter(([id]) => !is.has(id)).map(([, text]): Difference => ({ sign: '-', text }))
  const come = [...is].filter(([id]) => !was.has(id)).map(([, text]): Difference => ({ sign: '+', text }))
  const changed = [...is].filter(([id, text]) => was.has(id) && was.get(id) !== text)
    .flatMap(([id, text]): Difference[] => [
      { sign: '-', text: was.get(id) as string },
      { sign: '+', text },
    ])
  return [...gone, ...changed, ...come]
}

const rootsOf = ({ roots }: TrustDocument): Things =>
  new Map(roots.keys.map((key) => [key, `root key ${idOf(key)}`]))

const poolsOf = ({ pools }: TrustDocument): Things =>
  new Map(pools.map(({ name, key, enrolment }) => {
    const how = enrolment === 'approval' ? 'a person approves its agents' : 'its key vouches for its agents'
    return [name, `pool ${name}, key ${idOf(key)}: ${how}`]
  }))

const sealingKeysOf = ({ sealing_keys }: TrustDocument): Things =>
  new Map(sealing_keys.map(({ public: key, pool, state, suite }) => [
    key,
    `sealing key ${idOf(key)} of pool ${pool}: ${state}${suite === 1 ? '' : `, suite ${suite}`}`,
  ]))

const signersOf = ({ signers }: TrustDocument): Things =>
  new Map(signers.map(({ key, owner, may, projects }) => [
    key,
    `signer ${owner}, key ${idOf(key)}: may sign ${may.join(', ') || 'nothing'} in ${where(projects)}`,
  ]))

const readersOf = ({ readers }: TrustDocument): Things =>
  new Map(readers.map(({ public: key, owner, projects, suite }) => [
    key,
    `reader ${owner}, key ${idOf(key)}${suite === 1 ? '' : `, suite ${suite}`}: reads ${where(projects)}`,
  ]))

const recoveryOf = ({ recovery }: TrustDocument): Things =>
  new Map(
    recovery === null ? [] : [[
      recovery.public,
      `recovery key ${idOf(recovery.public)}: ${recovery.threshold} of ${recovery.shares} shares`,
    ]],
  )

const releasesOf = ({ releases }: TrustDocument): Things =>
  new Map(releases.map((digest) => [digest, `release ${digest}`]))

function policyOf({ policy }: TrustDocument): string {
  return policy === null ? 'none' : `of version ${policy.version} (${policy.commitment.slice(0, 16)}…)`
}

function where(projects: readonly string[]): string {
  if (projects.includes('*')) return 'every project'
  return projects.length === 0 ? 'no project' : projects.join(', ')
}
