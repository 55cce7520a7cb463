/**
 * Everything that can go wrong and that somebody may see, by a stable code.
 *
 * `class` says what to do next: `request` – the caller mends the request; `refused` – trust or policy says no;
 * `final` – trying again will not help; `transient` – trying again may help. `help` is the sentence that every
 * caller may read: it quotes no value, no statement and no other program's message.
 */
export type FaultClass = 'request' | 'refused' | 'final' | 'transient'

interface Meaning {
  readonly class: FaultClass
  readonly help: string
}

const faults = {
  // Requests to the edge.
  invalid_request: { class: 'request', help: 'The request does not match the documented shape.' },
  malformed_json: { class: 'request', help: 'The body is not JSON.' },
  unsupported_media_type: { class: 'request', help: 'Send the body as application/json.' },
  body_too_large: { class: 'request', help: 'The body is larger than this route takes.' },
  request_timeout: { class: 'request', help: 'The request took too long to arrive.' },
  unauthenticated: { class: 'request', help: 'Send a valid token; this one is missing, wrong or expired.' },
  forbidden: { class: 'request', help: 'Your role or the scope of your token does not allow this.' },
  not_found: { class: 'request', help: 'There is no such thing here, or you may not see it.' },
  method_not_allowed: { class: 'request', help: 'This path does not take that method.' },
  conflict: { class: 'request', help: 'It changed meanwhile; read it again and repeat.' },
  already_exists: { class: 'request', help: 'A thing with that id or name exists.' },
  idempotency_mismatch: { class: 'request', help: 'That Idempotency-Key was used with another request.' },
  too_many_requests: { class: 'request', help: 'Slow down and repeat after the time in Retry-After.' },
  lease_lost: { class: 'request', help: 'The lease of this run has passed to another agent.' },
  internal: { class: 'transient', help: 'Something failed at the edge; the request id finds it in its log.' },
  unavailable: { class: 'transient', help: 'The edge cannot do this right now; repeat in a moment.' },
} as const satisfies Record<string, Meaning>

export type FaultCode = keyof typeof faults

export const faultCodes = Object.keys(faults) as readonly FaultCode[]

export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faults, text)
}

export function meaningOf(code: FaultCode): Meaning {
  return faults[code]
}

/**
 * A failure with a code. `message` is for the caller, `cause` for the log on the side where it happened.
 * `detail` may name a place (a field, a stream, a column), never a value.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode

  constructor(code: FaultCode, detail?: string, options?: { readonly cause?: unknown }) {
    super(detail ?? meaningOf(code).help, options)
    this.code = code
  }

  get class(): FaultClass {
    return meaningOf(this.code).class
  }
}
