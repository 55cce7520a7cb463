import { z } from 'zod'
import { distinct, Hash, Id, Key, KeyId, Line, Name, SealingPublic, Suite, Time, Version } from './fields.ts'

const DAY_MS = 86_400_000
/** A trust document that nobody renews stops counting after so many days at most. */
export const MAX_TRUST_DAYS = 400

/** What a signer may sign. */
export const Duty = z.enum(['connections', 'pipelines', 'publish', 'runs'])
export type Duty = z.infer<typeof Duty>

const Projects = z.union([z.tuple([z.literal('*')]), z.array(Id).max(1000).refine(distinct)])

/**
 * `active` ones are sealed to; `retiring` ones still open. `compromised` ones still open as well, and what is sealed to
 * one gets a new data key when it is rewrapped. `retired` ones open nothing.
 */
export const SealingKeyState = z.enum(['active', 'retiring', 'retired', 'compromised'])
export type SealingKeyState = z.infer<typeof SealingKeyState>

export const SealingKey = z.strictObject({
  kid: KeyId,
  suite: Suite,
  pool: Name,
  public: SealingPublic,
  state: SealingKeyState,
})
export type SealingKey = z.infer<typeof SealingKey>

export const Signer = z.strictObject({
  key: Key,
  owner: Line,
  may: z.array(Duty).max(4).refine(distinct),
  projects: Projects,
})
export type Signer = z.infer<typeof Signer>

export const Reader = z.strictObject({
  kid: KeyId,
  suite: Suite,
  public: SealingPublic,
  owner: Line,
  projects: Projects,
})
export type Reader = z.infer<typeof Reader>

/** Agents of a pool come in by a person's approval, or, where they come and go, also by the pool key's word. */
export const EnrolmentRule = z.enum(['approval', 'pool_key'])
export type EnrolmentRule = z.infer<typeof EnrolmentRule>

/** The offline key that the rings are sealed to, and into how many shares its private half was split. */
export const Recovery = z.strictObject({
  kid: KeyId,
  suite: Suite,
  public: SealingPublic,
  shares: z.int().min(2).max(255),
  threshold: z.int().min(2).max(255),
}).refine(({ shares, threshold }) => threshold <= shares, 'the threshold is no more than the shares')
export type Recovery = z.infer<typeof Recovery>

/** The only root of authority of a tenant. Rules between fields stand in FORMAT.md, "Trust document". */
export const TrustDocument = z.strictObject({
  type: z.literal('trust'),
  tenant: Id,
  version: Version,
  previous: Hash.nullable(),
  issued: Time,
  expires: Time,
  roots: z.strictObject({ keys: z.array(Key).min(1).max(32).refine(distinct), threshold: z.int().min(1) }),
  pools: z.array(z.strictObject({ name: Name, key: Key, enrolment: EnrolmentRule })).min(1).max(64),
  sealing_keys: z.array(SealingKey).min(1).max(256),
  signers: z.array(Signer).max(1000),
  readers: z.array(Reader).max(1000),
  recovery: Recovery.nullable(),
  log_key: Key,
  /** SHA-256 of the binaries that may run as agents; where there is none, none is demanded. */
  releases: z.array(Hash).max(64).refine(distinct),
  policy: z.strictObject({ version: Version, commitment: Hash }).nullable(),
}).superRefine((document, context) => {
  for (const message of contradictions(document)) context.addIssue({ code: 'custom', message })
})
export type TrustDocument = z.infer<typeof TrustDocument>

function isOfSuite(key: string, suite: Suite): boolean {
  return (key.length === 44) === (suite === 1)
}

interface Between {
  version: number
  previous: string | null
  issued: string
  expires: string
  roots: { keys: string[]; threshold: number }
  pools: { name: string; key: string }[]
  sealing_keys: SealingKey[]
  signers: Signer[]
  readers: Reader[]
  recovery: Recovery | null
  policy: { version: number } | null
}

function contradictions(document: Between): string[] {
  const { roots, pools, sealing_keys, signers, readers, recovery, policy } = document
  const sealedTo = [...sealing_keys.filter(({ state }) => state === 'active'), ...readers]
  const allKeys = [...sealing_keys, ...readers, ...(recovery === null ? [] : [recovery])]
  const life = Date.parse(document.expires) - Date.parse(document.issued)
  const rules: Record<string, boolean> = {
    'version 1 and only version 1 has no previous': (document.version === 1) === (document.previous === null),
    'expires is after issued, by at most 400 days': life > 0 && life <= MAX_TRUST_DAYS * DAY_MS,
    'the threshold is no more than the root keys': roots.threshold <= roots.keys.length,
    'pool names are distinct': distinct(pools.map(({ name }) => name)),
    'pool keys are distinct': distinct(pools.map(({ key }) => key)),
    'kids are distinct': distinct(allKeys.map(({ kid }) => kid)),
    'public sealing keys are distinct': distinct(allKeys.map((key) => key.public)),
    'a public key has the length of its suite': allKeys.every((key) => isOfSuite(key.public, key.suite)),
    'active sealing keys and readers are of one suite': new Set(sealedTo.map(({ suite }) => suite)).size < 2,
    'sealing keys are of pools that are listed': sealing_keys.every(({ pool }) =>
      pools.some(({ name }) => name === pool)
    ),
    'signers are distinct': distinct(signers.map(({ key }) => key)),
    'the policy is no newer than the document': policy === null || policy.version <= document.version,
  }
  return Object.entries(rules).filter(([, holds]) => !holds).map(([rule]) => rule)
}
