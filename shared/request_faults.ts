/** What can be wrong with a request to the edge, and who may not. */
import type { Meaning } from './fault_meaning.ts'

export const requestFaults = {
  invalid_request: { class: 'request', help: 'The request does not match the documented shape.' },
  malformed_json: { class: 'request', help: 'The body is not JSON.' },
  unsupported_media_type: { class: 'request', help: 'Send the body as application/json.' },
  body_too_large: { class: 'request', help: 'The body is larger than this route takes.' },
  request_timeout: { class: 'request', help: 'The request took too long to arrive.' },
  unauthenticated: { class: 'request', help: 'Send a valid token; this one is missing, wrong or expired.' },
  request_signature_invalid: {
    class: 'request',
    help: 'The signature of the request does not fit the request and its key.',
  },
  clock_skew: {
    class: 'request',
    help: "The clock of this machine is more than a minute away from the edge's.",
  },
  protocol_unsupported: {
    class: 'request',
    help: 'This edge does not speak that version of the protocol; update whichever of the two is older.',
  },
  forbidden: { class: 'request', help: 'Your roles or the scope of your token do not allow this.' },
  fresh_sign_in_required: {
    class: 'request',
    help: 'Confirm with a passkey or a code first: this needs one that is at most five minutes old.',
  },
  approval_required: {
    class: 'request',
    help: 'Another person has to approve this; then repeat the same request with the header Approval.',
  },
  origin_refused: { class: 'request', help: 'A page of another site sent this request.' },
  sign_in_failed: { class: 'request', help: 'That did not match. Check what you entered and try again.' },
  second_factor_required: {
    class: 'request',
    help: 'A second factor is needed: a code, a passkey or a recovery code.',
  },
  sign_in_not_enough: {
    class: 'request',
    help: 'This tenant asks for another way to sign in than the one that you used.',
  },
  second_factor_demanded: {
    class: 'request',
    help: 'A tenant that you belong to asks for a second factor: add another one first.',
  },
  password_refused: {
    class: 'request',
    help: 'This password cannot be used: it is too short, or known to be a common one.',
  },
  mail_off: {
    class: 'request',
    help: 'This installation sends no mail: ask whoever runs it for an invitation link.',
  },
  link_invalid: { class: 'request', help: 'This link was used before, has expired, or never was one.' },
  link_required: {
    class: 'request',
    help: 'An account with this mail address exists: sign in to it and connect the provider there.',
  },
  provider_failed: { class: 'transient', help: 'The sign-in provider did not answer as it should.' },
  provider_refused: {
    class: 'request',
    help: 'The sign-in provider, or what it said of you, is not accepted.',
  },
  separation_of_duties: {
    class: 'request',
    help: 'Another person has to do this: whoever took the step before may not.',
  },
  tenant_closing: {
    class: 'request',
    help: 'This tenant is about to be deleted: it can only be read.',
  },
  tenant_suspended: {
    class: 'request',
    help: 'Whoever runs this installation has suspended this tenant: ask them.',
  },
  quota_reached: {
    class: 'request',
    help: 'The tenant has as many of these as this installation lets it: ask whoever runs it.',
  },
  authorization_pending: { class: 'request', help: 'Nobody has approved this device yet.' },
  slow_down: { class: 'request', help: 'Ask less often: five seconds more between two requests.' },
  expired_token: { class: 'request', help: 'The code of this device has expired; begin again.' },
  access_denied: { class: 'request', help: 'A person refused this device.' },
  grant_invalid: {
    class: 'request',
    help: 'This device code is unknown here, or has given its token already; begin again.',
  },
  grant_unsupported: { class: 'request', help: 'Only the device authorization grant is given here.' },
  client_unknown: { class: 'request', help: 'The only client here is "sallyport".' },
  scope_invalid: { class: 'request', help: 'The scope names a permission that does not exist.' },
  not_found: { class: 'request', help: 'There is no such thing here, or you may not see it.' },
  method_not_allowed: { class: 'request', help: 'This path does not take that method.' },
  database_outdated: {
    class: 'final',
    help: 'An older format made this database, and it cannot be read: start with a new one.',
  },
  conflict: { class: 'request', help: 'It changed meanwhile; read it again and repeat.' },
  last_owner: { class: 'request', help: 'A tenant keeps at least one active owner.' },
  already_exists: { class: 'request', help: 'A thing with that id or name exists.' },
  idempotency_mismatch: { class: 'request', help: 'That Idempotency-Key was used with another request.' },
  too_many_requests: { class: 'request', help: 'Slow down and repeat after the time in Retry-After.' },
  agent_not_approved: {
    class: 'request',
    help:
      'This agent waits for approval: a person compares its fingerprint, then runs sallyport agents approve.',
  },
  agent_revoked: { class: 'request', help: 'This agent was revoked; enrol a new one.' },
  fingerprint_mismatch: { class: 'request', help: 'The agent has another fingerprint than the one given.' },
  pool_unknown: { class: 'request', help: 'The current trust document lists no such pool.' },
  log_key_mismatch: { class: 'request', help: "The document's log_key is not the log key of this tenant." },
  challenge_invalid: {
    class: 'request',
    help: 'The challenge is not of this edge, is for another pool, or is too old; ask for another one.',
  },
  enrolment_not_allowed: {
    class: 'request',
    help: 'The trust document does not let agents of this pool join by the key of the pool.',
  },
  possession_failed: { class: 'request', help: 'The answer does not prove that the agent holds the key.' },
  rewrap_stale: { class: 'request', help: 'The lease of this batch has run out; its records come again.' },
  attempts_used: {
    class: 'request',
    help:
      'The run has had the attempts that were signed: it takes a signed request to have it attempted again.',
  },
  run_not_ended: {
    class: 'request',
    help:
      'Only a run that ended short of its end is attempted again: this one goes on, is done or was cancelled.',
  },
  lease_lost: { class: 'request', help: 'The lease of this run has passed to another agent.' },
  internal: { class: 'transient', help: 'Something failed at the edge; the request id finds it in its log.' },
  unavailable: { class: 'transient', help: 'The edge cannot do this right now; repeat in a moment.' },
} as const satisfies Record<string, Meaning>
