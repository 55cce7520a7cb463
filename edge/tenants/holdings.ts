/**
 * Every table, and what it has of a tenant: what an export shows, what it leaves out, and how an erasure finds it. The
 * list is closed: a test holds it against the database, table by table and column by column.
 */

/** What a table has of a tenant. Names of columns are separated by spaces. */
interface Holding {
  /** The column that names the tenant; `tenant` unless said. */
  readonly tenant?: string
  /** The condition that finds its rows, with one parameter, where no column names the tenant. */
  readonly where?: string
  /** The primary key, or what is unique in its place. */
  readonly key: string
  /** What an export shows; nothing of the table where it is left out. */
  readonly shown?: string
  /** What it leaves out: hashes of secrets, and what the edge has sealed for itself. */
  readonly hidden?: string
  /**
   * What an erasure does: `goes` unless said. `forgotten`: the row is somebody's who stays, and names the tenant no
   * longer. `last`: with the tenant itself. `stays`: as evidence.
   */
  readonly erasure?: 'goes' | 'forgotten' | 'last' | 'stays'
  /** True where a row may hold megabytes. */
  readonly long?: boolean
}

const version = { key: 'id version', long: true } as const

/** Tables that have rows of tenants. */
export const holdings: Readonly<Record<string, Holding>> = {
  tenant: {
    tenant: 'id',
    key: 'id',
    shown: 'id name log_key created next_log_key next_log_key_created closing erase_at suspended',
    hidden: 'log_key_sealed next_log_key_sealed erasing erased rights',
    erasure: 'last',
  },
  quota: { key: 'what', shown: 'tenant what most day used' },
  workspace: { key: 'id', shown: 'id tenant name environment created' },
  project: { key: 'id', shown: 'id tenant workspace name created' },
  member: { key: 'id', shown: 'id tenant name kind account state operator created erased' },
  binding: { key: 'id', shown: 'id tenant member member_group role level place created' },
  member_group: { key: 'id', shown: 'id tenant name created' },
  group_member: { key: 'member member_group', shown: 'tenant member_group member created' },
  custom_role: { key: 'id', shown: 'id tenant name permissions created updated' },
  approval: {
    key: 'id',
    shown: 'id tenant kind operation asked_by created expires decided_by decided state',
    hidden: 'request',
  },
  // Before the tokens by which it is found.
  token_network: {
    where: 'token IN (SELECT id FROM token WHERE tenant = ?)',
    key: 'token refused network',
    shown: 'token refused network seen',
  },
  token: {
    key: 'id',
    shown:
      'id tenant member name sort scopes level place networks last_network fresh idle_until methods lasts successor ' +
      'created expires revoked last_used',
    hidden: 'hash',
  },
  device_request: {
    key: 'hash',
    hidden:
      'hash id user_code device network agent scopes token created expires pause polled slowed state tenant ' +
      'member decided methods',
  },
  tenant_rules: { key: 'tenant', shown: 'tenant rules updated' },
  sso_domain: { key: 'domain', shown: 'tenant domain provider' },
  provider: {
    key: 'id',
    shown: 'id tenant name issuer client_id claim_rules created updated',
    hidden: 'client_secret_sealed',
  },
  claimed_member: { key: 'member', shown: 'tenant member provider created' },
  claimed_binding: { key: 'binding', shown: 'binding tenant member provider' },
  // Of an account, which stays signed in and has chosen no tenant any more.
  session: {
    key: 'id',
    hidden:
      'id hash account tenant stage methods fresh created seen idle_until ends network agent revoked reason',
    erasure: 'forgotten',
  },
  invitation: {
    key: 'member',
    shown: 'tenant member kind inviter email created expires accepted',
    hidden: 'hash email_key',
  },
  trust_document: {
    key: 'version',
    shown: 'tenant version hash document issued expires policy_version policy created',
    long: true,
  },
  project_index: {
    key: 'project number',
    shown: 'tenant project number hash document entries created',
    long: true,
  },
  enrolment_token: {
    key: 'id',
    shown: 'id tenant pool expires agent created maker',
    hidden: 'hash',
  },
  agent: {
    key: 'id',
    shown: 'id tenant pool name public_key fingerprint version state created approved revoked last_seen ' +
      'ephemeral removed lost stopped draining',
  },
  agent_report: {
    key: 'agent',
    shown: 'tenant agent protocol version clock_skew ring_created slots slots_used labels stopping reported',
  },
  connection: {
    key: 'id',
    shown: 'tenant id project name kind pools version hash created updated deleted',
  },
  connection_version: { ...version, shown: 'tenant id version hash document sealed created' },
  pipeline: {
    key: 'id',
    shown: 'tenant id project name pool source destination api_runs_per_day priority version hash created ' +
      'updated deleted',
  },
  pipeline_version: { ...version, shown: 'tenant id version hash document sealed created schedule after' },
  pipeline_label: { key: 'pipeline label', shown: 'tenant pipeline label' },
  run: {
    key: 'id',
    shown: 'tenant id project pipeline pool state trigger action day slot fire plan failures retries lost ' +
      'fence agent lease_until due cancel code created started finished begun version claimed began minutes ' +
      'deadline redrive redriven reason priority rank source destination',
  },
  retention: { key: 'tenant', shown: 'tenant run_days updated' },
  run_attempt: {
    key: 'run fence outcome',
    shown: 'tenant run fence agent claimed began ended outcome code',
  },
  run_line: {
    key: 'pool pipeline',
    shown: 'tenant pool pipeline project source destination runs rank parked',
  },
  run_lane: { key: 'pool project', shown: 'tenant pool project vtime ready' },
  run_limit: { key: 'scope', shown: 'tenant scope most held updated' },
  run_stream: {
    key: 'run stream',
    shown: 'tenant run stream rows bytes status route rows_read rejected seconds code taken',
  },
  run_log: {
    key: 'run fence',
    shown: 'tenant run fence project pool hash document sealed created',
    long: true,
  },
  index_news: { key: 'project', shown: 'tenant project plan' },
  schedule: { key: 'pipeline', shown: 'tenant pipeline project schedule fire next_at' },
  pause: { key: 'pipeline', shown: 'tenant pipeline since' },
  follower: { key: 'upstream pipeline', shown: 'tenant upstream pipeline project after' },
  run_end: { key: 'run', shown: 'tenant run pipeline' },
  trigger_use: { key: 'pipeline kind', shown: 'tenant pipeline kind day used' },
  webhook_call: { key: 'webhook digest', shown: 'tenant webhook digest run until' },
  webhook: {
    key: 'id',
    shown: 'id tenant pipeline older_until created rotated alarmed failed_in failed failed_before',
    hidden: 'secret_sealed older_sealed',
  },
  inspection: {
    key: 'id',
    shown: 'tenant id project connection version hash pool action state document sealed fence agent ' +
      'lease_until code count created expires finished',
    long: true,
  },
  catalogue: {
    key: 'connection action',
    shown: 'tenant connection action inspection hash document sealed created',
    long: true,
  },
  sealed_group: { key: 'id', shown: 'id tenant audience sealed_to records' },
  sealed_record: {
    key: 'type id version',
    shown: 'tenant type id version project grp hash bytes batch refused tries',
  },
  rewrap: { key: 'id', shown: 'tenant id state done refused created finished' },
  rewrap_batch: {
    key: 'id',
    shown: 'tenant id rewrap agent fence until state done refused later',
  },
  sealing_key: { key: 'kid', shown: 'tenant kid since version' },
  possession: { key: 'kid agent', shown: 'tenant kid agent proven' },
  receipt: {
    key: 'agent',
    shown: 'tenant agent pool document trust_version trust_hash issued received',
    long: true,
  },
  audit_name: { key: 'plan field', shown: 'tenant plan field salt value member' },
  audit_leaf: {
    key: 'seq',
    shown: 'tenant seq plan action time bytes',
    hidden: 'request',
    erasure: 'stays',
  },
}

/** Tables that have nothing of a tenant, and why. */
export const others: Readonly<Record<string, string>> = {
  migration: 'what has run',
  expectation: 'never holds a row',
  installation: 'which tenant was set up first: it is not deleted from within',
  erased_tenant: 'that a tenant was there, and the end of its log',
  account: 'people at the installation, whatever they are members of',
  known_device: 'of an account',
  mailed_secret: 'of an account, or of who wants one',
  throttle: 'guesses, by hashes',
  outbox: 'mail that waits for a day at most, sealed',
  totp: 'of an account',
  recovery_code: 'of an account',
  passkey: 'of an account',
  passkey_challenge: 'of an account, for minutes',
  identity: 'of an account, at its issuer',
  sign_in_attempt: 'of somebody who is signing in, for minutes',
}

/** Names of columns, of a list as it stands above. */
export function columns(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.split(' ')
}

/** The condition that finds the rows of a tenant: with one parameter, its id. */
export function ofTenant({ tenant = 'tenant', where }: Holding): string {
  return where ?? `"${tenant}" = ?`
}

export type { Holding }
