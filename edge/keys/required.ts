/** Who has to be able to open a record, by the current trust document: the agents' own rule, in key ids. */
import { Fault } from '../../shared/faults.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { Recipient } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import {
  connectionRecipients,
  logRecipients,
  pipelineRecipients,
  policyRecipients,
} from '../../shared/trust/recipients.ts'
import { native } from '../primitives.ts'
import { type Audience, kidsOf, sealedToText } from '../trust/sealed_records.ts'

/** Whom records of one audience have to be sealed to, and how much of an envelope that takes. */
export interface Required {
  readonly sealedTo: string
  readonly kids: ReadonlySet<string>
  /** Bytes of the wraps. */
  readonly bytes: number
}

/** Bytes of a wrap: kid, encapsulated key, data key. FORMAT.md, "Wrap". */
const WRAP_BYTES = { 1: 96, 2: 1184 } as const

/** The rules of a trust document, each audience worked out once. */
export class Requirements {
  readonly #trust: TrustDocument
  readonly #known = new Map<string, Required | null>()

  constructor(trust: TrustDocument) {
    this.#trust = trust
  }

  /** Null where nobody can say: a pool that the records name is gone, or has no active key. */
  of(audience: string): Required | null {
    const known = this.#known.get(audience)
    if (known !== undefined) return known
    const required = requiredOf(this.#trust, JSON.parse(audience) as Audience)
    this.#known.set(audience, required)
    return required
  }

  /** Whether records of this audience, sealed like this, have to be sealed anew – where somebody can say. */
  needs(group: { readonly audience: string; readonly sealed_to: string }): boolean {
    const required = this.of(group.audience)
    return required !== null && required.sealedTo !== group.sealed_to
  }

  /** Kids on such records that are not to be there. Where nobody can say, all that are not active. */
  surplus(group: { readonly audience: string; readonly sealed_to: string }): string[] {
    const required = this.of(group.audience)?.kids ?? this.#active()
    return kidsOf(group.sealed_to).filter((kid) => !required.has(kid))
  }

  /** Key ids by which agents of the pool open what is stored. */
  opening(pool: string): ReadonlySet<string> {
    const keys = this.#trust.sealing_keys.filter((key) => key.pool === pool && key.state !== 'retired')
    return new Set(keys.map(({ kid }) => kid))
  }

  /** Key ids that records for the pool are sealed to. */
  sealing(pool: string): ReadonlySet<string> {
    const keys = this.#trust.sealing_keys.filter((key) => key.pool === pool && key.state === 'active')
    return new Set(keys.map(({ kid }) => kid))
  }

  /** Whether agents of any pool open what is sealed like this. */
  isOpenable({ sealed_to }: { readonly sealed_to: string }): boolean {
    const kids = kidsOf(sealed_to)
    return this.#trust.sealing_keys.some(({ kid, state }) => state !== 'retired' && kids.includes(kid))
  }

  #active(): ReadonlySet<string> {
    const { sealing_keys, readers } = this.#trust
    const active = sealing_keys.filter(({ state }) => state === 'active')
    return new Set([...active, ...readers].map(({ kid }) => kid))
  }
}

const known = new WeakMap<TrustDocument, Requirements>()

/** The same one for the same document. */
export function requirementsOf(trust: TrustDocument): Requirements {
  const made = known.get(trust) ?? new Requirements(trust)
  known.set(trust, made)
  return made
}

function requiredOf(trust: TrustDocument, audience: Audience): Required | null {
  const recipients = recipientsOf(trust, audience)
  const [first] = recipients ?? []
  if (recipients === null || first === undefined) return null
  const kids = recipients.map(({ publicKey }) => keyId(native, publicKey))
  return {
    sealedTo: sealedToText({ suite: first.suite, kids }),
    kids: new Set(kids),
    bytes: kids.length * WRAP_BYTES[first.suite],
  }
}

function recipientsOf(trust: TrustDocument, { type, project, pools }: Audience): readonly Recipient[] | null {
  try {
    switch (type) {
      case 'connection':
        return connectionRecipients(trust, { pools: [...pools] })
      case 'pipeline':
        return pipelineRecipients(trust, { pool: pools[0] as string, project: project as string })
      case 'policy':
        return policyRecipients(trust)
      case 'log':
        return logRecipients(trust, { pool: pools[0] as string, project: project as string })
    }
  } catch (error) {
    if (error instanceof Fault && error.class === 'refused') return null
    throw error
  }
}
