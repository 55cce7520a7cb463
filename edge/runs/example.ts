/** A run as the reference shows it. */
import { at, ids } from '../trust/examples.ts'

export const exampleRun = {
  id: ids.run,
  project: ids.project,
  pipeline_id: ids.pipeline,
  pool: 'default',
  state: 'running',
  trigger: 'request',
  action: 'run',
  priority: 5,
  attempt: 1,
  attempts: 4,
  cancel: false,
  agent_id: ids.agent,
  created: at,
  started: at,
} as const
