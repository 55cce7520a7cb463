/** The first documents of a tenant: everything that `init` makes, before anything of it leaves the machine. */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { Suite } from '../../shared/schemas/fields.ts'
import type { SealingKey, TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { newPrivateKey, publicKeyOf } from '../../shared/seal/suites.ts'
import { policyRecipients } from '../../shared/trust/recipients.ts'
import type { KeyPair } from '../home.ts'
import { native } from '../primitives.ts'

const dayMs = 86_400_000

/** An Ed25519 pair; for `reader` a pair of the tenant's suite. */
export function newKey(kind: 'root' | 'signer' | 'agent' | 'reader', suite: Suite = 1): KeyPair {
  if (kind === 'reader') {
    const secret = newPrivateKey(native)
    return { private: secret, public: publicKeyOf(native, suite, secret) }
  }
  const secret = native.randomBytes(32)
  return { private: secret, public: native.ed25519.publicKey(secret) }
}

/** A sealing key as it stands in a ring. */
export function newSealingKey(suite: Suite, now: number): Ring['sealing'][number] {
  const secret = newPrivateKey(native)
  return {
    kid: keyId(native, publicKeyOf(native, suite, secret)),
    suite,
    private: toBase64(secret),
    state: 'active',
    created: new Date(now).toISOString(),
  }
}

/** The public half of a ring's sealing key, as it stands in a trust document. */
export function publicSealingKey(
  { kid, suite, private: secret, state }: Ring['sealing'][number],
  pool: string,
): SealingKey {
  return { kid, suite, pool, public: toBase64(publicKeyOf(native, suite, fromBase64(secret))), state }
}

/** A ring without its pin: that is known once the first trust document is. */
export function newRing(
  { tenant, pool, suite, now }: {
    readonly tenant: string
    readonly pool: string
    readonly suite: Suite
    readonly now: number
  },
): Omit<Ring, 'pin'> {
  const secret = () => toBase64(native.randomBytes(32))
  return {
    type: 'ring',
    tenant,
    pool,
    sealing: [newSealingKey(suite, now)],
    pool_key: secret(),
    state_key: secret(),
    mask_key: secret(),
  }
}

export interface FirstTrust {
  readonly ring: Omit<Ring, 'pin'>
  readonly roots: readonly Uint8Array[]
  readonly signer: Uint8Array
  readonly reader: Uint8Array
  /** The person's name. */
  readonly owner: string
  readonly logKey: string
  readonly now: number
  readonly days: number
}

/** Version 1, with no policy yet: one of the root keys signs, the others are spare. */
export function firstTrust(given: FirstTrust): TrustDocument {
  const { ring, roots, signer, reader, owner, logKey, now, days } = given

  return {
    type: 'trust',
    tenant: ring.tenant,
    version: 1,
    previous: null,
    issued: new Date(now).toISOString(),
    expires: new Date(now + days * dayMs).toISOString(),
    roots: { keys: roots.map(toBase64), threshold: 1 },
    pools: [{
      name: ring.pool,
      key: toBase64(native.ed25519.publicKey(fromBase64(ring.pool_key))),
      enrolment: 'approval',
    }],
    sealing_keys: ring.sealing.map((key) => publicSealingKey(key, ring.pool)),
    signers: [{
      key: toBase64(signer),
      owner,
      may: ['connections', 'pipelines', 'publish', 'runs'],
      projects: ['*'],
    }],
    readers: [{
      kid: keyId(native, reader),
      suite: reader.length === 32 ? 1 : 2,
      public: toBase64(reader),
      owner,
      projects: ['*'],
    }],
    log_key: logKey,
    recovery: null,
    releases: [],
    policy: null,
  }
}

/** The document with this policy committed to, and the policy sealed to its pools and readers. */
export function withPolicy(
  document: TrustDocument,
  policy: Policy,
): {
  readonly document: TrustDocument
  readonly policy: { readonly version: number; readonly envelope: string }
} {
  const { tenant, version } = document
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify(policy)))
  const envelope = seal(native, {
    context: { tenant, project: null, type: 'policy', id: tenant, version, schema: schemas.policy },
    plaintext,
    recipients: policyRecipients(document),
  })
  return {
    document: { ...document, policy: { version, commitment } },
    policy: { version, envelope: toBase64(envelope) },
  }
}

export function firstFloor(pin: Pin): Floor {
  const { tenant, version, hash } = pin
  return { type: 'floor', tenant, trust: { version, hash }, index: {}, deny: [] }
}
