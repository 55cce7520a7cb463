/** What an attack is, and what comes of one. */
import type { FaultCode } from '../../shared/faults.ts'
import type { Scene } from './scene.ts'
import type { Mutation } from './without.ts'

export interface Outcome {
  /** What refused it; null when nothing did. */
  readonly code: string | null
  /** Where the customer was seen to be told. */
  readonly seen: readonly string[]
  /** What the attacker has now, as it was found there; null when nothing. */
  readonly gained: string | null
}

export interface Attack {
  readonly name: string
  /** What the edge does, and what for. */
  readonly tried: string
  /** What refuses it; several where which comes first is a matter of time. */
  readonly codes: readonly FaultCode[]
  /** The checks that stop it. Where there are several, each alone would. */
  readonly without: readonly Mutation[]
  readonly attempt: (scene: Scene) => Promise<Outcome>
}
