/** Changes of a trust document: each takes one and returns the next, or throws `invalid_setting` saying why not. */
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Hash, Id, Key, Name, SealingPublic } from '../../shared/schemas/fields.ts'
import {
  Duty,
  EnrolmentRule,
  MAX_TRUST_DAYS,
  type Reader,
  type Signer,
  type TrustDocument,
} from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { native } from '../primitives.ts'

type Edit = (document: TrustDocument) => TrustDocument

function refuse(message: string): never {
  throw new Fault('invalid_setting', message)
}

const idOf = (key: string) => keyId(native, fromBase64(key))
/** By key id or public key. */
const is = (key: string, wanted: string) => key === wanted || idOf(key) === wanted

function ed25519Key(text: string): string {
  if (!Key.safeParse(text).success) {
    refuse(`${text} is no public key in base64: sallyport keys list shows them.`)
  }
  return text
}

function projectsOf(text: string): Signer['projects'] {
  if (text === '*') return ['*']
  const ids = words(text)
  const wrong = ids.find((id) => !Id.safeParse(id).success)
  if (wrong !== undefined || ids.length === 0) {
    refuse(`${wrong ?? 'nothing'} is no project's id; give ids, or * for all projects.`)
  }
  return ids
}

function words(text: string): string[] {
  return text.split(',').map((one) => one.trim()).filter((one) => one !== '')
}

/** Also changes what a signer that is listed already may do. */
export function withSigner(
  given: { readonly key: string; readonly owner: string; readonly may: string; readonly projects: string },
): Edit {
  const may = words(given.may)
  const unknown = may.find((one) => !Duty.safeParse(one).success)
  if (unknown !== undefined) refuse(`${unknown} is no duty; there are ${Duty.options.join(', ')}.`)
  const key = ed25519Key(given.key)
  const signer: Signer = { key, owner: given.owner, may: may as Duty[], projects: projectsOf(given.projects) }
  return (document) => ({
    ...document,
    signers: [...document.signers.filter((one) => one.key !== key), signer],
  })
}

export function withoutSigner(wanted: string): Edit {
  return (document) => ({
    ...document,
    signers: without(document.signers, wanted, 'signer', ({ key }) => key),
  })
}

function without<T>(all: readonly T[], wanted: string, what: string, keyOf: (one: T) => string): T[] {
  const left = all.filter((one) => !is(keyOf(one), wanted))
  if (left.length === all.length) {
    refuse(`The trust document lists no ${what} ${wanted}: sallyport trust show`)
  }
  return left
}

export function withReader(
  given: { readonly key: string; readonly owner: string; readonly projects: string },
): Edit {
  const { key, owner } = given
  if (!SealingPublic.safeParse(key).success) {
    refuse(`${key.slice(0, 60)} is no reader's public key in base64.`)
  }
  const reader: Reader = {
    kid: idOf(key),
    suite: key.length === 44 ? 1 : 2,
    public: key,
    owner,
    projects: projectsOf(given.projects),
  }
  return (document) => ({
    ...document,
    readers: [...document.readers.filter((one) => one.public !== key), reader],
  })
}

export function withoutReader(wanted: string): Edit {
  return (document) => ({
    ...document,
    readers: without(document.readers, wanted, 'reader', (one) => one.public),
  })
}

export function withRoot(key: string): Edit {
  ed25519Key(key)
  return (document) => {
    if (document.roots.keys.includes(key)) refuse(`${idOf(key)} is a root key already.`)
    return { ...document, roots: { ...document.roots, keys: [...document.roots.keys, key] } }
  }
}

export function withoutRoot(wanted: string): Edit {
  return (document) => ({
    ...document,
    roots: { ...document.roots, keys: without(document.roots.keys, wanted, 'root key', (key) => key) },
  })
}

/** How many of the root keys have to sign. Last of all edits, as it is held against the keys that are left. */
export function withThreshold(text: string | undefined): Edit {
  return (document) => {
    const { keys, threshold: was } = document.roots
    const threshold = text === undefined ? was : Number(text)
    if (!Number.isInteger(threshold) || threshold < 1 || threshold > keys.length) {
      refuse(`A threshold of ${text ?? was} does not fit ${keys.length} root keys: give --threshold.`)
    }
    return { ...document, roots: { keys, threshold } }
  }
}

/** `pool=approval` or `pool=pool_key`. */
export function withEnrolment(text: string): Edit {
  const [name = '', rule = ''] = text.split('=')
  const parsed = EnrolmentRule.safeParse(rule)
  if (!parsed.success) refuse(`Give the rule as POOL=${EnrolmentRule.options.join(' or POOL=')}.`)
  return (document) => {
    if (!document.pools.some((pool) => pool.name === name)) refuse(`There is no pool ${name}.`)
    const pools = document.pools.map((pool) =>
      pool.name === name ? { ...pool, enrolment: parsed.data } : pool
    )
    return { ...document, pools }
  }
}

export interface NewPool {
  readonly name: string
  /** Public half of the pool key, base64. */
  readonly key: string
  readonly enrolment: EnrolmentRule
  readonly sealing: TrustDocument['sealing_keys'][number]
}

export function withPool({ name, key, enrolment, sealing }: NewPool): Edit {
  if (!Name.safeParse(name).success) refuse(`${name} cannot be a pool's name: letters, digits, . _ - alone.`)
  return (document) => {
    if (document.pools.some((pool) => pool.name === name)) refuse(`There is a pool ${name} already.`)
    return {
      ...document,
      pools: [...document.pools, { name, key, enrolment }],
      sealing_keys: [...document.sealing_keys, sealing],
    }
  }
}

/** The pool, and its sealing keys with it: what is sealed to them alone nobody opens any more. */
export function withoutPool(name: string): Edit {
  return (document) => {
    const pools = document.pools.filter((pool) => pool.name !== name)
    if (pools.length === document.pools.length) refuse(`There is no pool ${name}.`)
    if (pools.length === 0) refuse('The last pool stays.')
    return { ...document, pools, sealing_keys: document.sealing_keys.filter(({ pool }) => pool !== name) }
  }
}

export function withRelease(digest: string): Edit {
  if (!Hash.safeParse(digest).success) refuse(`${digest} is no SHA-256 in hex; sha256sum prints it.`)
  return (document) => ({
    ...document,
    releases: [...document.releases.filter((one) => one !== digest), digest],
  })
}

export function withoutRelease(digest: string): Edit {
  return (document) => {
    const releases = document.releases.filter((one) => one !== digest)
    if (releases.length === document.releases.length) refuse(`The trust document lists no release ${digest}.`)
    return { ...document, releases }
  }
}

/** The key under which the edge signs checkpoints from this version on. */
export function withLogKey(key: string): Edit {
  ed25519Key(key)
  return (document) => ({ ...document, log_key: key })
}

/** `issued` is now; `days` from then on the document expires, or when it would have without. */
export function withTimes(now: number, days: string | undefined): Edit {
  return (document) => {
    const issued = new Date(now).toISOString()
    if (days === undefined) return { ...document, issued }
    const count = Number(days)
    if (!Number.isInteger(count) || count < 1 || count > MAX_TRUST_DAYS) {
      refuse(`A trust document counts for 1 to ${MAX_TRUST_DAYS} days.`)
    }
    return { ...document, issued, expires: new Date(now + count * 86_400_000).toISOString() }
  }
}

/** One edit after the other. */
export function edited(document: TrustDocument, edits: readonly Edit[]): TrustDocument {
  return edits.reduce((one, edit) => edit(one), document)
}
