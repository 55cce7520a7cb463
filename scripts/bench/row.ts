/** One measurement of `npm run bench`. */
export interface Row {
  readonly name: string
  /** Median of the runs. */
  readonly value: number
  readonly unit: string
  readonly runs: number
  readonly min: number
  readonly max: number
  /** What it was measured against, in the same run. */
  readonly against: string | null
  /** value / the peer's value (or the other way round where more is better), median of the pairs. */
  readonly ratio: number | null
  /** The aim, as it is written. */
  readonly aim: string
  readonly met: boolean
  /** Of the whole command, for every million rows. */
  readonly cpu_seconds_per_million?: number
  /** Its highest resident memory. */
  readonly rss_mb?: number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}
