/** The tables of what starts runs besides times, and of who has paused it. */

/** Pipelines that start nothing on their own until somebody resumes them. */
interface PauseTable {
  tenant: string
  pipeline: string
  since: number
}

interface FollowerTable {
  tenant: string
  /** The pipeline whose runs `pipeline` follows. */
  upstream: string
  pipeline: string
  project: string
  /** `triggers.after` of the version that the newest index lists, as JSON. */
  after: string
}

/** A run that has ended, for whoever looks who follows. Written by a trigger. */
interface RunEndTable {
  tenant: string
  run: string
  pipeline: string
}

interface TriggerUseTable {
  tenant: string
  pipeline: string
  kind: 'webhook' | 'after'
  /** The last one with a run. */
  day: string
  used: number
}

interface WebhookTable {
  id: string
  tenant: string
  pipeline: string
  secret_sealed: string
  older_sealed: string | null
  older_until: number | null
  created: number
  rotated: number | null
  alarmed: number | null
  /** Periods of five minutes since 1970. */
  failed_in: number
  failed: number
  failed_before: number
}

interface WebhookCallTable {
  tenant: string
  webhook: string
  /** SHA-256 of time stamp and body, in hex. */
  digest: string
  run: string
  until: number
}

export interface TriggerTables {
  pause: PauseTable
  follower: FollowerTable
  run_end: RunEndTable
  trigger_use: TriggerUseTable
  webhook: WebhookTable
  webhook_call: WebhookCallTable
}
