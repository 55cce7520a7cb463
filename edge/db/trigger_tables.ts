/** The tables of what starts runs besides times, and of who has paused it. */

/** Pipelines that start nothing on their own until somebody resumes them. */
interface PauseTable {
  tenant: string
  pipeline: string
  since: number
}

export interface TriggerTables {
  pause: PauseTable
}
