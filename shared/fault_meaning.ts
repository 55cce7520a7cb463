/**
 * `class` says what to do next: `request` – the caller mends the request; `refused` – trust or policy says no;
 * `final` – trying again will not help; `transient` – trying again may help; `throttled` – the other side wants less,
 * and trying again later will help.
 */
export type FaultClass = 'request' | 'refused' | 'final' | 'transient' | 'throttled'

export interface Meaning {
  readonly class: FaultClass
  /** The sentence that every caller may read: it quotes no value, no statement and no other program's message. */
  readonly help: string
}
