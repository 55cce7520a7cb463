/** What the acts of the demo share, and what it ends with. */
import type { Postgres } from '../postgres.ts'
import type { World } from '../e2e/world.ts'
import type { CommitProxy } from './commit_proxy.ts'
import type { Witness } from './killed_append.ts'
import type { Printer } from './print.ts'
import type { RecordingProxy } from './recording_proxy.ts'
import type { Ports, Stage } from './stage.ts'

export interface StreamShown {
  readonly stream: string
  readonly route: string
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
}

export interface DemoResult {
  readonly ok: boolean
  readonly runs: readonly {
    readonly pipeline: string
    readonly status: string
    readonly streams: readonly StreamShown[]
  }[]
  readonly edge: string
  readonly out: string
}

/** What the acts share. */
export interface Scene {
  readonly print: Printer
  readonly folder: string
  readonly postgres: Postgres
  readonly stage: Stage
  readonly ports: Ports
  readonly withholding: CommitProxy
  readonly watching: Witness
  readonly recorder: RecordingProxy
  readonly world: World
}

export function mustHold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this does not hold: ${what}`)
}

export const agentEnv = ({ accounts }: Stage) => ({ env: { MART_PASSWORD: accounts.mart.password } })
