/** Why a sign-in with a provider is refused: a word for the audit log, while the person is told no more than a code. */
import { Fault, type FaultCode } from '../../../shared/faults.ts'

/** Claims and parts of what the provider answered, or what is missing here. */
export type Reason =
  | 'state'
  | 'browser'
  | 'session'
  | 'issuer_changed'
  | 'master_key'
  | 'iss_parameter'
  | 'no_code'
  | 'code'
  | 'no_id_token'
  | 'id_token'
  | 'signature'
  | 'alg'
  | 'kid'
  | 'typ'
  | 'iss'
  | 'aud'
  | 'azp'
  | 'exp'
  | 'nbf'
  | 'iat'
  | 'nonce'
  | 'at_hash'
  | 'sub'
  | 'tid'
  | 'account_locked'
  | 'other_account'
  | 'no_claim'
  | 'registration_closed'
  | 'address_not_proven'

class Refusal extends Error {
  readonly reason: Reason

  constructor(reason: Reason, cause?: unknown) {
    super(`sign-in refused: ${reason}`, { cause })
    this.reason = reason
  }
}

export function refused(
  reason: Reason,
  { code = 'provider_refused', cause }: { readonly code?: FaultCode; readonly cause?: unknown } = {},
): Fault {
  return new Fault(code, undefined, { cause: new Refusal(reason, cause) })
}

/** The word for the log: never anything that a provider said. */
export function reasonOf({ code, cause }: Fault): string {
  return cause instanceof Refusal ? cause.reason : code
}
