/** The tables of the rooms trust, agents, connections, inspections, pipelines and runs. */
import type { InspectAction } from '../../shared/schemas/catalogue.ts'
import type { ConnectionKind } from '../../shared/schemas/connection.ts'
import type { RequestAction } from '../../shared/schemas/request.ts'
import type { AttemptOutcome } from '../../shared/schemas/run.ts'

interface TrustDocumentTable {
  tenant: string
  version: number
  hash: string
  /** DSSE as JSON. */
  document: string
  issued: number
  expires: number
  policy_version: number | null
  policy: Uint8Array | null
  created: number
}

interface ProjectIndexTable {
  tenant: string
  project: string
  number: number
  hash: string
  document: string
  /** `{id: {kind, name, version, hash}}` as JSON. */
  entries: string
  created: number
}

interface EnrolmentTokenTable {
  id: string
  tenant: string
  pool: string
  hash: string
  expires: number
  agent: string | null
  created: number
  /** The member who made it; none of before knows. */
  maker: string | null
}

interface AgentTable {
  id: string
  tenant: string
  pool: string
  name: string
  public_key: Uint8Array
  fingerprint: string
  version: string
  state: 'pending' | 'approved' | 'revoked'
  created: number
  approved: number | null
  revoked: number | null
  last_seen: number | null
  /** 1 where the pool's key vouched for it: a day of silence removes it. */
  ephemeral: number
  /** When silence removed it. */
  removed: number | null
  /** When it was noticed that it has fallen silent. */
  lost: number | null
  /** When it said that it stops. */
  stopped: number | null
  /** Since when it is handed nothing. */
  draining: number | null
}

/** What an agent said of itself last. */
interface AgentReportTable {
  tenant: string
  agent: string
  protocol: number
  version: string
  /** Milliseconds by which its clock was ahead of the edge's. */
  clock_skew: number
  ring_created: number
  slots: number
  slots_used: number
  /** JSON array. */
  labels: string
  stopping: number
  reported: number
}

interface ConnectionTable {
  tenant: string
  id: string
  project: string
  name: string
  kind: ConnectionKind
  /** JSON array of pool names. */
  pools: string
  version: number
  hash: string
  created: number
  updated: number
  deleted: number | null
}

interface PipelineTable {
  tenant: string
  id: string
  project: string
  name: string
  pool: string
  source: string
  destination: string
  api_runs_per_day: number | null
  /** Of its runs, 0 to 9, unless one says another. */
  priority: number
  version: number
  hash: string
  created: number
  updated: number
  deleted: number | null
}

/** One signed version of a connection or pipeline, and its sealed part. */
interface VersionTable {
  tenant: string
  id: string
  version: number
  hash: string
  document: string
  sealed: Uint8Array
  created: number
}

interface PipelineVersionTable extends VersionTable {
  /** `triggers.schedule` as JSON, where the document has one. */
  schedule: string | null
  /** `triggers.after` as JSON, where the document has one. */
  after: string | null
}

interface RunTable {
  tenant: string
  id: string
  project: string
  pipeline: string
  pool: string
  state:
    | 'queued'
    | 'leased'
    | 'running'
    | 'succeeded'
    | 'partial'
    | 'failed'
    | 'refused'
    | 'cancelled'
    | 'dead'
  /** JSON: a signed request, day and slot, or a fire time. */
  trigger: string
  action: RequestAction
  day: string | null
  slot: number | null
  fire: number | null
  plan: string
  failures: number
  retries: number
  lost: number
  fence: number
  agent: string | null
  lease_until: number | null
  due: number
  cancel: number
  code: string | null
  created: number
  started: number | null
  finished: number | null
  begun: number
  /** Of the pipeline, as it was handed out last. */
  version: number | null
  claimed: number | null
  began: number | null
  minutes: number | null
  deadline: number | null
  /** The signed request that lets it be attempted again, as JSON. */
  redrive: string | null
  redriven: number
  reason: string | null
  /** 0 to 9; 9 goes first. */
  priority: number
  /** Where it stands in its line; null where it is in none: not queued, or not due yet. */
  rank: number | null
  /** Connections of its pipeline when it was made, and as they are once it is claimed. */
  source: string | null
  destination: string | null
}

