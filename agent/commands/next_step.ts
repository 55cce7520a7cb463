/** What to do about a fault: one sentence a code, where there is something that everybody can do. */
import type { FaultCode } from '../../shared/faults.ts'

const steps: Partial<Record<FaultCode, string>> = {
  unauthenticated: 'Sign in again with: sallyport login',
  not_signed_in:
    'Sign in with: sallyport login --url <edge>, or start a tenant with: sallyport init --url <edge>',
  not_enrolled: 'Enrol it: sallyport enroll --url <edge>',
  forbidden: 'Ask an admin of the tenant, or sign in with another token. See: sallyport whoami',
  fresh_sign_in_required:
    'Approve this machine anew, then run the same command again: sallyport login --fresh',
  approval_required:
    'Another person runs: sallyport approvals approve <id>. Then run the same command again with --approval <id>',
  separation_of_duties: 'Ask another person who may. See: sallyport members list',
  sign_in_not_enough: 'Sign in in the browser in the way that the tenant asks for, then: sallyport login',
  access_denied: 'Was it you who refused it? Begin again: sallyport login',
  expired_token: 'Begin again: sallyport login',
  grant_invalid: 'Begin again: sallyport login',
  request_signature_invalid:
    'The address has to be the edge’s own (its SALLYPORT_PUBLIC_URL): localhost and 127.0.0.1 are two. Give it again: ' +
    'sallyport enroll --url <edge>',
  clock_skew: 'Set the clock of this machine, by NTP say.',
  edge_unreachable: 'Check the address and that the edge is up: sallyport doctor',
  pin_mismatch:
    'Ask who ran `sallyport init` for the pin, and compare. If it is right, do not use this edge.',
  trust_rolled_back:
    'The edge shows an old state. Do not go on with it; tell who operates it and who holds the root keys.',
  trust_forked: 'Two histories exist. Do not go on with this edge; tell who holds the root keys.',
  trust_expired: 'Who holds a root key extends it: sallyport trust edit --extend, trust sign, trust publish',
  trust_missing: 'Publish one: sallyport trust publish',
  anchor_missing:
    'Make it once, where the agent is set up: sallyport anchor init. Was it lost: sallyport anchor init --after-loss',
  anchor_rolled_back:
    'Put the newest one back. Is it lost, make it anew: sallyport anchor init --after-loss; its --help says what that means.',
  trigger_before_anchor:
    'Sign a new request: sallyport runs start. Look first whether the run has been done.',
  parameter_refused:
    'See what the pipeline takes: sallyport pipeline show <pipeline>, or pipeline validate FILE',
  log_forked: 'Keep the anchor, take an export (sallyport audit export), and tell who holds the root keys.',
  keystore_missing: 'Is it lost, open its sealed copy: sallyport keys recover --from COPY --share FILE …',
  floor_missing:
    'Put the floor where the configuration says, or set floor to "none" and accept what that means.',
  index_rolled_back: 'The edge shows an old state. Do not go on with it; tell who operates it.',
  project_mismatch:
    'Ask somebody else of the tenant which id the project has. If the edge is wrong, do not sign for it.',
  clock_turned_back:
    'Set the clock. Was it ahead once, so that the later time is the wrong one: correct "clock" in the anchor by hand.',
  policy_denied: 'See which rule decides, and how: sallyport policy explain <pipeline>',
  policy_missing: 'Set one: sallyport policy edit --file policy.yaml, trust sign, trust publish',
  host_not_declared:
    'If that is meant: name the host in the connection ("redirects") and in the policy ("derived"), exact or as *.domain.',
  redirect_refused: 'Write the address that it leads to into the connection, if that is meant.',
  bytes_over_limit: 'Read less, or raise limits.bytes: sallyport policy edit --file policy.yaml',
  proxy_refused: 'See "proxy" and "no-proxy" in the settings, and what the proxy says to that host.',
  relay_denied: 'Add "catalogue: true" under "relay" in the policy: sallyport policy edit --file policy.yaml',
  readers_missing: 'Name one: sallyport keys make --reader, then trust edit --add-reader KEY --owner NAME',
  catalogue_refused: 'Look anew; if that stays, do not believe what this edge shows.',
  log_refused: 'Do not believe what this edge shows; the log itself is with the agent that ran it.',
  reference_refused: 'Add it to "references" in the local policy file on the agent.',
  path_refused:
    'A connection needs a "path" that holds it; on an agent, "files" in its local policy file names that folder too.',
  address_refused: 'Add the address to "addresses" in the local policy file on the agent, if that is meant.',
  tls_failed:
    'A database on this machine without TLS: name it under "plain" in the local policy file of the agent.',
  plain_refused: 'Use TLS, or add the socket or loopback address to "plain" in the local policy file.',
  kid_missing:
    'An agent needs the newest ring of its pool. Who reads is named in the trust document: trust edit --add-reader.',
  host_unresolved: 'Check the host in the connection, and the name service of this machine.',
  connection_refused:
    'Check host and port in the connection, and that the server is up and reachable from here.',
  connection_lost: 'See that the database is up, then run it again: what was committed is not done twice.',
  database_missing: 'Check the database, or the path, in the connection.',
  login_failed: 'Check user and password in the connection.',
  stream_missing: 'Check its spelling. What there is: sallyport connection discover <connection>',
  column_missing: 'Add the column where it is missing, or change the pipeline.',
  column_required: 'Send the column, give it a default in the target, or let it be NULL there.',
  schema_refused: 'Change the target by hand, or allow it with "schema" in the pipeline.',
  type_refused: 'Cast the column to a type that the target can have, or leave it out: columns, exclude.',
  permission_denied:
    'See what is lacking, with the grants: sallyport connection test <connection> --stream NAME (--for write)',
  value_refused:
    'Mend the value at its source, cast its column to a type that holds it, or put such rows aside with ' +
    '"on_bad_row: quarantine"; the target is as it was.',
  row_refused: 'Mend the row, or put such rows aside with "on_bad_row: quarantine"; the target is as it was.',
  rows_over_limit: 'Read less, or raise "limits: { rows }" in the pipeline; the target is as it was.',
  disk_full: 'Free some space, then run it again; the target is as it was.',
  target_busy: 'Wait until the other run has ended, then run it again.',
}

export function nextStep(code: FaultCode): string | null {
  return steps[code] ?? null
}
