/** Faults as answers: RFC 9457 problem details, one table from code to HTTP status. */
import { HTTPException } from 'hono/http-exception'
import { Fault, type FaultClass, type FaultCode, meaningOf } from '../../shared/faults.ts'

const byClass: Readonly<Record<FaultClass, number>> = {
  request: 400,
  refused: 422,
  final: 422,
  transient: 503,
  throttled: 429,
}

const byCode: Partial<Record<FaultCode, number>> = {
  invalid_request: 400,
  malformed_json: 400,
  unauthenticated: 401,
  request_signature_invalid: 401,
  clock_skew: 401,
  protocol_unsupported: 400,
  forbidden: 403,
  agent_not_approved: 403,
  agent_revoked: 403,
  trigger_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  already_exists: 409,
  last_owner: 409,
  fresh_sign_in_required: 403,
  approval_required: 403,
  origin_refused: 403,
  sign_in_failed: 401,
  second_factor_required: 401,
  sign_in_not_enough: 403,
  second_factor_demanded: 409,
  password_refused: 400,
  mail_off: 409,
  link_invalid: 410,
  link_required: 409,
  provider_failed: 502,
  provider_refused: 403,
  separation_of_duties: 403,
  tenant_closing: 403,
  tenant_suspended: 403,
  quota_reached: 403,
  authorization_pending: 400,
  slow_down: 400,
  expired_token: 400,
  access_denied: 400,
  grant_invalid: 400,
  grant_unsupported: 400,
  client_unknown: 400,
  scope_invalid: 400,
  lease_lost: 409,
  attempts_used: 409,
  run_not_ended: 409,
  rewrap_stale: 409,
  fingerprint_mismatch: 409,
  log_key_mismatch: 409,
  trust_missing: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  too_many_requests: 429,
  limit_reached: 429,
  internal: 500,
  unavailable: 503,
}

export function statusOf(code: FaultCode): number {
  return byCode[code] ?? byClass[meaningOf(code).class]
}

/** A place in the request and what is wrong there; never the value. */
export interface FieldError {
  /** JSON Pointer into the body, or `query/limit`, `path/id`, `header/Idempotency-Key`. */
  readonly at: string
  readonly message: string
}

/** A request whose parts do not parse. */
export class InvalidRequest extends Fault {
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[]) {
    super('invalid_request')
    this.errors = errors
  }
}

/** Come again later: the answer says when. */
export class TooManyRequests extends Fault {
  readonly retryAfterSeconds: number
  /** What else the answer says of it. */
  readonly headers: Readonly<Record<string, string>> = {}

  constructor(retryAfterSeconds: number) {
    super('too_many_requests')
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds))
  }
}

/** The runs of a UTC day are used up. */
export class DayUsedUp extends Fault {
  readonly retryAfterSeconds: number

  /** `day` is the one that is over first, as in `2026-11-22`; `now` in ms since 1970. */
  constructor(day: string, now: number) {
    super('limit_reached')
    this.retryAfterSeconds = Math.max(1, Math.ceil((Date.parse(`${day}T24:00:00.000Z`) - now) / 1000))
  }
}

/** Another person has to approve the request first, under this id. */
export class ApprovalRequired extends Fault {
  readonly approval: string

  constructor(approval: string) {
    super('approval_required')
    this.approval = approval
  }
}

/** The tenant's rules ask for more than this sign-in has shown: what is missing, by its names. */
export class SignInNotEnough extends Fault {
  readonly missing: readonly string[]

  constructor(missing: readonly string[]) {
    super('sign_in_not_enough')
    this.missing = missing
  }
}

/** What our codes are called in RFC 6749 section 5.2 and RFC 8628 section 3.5; every other one is `invalid_request`. */
const oauthErrors: Partial<Record<FaultCode, string>> = {
  authorization_pending: 'authorization_pending',
  slow_down: 'slow_down',
  expired_token: 'expired_token',
  access_denied: 'access_denied',
  grant_invalid: 'invalid_grant',
  grant_unsupported: 'unsupported_grant_type',
  client_unknown: 'invalid_client',
  scope_invalid: 'invalid_scope',
  internal: 'server_error',
  unavailable: 'temporarily_unavailable',
  too_many_requests: 'temporarily_unavailable',
}

/** What the library's validators throw: a body that is no JSON, or says that it is something else. */
const byException: Partial<Record<number, FaultCode>> = {
  400: 'malformed_json',
  415: 'unsupported_media_type',
}

/** Everything that is thrown on the way becomes one of ours; the cause stays for the log. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  const code = error instanceof HTTPException ? byException[error.status] : undefined
  return new Fault(code ?? 'internal', undefined, { cause: error })
}

/** `oauth`: with the member `error`. */
export function problem(fault: Fault, { requestId, oauth = false, headers = {} }: {
  readonly requestId: string
  readonly oauth?: boolean
  readonly headers?: Readonly<Record<string, string>>
}): Response {
  const status = statusOf(fault.code)
  const body = {
    type: `urn:sallyport:fault:${fault.code}`,
    title: meaningOf(fault.code).help,
    status,
    code: fault.code,
    detail: fault.message,
    request_id: requestId,
    ...(fault instanceof InvalidRequest ? { errors: fault.errors } : {}),
    ...(fault instanceof ApprovalRequired ? { approval: fault.approval } : {}),
    ...(fault instanceof SignInNotEnough ? { missing: fault.missing } : {}),
    ...(oauth ? { error: oauthErrors[fault.code] ?? 'invalid_request' } : {}),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'private, no-store',
      'x-request-id': requestId,
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(fault.code === 'unavailable' ? { 'retry-after': '1' } : {}),
      ...(fault instanceof TooManyRequests || fault instanceof DayUsedUp
        ? { 'retry-after': String(fault.retryAfterSeconds) }
        : {}),
      ...(fault instanceof TooManyRequests ? fault.headers : {}),
      ...headers,
    },
  })
}
