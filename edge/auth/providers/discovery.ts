/**
 * Where an issuer's endpoints are and which keys sign for it: OpenID Connect Discovery 1.0 and RFC 7517, kept for an
 * hour. A document counts only when it is of exactly the issuer that was asked for (Discovery §4.3); keys are asked
 * for once more when a token names one that is unknown, and not again for a minute (a rotation is seen at once,
 * while invented key ids cost the issuer nothing).
 */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { mayAsk, type Outgoing } from './outgoing.ts'

const KEPT_MS = 60 * 60_000
const REFETCH_MS = 60_000
/** What is kept of all issuers together; beyond either, those go that were not asked for longest. */
const MAX_ISSUERS = 1000
const MAX_BYTES = 8 * 1024 * 1024

const Url = z.string().max(2000).refine((text) => URL.canParse(text), 'not a URL')

/** What is used of the document; it may hold more. */
export const Discovered = z.object({
  issuer: Url,
  authorization_endpoint: Url,
  token_endpoint: Url,
  jwks_uri: Url,
  response_types_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  /** RFC 9207 §3. */
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})
export type Discovered = z.infer<typeof Discovered>

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) })

/** Public keys as JWKs; symmetric ones and private halves are never among them. */
export type Keys = z.infer<typeof KeySet>

interface Kept {
  readonly document: Discovered
  readonly until: number
  keys: Keys | null
  keysUntil: number
  /** Of document and keys, as JSON. */
  bytes: number
  /** When keys were last asked for because one was unknown. */
  refetched: number
}

export interface IssuersOptions {
  readonly outgoing: Outgoing
  readonly loopback: boolean
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Faults: `provider_failed` where the issuer does not answer, or answers what it must not. */
export class Issuers {
  readonly #options: IssuersOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: IssuersOptions) {
    this.#options = options
  }

  async document(issuer: string): Promise<Discovered> {
    return (await this.#entry(issuer)).document
  }

  async keys(issuer: string): Promise<Keys> {
    const entry = await this.#entry(issuer)
    if (entry.keys === null || entry.keysUntil <= this.#options.clock()) await this.#fetchKeys(entry)
    return entry.keys as Keys
  }

  /** The keys anew, because a token names an unknown one; null when they were asked for a moment ago. */
  async keysAnew(issuer: string): Promise<Keys | null> {
    const entry = await this.#entry(issuer)
    const now = this.#options.clock()
    if (now - entry.refetched < REFETCH_MS) return null
    entry.refetched = now
    await this.#fetchKeys(entry)
    return entry.keys
  }

  async #entry(issuer: string): Promise<Kept> {
    const now = this.#options.clock()
    const found = this.#kept.get(issuer)
    if (found !== undefined && found.until > now) {
      this.#kept.delete(issuer)
      this.#kept.set(issuer, found)
      return found
    }
    const document = await this.#discover(issuer)
    const entry: Kept = {
      document,
      until: now + KEPT_MS,
      keys: null,
      keysUntil: 0,
      bytes: sizeOf(document),
      refetched: found?.refetched ?? 0,
    }
    this.#kept.delete(issuer)
    this.#kept.set(issuer, entry)
    this.#forget()
    return entry
  }

  /** Whoever uses a forgotten one goes on with what they have. */
  #forget(): void {
    let bytes = 0
    for (const one of this.#kept.values()) bytes += one.bytes
    for (const [issuer, one] of this.#kept) {
      if (this.#kept.size <= MAX_ISSUERS && bytes <= MAX_BYTES) return
      this.#kept.delete(issuer)
      bytes -= one.bytes
    }
  }

  async #discover(issuer: string): Promise<Discovered> {
    const { outgoing, loopback } = this.#options
    // Discovery §4: a slash at the issuer's end goes before the path is put there.
    const { status, json } = await outgoing(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const read = Discovered.safeParse(json)
    if (status !== 200 || !read.success) throw failed('its discovery document does not read')
    const document = read.data
    if (document.issuer !== issuer) throw failed('its discovery document is of another issuer')
    const { response_types_supported: types, code_challenge_methods_supported: methods } = document
    if (types !== undefined && !types.includes('code')) throw failed('it gives no authorization codes')
    if (methods !== undefined && !methods.includes('S256')) throw failed('it does not take PKCE with S256')
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
      if (!mayAsk(new URL(document[name]), loopback)) throw failed(`its ${name} is not https`)
    }
    return document
  }

  async #fetchKeys(entry: Kept): Promise<void> {
    const { status, json } = await this.#options.outgoing(entry.document.jwks_uri)
    const read = KeySet.safeParse(json)
    if (status !== 200 || !read.success) throw failed('its keys do not read')
    entry.keys = { keys: read.data.keys.filter(({ kty, d }) => kty !== 'oct' && d === undefined) }
    entry.keysUntil = this.#options.clock() + KEPT_MS
    entry.bytes = sizeOf(entry.document) + sizeOf(entry.keys)
    this.#forget()
  }
}

const sizeOf = (kept: Discovered | Keys) => JSON.stringify(kept).length

/** The sentence is for the log and for whoever configures a provider: it quotes nothing that the issuer said. */
function failed(why: string): Fault {
  return new Fault('provider_failed', `The provider cannot be used: ${why}.`)
}