/** An attempt that ended otherwise than well. */
interface RunAttemptTable {
  tenant: string
  run: string
  fence: number
  agent: string | null
  claimed: number | null
  began: number | null
  ended: number
  outcome: AttemptOutcome
  code: string | null
}

/** The runs of a pipeline that are due, in one pool. Triggers keep it. */
interface RunLineTable {
  tenant: string
  pool: string
  pipeline: string
  project: string
  source: string | null
  destination: string | null
  runs: number
  /** Of its first run; null: there is none. */
  rank: number | null
  /** The scope of the full limit that it waits for. */
  parked: string | null
}

/** The lines of a project in one pool. Triggers keep it. */
interface RunLaneTable {
  tenant: string
  pool: string
  project: string
  /** Claims of its own, and those that it missed while it had nothing to claim. */
  vtime: number
  /** Lines that may be claimed from. */
  ready: number
}

interface RunLimitTable {
  tenant: string
  /** `tenant`, `pool:<name>`, `pipeline:<id>` or `connection:<id>`. */
  scope: string
  most: number
  /** Runs that agents have in hand. Triggers count. */
  held: number
  updated: number
}

/** For how long a tenant keeps its runs. */
interface RetentionTable {
  tenant: string
  run_days: number
  updated: number
}

interface RunStreamTable {
  tenant: string
  run: string
  stream: number
  rows: number
  bytes: number
  status: 'succeeded' | 'failed' | 'refused' | 'cancelled' | null
  route: 'direct' | 'restowed' | null
  rows_read: number | null
  rejected: number | null
  seconds: number | null
  code: string | null
  taken: number | null
}

/** What an attempt logged, sealed to the readers of its project. */
interface RunLogTable {
  tenant: string
  run: string
  fence: number
  project: string
  pool: string
  hash: string
  document: string
  sealed: Uint8Array
  created: number
}

/** Projects with something new that nobody has looked through for schedules yet. */
interface IndexNewsTable {
  tenant: string
  project: string
  /** The plan that brought it. */
  plan: string
}

interface ScheduleTable {
  tenant: string
  pipeline: string
  project: string
  /** `triggers.schedule` of the version that the newest index lists, as JSON. */
  schedule: string
  /** The fire time that comes next, or is due; null when there is none any more. */
  fire: number | null
  /** When its run starts. */
  next_at: number | null
}

/** An order to look at a connection. */
interface InspectionTable {
  tenant: string
  id: string
  project: string
  connection: string
  version: number
  hash: string
  pool: string
  action: InspectAction
  state: 'queued' | 'leased' | 'succeeded' | 'failed' | 'refused'
  document: string
  sealed: Uint8Array
  fence: number
  agent: string | null
  lease_until: number | null
  code: string | null
  count: number | null
  created: number
  expires: number
  finished: number | null
}

/** The newest of a connection and an action, sealed to the readers of its project. */
interface CatalogueTable {
  tenant: string
  connection: string
  action: InspectAction
  inspection: string
  hash: string
  document: string
  sealed: Uint8Array
  created: number
}

export interface RoomTables {
  trust_document: TrustDocumentTable
  project_index: ProjectIndexTable
  enrolment_token: EnrolmentTokenTable
  agent: AgentTable
  agent_report: AgentReportTable
  pipeline_label: { tenant: string; pipeline: string; label: string }
  connection: ConnectionTable
  connection_version: VersionTable
  inspection: InspectionTable
  catalogue: CatalogueTable
  pipeline: PipelineTable
  pipeline_version: PipelineVersionTable
  run: RunTable
  run_line: RunLineTable
  run_lane: RunLaneTable
  run_limit: RunLimitTable
  run_stream: RunStreamTable
  run_attempt: RunAttemptTable
  retention: RetentionTable
  run_log: RunLogTable
  index_news: IndexNewsTable
  schedule: ScheduleTable
}
