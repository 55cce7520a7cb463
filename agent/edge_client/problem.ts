/** What the edge says went wrong, as a Fault. Its words reach terminals, so nothing in them may steer one. */
import { Fault, type FaultCode, isFaultCode, meaningOf } from '../../shared/faults.ts'

const byStatus: Readonly<Record<number, FaultCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal',
  503: 'unavailable',
}

/**
 * What an edge refuses in the name of trust, of documents that people send it. Every other refusal is a judgement of
 * this side about the edge, and not the edge's to make: it would be kept as evidence, or shown as an alarm.
 */
const refusedByEdge: readonly FaultCode[] = [
  'document_invalid',
  'index_missing',
  'limit_reached',
  'not_at_index',
  'not_in_index',
  'request_expired',
  'request_mismatch',
  'signature_invalid',
  'signer_not_allowed',
  'trigger_not_allowed',
  'trust_expired',
  'trust_invalid',
  'trust_missing',
  'wrong_pool',
]

/** A refusal that an edge has no say in, as what it is. */
export function notForEdge(code: FaultCode): Fault {
  return new Fault('edge_unexpected', `The edge answers with ${code}, which is not for an edge to say.`)
}

/** The edge wants to be asked again, and not before so many milliseconds. */
export class AskAgain extends Fault {
  readonly afterMs: number

  constructor(afterMs: number, detail?: string) {
    super('too_many_requests', detail)
    this.afterMs = afterMs
  }
}

/**
 * `body` is the parsed problem+json (RFC 9457), or whatever else came; `afterMs` is what the answer says about when to
 * come again, 0 where it says nothing.
 */
export function faultOf(status: number, body: unknown, afterMs = 0): Fault {
  const said = typeof body === 'object' && body !== null ? body as Record<string, unknown> : {}
  const code = said['code']
  const detail = typeof said['detail'] === 'string' ? printable(said['detail']) : undefined
  const known = typeof code === 'string' && isFaultCode(code) ? code : byStatus[status]
  if (known === undefined) {
    return new Fault('edge_unexpected', `The edge answered ${status}, which says nothing known.`)
  }
  if (meaningOf(known).class === 'refused' && !refusedByEdge.includes(known)) return notForEdge(known)
  const approval = said['approval']
  if (known === 'approval_required' && typeof approval === 'string') {
    return new Fault(known, `${detail ?? meaningOf(known).help} It waits as ${printable(approval)}.`)
  }
  if (known === 'too_many_requests') return new AskAgain(afterMs, detail)
  return new Fault(known, withFields(detail, said['errors']))
}

/** Names the fields that the edge complained about: `pipeline.name: too long`. */
function withFields(detail: string | undefined, errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return detail
  const lines = errors.slice(0, 5).map((one: unknown) => {
    const { at, message } = (one ?? {}) as { at?: unknown; message?: unknown }
    // Text alone: what else JSON can hold may have no text form, and then there is nothing that can be shown.
    const [where, what] = [at, message].map((said) => (typeof said === 'string' ? said : null))
    return printable(`${where ?? ''}: ${what ?? 'invalid'}`)
  })
  return [detail, ...lines].filter(Boolean).join(' ')
}

/** Control characters (C0, DEL, C1) and bidirectional overrides become `?`. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '?')
}

// deno-lint-ignore no-control-regex -- they are what is looked for
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const steeringEverywhere = new RegExp(steering, 'g')

/**
 * An answer of the edge in whose words nothing steers a terminal, wherever it is shown; lines stay lines. What is signed
 * or hashed is base64, hex or JSON in text, which has none of these signs.
 */
export function harmless<T>(value: T): T {
  return quiet(value) as T
}

function quiet(value: unknown): unknown {
  if (typeof value === 'string') return steering.test(value) ? value.replace(steeringEverywhere, '?') : value
  if (Array.isArray(value)) return value.map(quiet)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [quiet(name), quiet(one)]))
}
