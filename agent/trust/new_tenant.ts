/** The first documents of a tenant: everything that `init` makes, before anything of it leaves the machine. */
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { policyRecipients } from '../../shared/trust/recipients.ts'
import type { KeyPair } from '../home.ts'
import { native } from '../primitives.ts'

const dayMs = 86_400_000

/** An Ed25519 pair for `root` and `signer`, an X25519 pair for `reader`. */
export function newKey(kind: 'root' | 'signer' | 'agent' | 'reader'): KeyPair {
  const secret = native.randomBytes(32)
  const curve = kind === 'reader' ? native.x25519 : native.ed25519
  return { private: secret, public: curve.publicKey(secret) }
}

/** A ring without its pin: that is known once the first trust document is. */
export function newRing(tenant: string, pool: string, now: number): Omit<Ring, 'pin'> {
  const sealing = native.randomBytes(32)
  const secret = () => toBase64(native.randomBytes(32))
  return {
    type: 'ring',
    tenant,
    pool,
    sealing: [{
      kid: keyId(native, native.x25519.publicKey(sealing)),
      suite: 1,
      private: toBase64(sealing),
      state: 'active',
      created: new Date(now).toISOString(),
    }],
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
    sealing_keys: ring.sealing.map(({ kid, suite, private: secret }) => ({
      kid,
      suite,
      pool: ring.pool,
      public: toBase64(native.x25519.publicKey(fromBase64(secret))),
      state: 'active',
    })),
    signers: [{
      key: toBase64(signer),
      owner,
      may: ['connections', 'pipelines', 'publish', 'runs'],
      projects: ['*'],
    }],
    readers: [{ kid: keyId(native, reader), suite: 1, public: toBase64(reader), owner, projects: ['*'] }],
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
