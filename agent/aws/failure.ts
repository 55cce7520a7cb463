/** What an error of the SDK means for whoever asked. Its text stays in the cause: it quotes names and requests. */

/**
 * `throttled` and `unreachable` pass; `denied` is somebody's decision; `unauthenticated`: no credentials could be had,
 * which passes too, but not within seconds; `other` is told by its name.
 */
export interface Failure {
  readonly kind: 'throttled' | 'unreachable' | 'denied' | 'unauthenticated' | 'other'
  /** The service's own name of the error, as documented: `ResourceNotFoundException`. */
  readonly name: string
  /** HTTP status, null when nothing was answered. */
  readonly status: number | null
  /** The region that a bucket is really in, where the answer names it. */
  readonly region: string | null
}

const throttling = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
]

/** 403s that are nobody's decision: a clock that is off, credentials that ran out a moment ago. */
const passing = [
  'RequestTimeTooSkewed',
  'RequestExpired',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestTimeout',
]

const missing = [
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
  'InstanceMetadataV1FallbackError',
]

const denials =
  /^(AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|MissingAuthenticationToken)/

interface SdkError {
  readonly name?: unknown
  /** Of the socket: `ECONNREFUSED`. */
  readonly code?: unknown
  readonly Code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** Null for what comes from neither the service nor the way to it. */
export function failureOf(error: unknown): Failure | null {
  const { name, code, Code, $metadata, $response } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode ?? null
  const said = [Code, name].find((one) => typeof one === 'string' && /^[A-Za-z0-9_.]{1,80}$/.test(one))
  const known = typeof said === 'string' ? said : 'UnknownError'
  const kind = kindOf(known, status, typeof code === 'string')
  if (kind === null) return null
  const region = $response?.headers?.['x-amz-bucket-region'] ?? ''
  return { kind, name: known, status, region: /^[a-z0-9-]{1,40}$/.test(region) ? region : null }
}

function kindOf(name: string, status: number | null, socket: boolean): Failure['kind'] | null {
  if (missing.includes(name)) return 'unauthenticated'
  if (throttling.includes(name) || status === 429) return 'throttled'
  if (status === null) return socket || ['TimeoutError', 'AbortError'].includes(name) ? 'unreachable' : null
  // An error about an answer that was none: somebody on the way has put his own page into it.
  if (status >= 500 || status < 300 || passing.includes(name)) return 'unreachable'
  if (status === 401 || status === 403 || denials.test(name)) return 'denied'
  return 'other'
}
