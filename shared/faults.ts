/** Everything that can go wrong and that somebody may see, by a stable code. */
import type { FaultClass, Meaning } from './fault_meaning.ts'
import { requestFaults } from './request_faults.ts'

export type { FaultClass }

const faults = {
  ...requestFaults,

  // Files and settings of the machine that the binary runs on.
  file_unreadable: { class: 'final', help: 'A file that is needed is missing or cannot be read.' },
  file_unwritable: {
    class: 'final',
    help: 'A file cannot be written; look at its folder and the free space.',
  },
  file_not_private: { class: 'final', help: 'Others may read or change this file; only its owner may.' },
  invalid_file: { class: 'final', help: 'A file does not hold what it should.' },
  invalid_setting: { class: 'final', help: 'A setting has a value that makes no sense.' },
  not_signed_in: { class: 'final', help: 'Sign in first: sallyport login.' },
  already_running: { class: 'final', help: 'Another process works in this folder.' },
  not_enrolled: { class: 'final', help: 'Enrol this agent first: sallyport enroll.' },
  edge_unreachable: { class: 'transient', help: 'The edge does not answer.' },
  edge_insecure: { class: 'final', help: 'An edge is reached by https; http is for loopback alone.' },
  edge_unexpected: {
    class: 'transient',
    help: 'The edge answered with something that its description rules out.',
  },

  // Secret managers and stores of the customer's account.
  keystore_unreachable: {
    class: 'transient',
    help: 'The secret manager that holds the ring does not answer.',
  },
  keystore_denied: { class: 'final', help: 'The secret manager does not let this machine at the ring.' },
  keystore_missing: { class: 'final', help: 'There is no ring where the configuration says that one is.' },
  keystore_read_only: { class: 'final', help: 'The ring lies where it can only be read from here.' },
  keystore_moved: { class: 'final', help: 'Somebody else has changed the ring meanwhile; run it again.' },
  store_unreachable: { class: 'transient', help: 'The store of floor or anchor does not answer.' },
  store_denied: { class: 'final', help: 'The store does not let this machine at floor or anchor.' },

  // Sealed records and signed documents: what does not check.
  envelope_invalid: {
    class: 'refused',
    help: 'This is not an envelope, or one of a suite that is unknown here.',
  },
  suite_refused: {
    class: 'refused',
    help: 'The record is sealed by another suite than the one that the key is for.',
  },
  kid_missing: { class: 'refused', help: 'The record is sealed to none of the keys in the ring.' },
  envelope_refused: {
    class: 'refused',
    help: 'The record does not open: it was altered, or belongs elsewhere.',
  },
  commitment_mismatch: {
    class: 'refused',
    help: 'The sealed part is not the one that the signed document names.',
  },
  state_refused: { class: 'refused', help: 'Stored state of an agent was altered, or belongs elsewhere.' },
  document_invalid: { class: 'refused', help: 'A signed document does not have the shape of its kind.' },
  signature_invalid: { class: 'refused', help: 'No key that counts has signed this document as it stands.' },
  signer_not_allowed: {
    class: 'refused',
    help: 'The signer may not sign this kind of document for this project.',
  },
  trust_invalid: { class: 'refused', help: 'The trust document does not follow from the one before it.' },
  index_invalid: { class: 'refused', help: 'The index does not follow from the one before it.' },

  // Refusals: what trust and policy say no to. Nothing has been opened, read or written.
  ring_mismatch: { class: 'refused', help: 'The ring belongs to another tenant or pool.' },
  pin_mismatch: {
    class: 'refused',
    help: 'The trust document that the edge shows is not the one that the pin names.',
  },
  trust_rolled_back: {
    class: 'refused',
    help: 'The edge shows an older trust document than the one seen before.',
  },
  trust_forked: {
    class: 'refused',
    help: 'The edge shows another trust document under a version seen before.',
  },
  trust_missing: { class: 'refused', help: 'The edge shows no trust document for this tenant.' },
  trust_expired: {
    class: 'refused',
    help: 'The trust document has expired; no run starts until a newer one is published.',
  },
  trust_stale: {
    class: 'refused',
    help: 'Ring, floor or trust document have been out of reach for too long.',
  },
  anchor_missing: {
    class: 'refused',
    help: 'There is no anchor: nothing says which triggers have had their run.',
  },
  anchor_rolled_back: {
    class: 'refused',
    help: 'The anchor is older than the one seen before.',
  },
  anchor_local: {
    class: 'refused',
    help:
      "An agent that joins by the pool's key may not keep the anchor on its own disk, which goes with it.",
  },
  release_refused: {
    class: 'refused',
    help: 'The trust document lists the binaries that may run, and this one is not among them.',
  },
  floor_missing: { class: 'refused', help: 'There is no floor where the configuration says that one is.' },
  denied: { class: 'refused', help: 'The floor denies this signer, agent or connection.' },
  index_rolled_back: { class: 'refused', help: 'The index is older than the one seen before.' },
  index_forked: { class: 'refused', help: 'There is another index under a number seen before.' },
  index_missing: { class: 'refused', help: 'The edge does not show the index that the job names.' },
  project_mismatch: {
    class: 'refused',
    help: 'The edge calls a project by a name that is not its own; projects are never renamed.',
  },
  not_in_index: { class: 'refused', help: 'The index does not list this pipeline or connection.' },
  not_at_index: { class: 'refused', help: 'The document is not the one that the index lists.' },
  version_fell: { class: 'refused', help: 'An index lists an older version than the index before it.' },
  wrong_pool: { class: 'refused', help: 'This belongs to another pool of agents.' },
  wrong_connection: { class: 'refused', help: 'The job carries another connection than the pipeline names.' },
  trigger_not_allowed: { class: 'refused', help: 'The pipeline does not allow this trigger.' },
  request_expired: { class: 'refused', help: 'The signed request has expired.' },
  request_mismatch: { class: 'refused', help: 'The signed request is for another pipeline, pool or index.' },
  clock_turned_back: {
    class: 'refused',
    help: 'The clock of this machine is behind the time that agents of this pool have acted at before.',
  },
  fire_time_refused: {
    class: 'refused',
    help: 'That is no time at which the schedule of the pipeline lets a run start.',
  },
  upstream_refused: {
    class: 'refused',
    help: 'The run of the other pipeline, which this one is to follow, has not ended so that it may.',
  },
  trigger_before_anchor: {
    class: 'refused',
    help: 'The trigger is from before the anchor was made anew, so nothing says whether it has had its run.',
  },
  parameter_refused: {
    class: 'refused',
    help: 'A parameter is missing, is not declared, or has a value that the pipeline does not allow.',
  },
  trigger_used: { class: 'refused', help: 'This trigger has already had its run.' },
  limit_reached: {
    class: 'refused',
    help:
      'There are as many already as there may be: of these in the tenant, or of runs or attempts of the pipeline.',
  },
  policy_missing: {
    class: 'refused',
    help: 'The trust document commits to no policy, so nothing is allowed.',
  },
  policy_denied: { class: 'refused', help: 'The policy does not allow this connection for this direction.' },
  address_refused: {
    class: 'refused',
    help: 'The host resolves to an address that nobody has named as allowed.',
  },
  host_not_declared: {
    class: 'refused',
    help: 'The server names another host, which the connection or the policy does not declare.',
  },
  redirect_refused: { class: 'refused', help: 'The server sends the agent on in a way that is not allowed.' },
  plain_refused: {
    class: 'refused',
    help: 'A plain connection needs a Unix socket or loopback that local policy names.',
  },
  path_refused: { class: 'refused', help: 'The path is outside the folders that local policy names.' },
  reference_refused: { class: 'refused', help: 'Local policy does not name this secret reference.' },
  log_refused: {
    class: 'refused',
    help: 'The log is of another run, pipeline or attempt than was asked for.',
  },
  catalogue_refused: {
    class: 'refused',
    help:
      'What the edge shows of a connection is of another connection, version or order than was asked for.',
  },
  relay_denied: {
    class: 'refused',
    help: 'The policy lets nothing that is found out about a connection leave its agent.',
  },
  readers_missing: {
    class: 'final',
    help: 'The trust document names no reader of this project, so nobody could open what is sealed.',
  },
  log_forked: {
    class: 'refused',
    help: 'The audit log that the edge shows contradicts the one seen before.',
  },
  agent_lost: { class: 'transient', help: 'The agent that held the run went silent, and its lease ran out.' },
  rewrap_refused: {
    class: 'refused',
    help: 'A record is not passed on: what would have to vouch for it does not.',
  },
  recovery_refused: { class: 'refused', help: 'The shares do not open this copy of the ring.' },
  checkpoint_invalid: {
    class: 'refused',
    help: 'The checkpoint of the audit log is not signed by the log key of the trust document.',
  },
  export_invalid: { class: 'final', help: 'The file is no export of an audit log, or only a part of one.' },
  export_altered: {
    class: 'refused',
    help: 'The entries of the export are not the ones that its checkpoint signs.',
  },

  // Files that a person writes, and what they name.
  pipeline_invalid: { class: 'final', help: 'The pipeline file does not match its description.' },
  connections_invalid: { class: 'final', help: 'The connections file does not match its description.' },
  connection_unknown: { class: 'final', help: 'The pipeline names a connection that is not defined.' },
  connection_invalid: {
    class: 'final',
    help: 'The connection lacks a setting, or has one that makes no sense.',
  },
  unsupported: { class: 'final', help: 'That is not available here.' },
  run_unfinished: { class: 'final', help: 'An earlier run of this file did not finish.' },
  reference_missing: { class: 'final', help: 'A reference points to nothing: set the variable or the file.' },

  // Connecting to a source or a destination.
  host_unresolved: { class: 'transient', help: 'The host name does not resolve.' },
  connection_refused: { class: 'transient', help: 'Nothing answers at that host and port.' },
  connection_lost: { class: 'transient', help: 'The database or server went away in the middle.' },
  proxy_refused: { class: 'final', help: 'The proxy of the settings opens no way to that host.' },
  source_unavailable: { class: 'transient', help: 'The source cannot answer right now.' },
  connections_exhausted: { class: 'throttled', help: 'The database has no free connection.' },
  throttled: { class: 'throttled', help: 'The other side wants fewer or slower requests.' },
  stalled: { class: 'transient', help: 'Nothing moved any more, and the server did not answer.' },
  tls_failed: {
    class: 'final',
    help: 'TLS failed: the certificate does not verify, or the server has no TLS.',
  },
  login_failed: { class: 'final', help: 'The database refused the user or the password.' },
  database_missing: { class: 'final', help: 'The server has no database of that name.' },

  // What a stream names, and whether it fits.
  stream_missing: { class: 'final', help: 'There is no table or file of that name, or it may not be seen.' },
  column_missing: { class: 'final', help: 'A column is not there.' },
  column_required: { class: 'final', help: 'The target has a column that must have a value and gets none.' },
  names_collide: {
    class: 'final',
    help: 'Two streams would have one target, at least where capital letters do not count.',
  },
  cursor_refused: {
    class: 'final',
    help: 'The cursor has rows without a value, or is a column whose values have no order.',
  },
  key_missing: { class: 'final', help: 'This mode needs a key, and neither pipeline nor source names one.' },
  key_refused: { class: 'final', help: 'A row has no value in a column of the key.' },
  keys_doubled: {
    class: 'final',
    help: 'Two rows have one key, and nothing says which is the newer one: give a cursor, or another key.',
  },
  schema_refused: {
    class: 'final',
    help: 'The target would have to change in a way that the pipeline, or what hangs on it, does not allow.',
  },
  name_refused: { class: 'final', help: 'A name cannot be used there: too long, or equal to another one.' },
  target_refused: { class: 'final', help: 'The target is not a thing that can be written to this way.' },
  type_refused: { class: 'final', help: 'A column cannot arrive exactly in the type of its target.' },
  permission_denied: { class: 'final', help: 'The role lacks a privilege that this needs.' },
  file_invalid: { class: 'final', help: 'The file is not in the format that it should have.' },

  // While data moves. The target is as it was.
  value_refused: { class: 'final', help: 'A value does not fit its column.' },
  row_refused: { class: 'final', help: 'A row has more or fewer fields than there are columns.' },
  constraint_refused: { class: 'final', help: 'A row breaks a constraint of the target.' },
  value_too_large: { class: 'final', help: 'A value is larger than this route can carry.' },
  disk_full: { class: 'transient', help: 'A disk is full.' },
  target_busy: { class: 'transient', help: 'Another run is loading this target.' },
  target_locked: { class: 'transient', help: 'Another session holds a lock on the target.' },
  rows_lost: { class: 'final', help: 'Rows read and rows written differ, so nothing was committed.' },
  rows_over_limit: { class: 'final', help: 'The stream has more rows than the pipeline allows.' },
  bytes_over_limit: { class: 'final', help: 'The stream has more bytes than the policy allows.' },
  time_over_limit: { class: 'final', help: 'The run took longer than the pipeline allows.' },
  run_superseded: { class: 'final', help: 'A later attempt of this run has taken over the target.' },
  cancelled: { class: 'final', help: 'The run was cancelled.' },
  hold_unavailable: { class: 'final', help: 'The hold cannot start on this machine.' },
  hold_failed: { class: 'final', help: 'The hold could not restow the stream.' },
  hold_memory: { class: 'final', help: 'The hold needs more memory than it may use.' },
  engine_failed: {
    class: 'final',
    help: 'Something unexpected happened while data moved; the log on that machine says what.',
  },
  source_failed: { class: 'final', help: 'The source refused to give the stream.' },
  target_failed: { class: 'final', help: 'The destination refused the load.' },
} as const satisfies Record<string, Meaning>

export type FaultCode = keyof typeof faults

export const faultCodes = Object.keys(faults) as readonly FaultCode[]

export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faults, text)
}

export function meaningOf(code: FaultCode): Meaning {
  return faults[code]
}

/** True when trying again, now or later, may end well. */
export function mayMend(code: FaultCode): boolean {
  const { class: kind } = meaningOf(code)
  return kind === 'transient' || kind === 'throttled'
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
