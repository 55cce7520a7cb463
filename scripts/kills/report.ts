/** What came of a disturbance, a line each. */
export interface Outcome {
  /** `agent killed`, `server restarted before COMMIT`, … */
  readonly fault: string
  /** Which way: `postgres → sqlite, merge`. */
  readonly where: string
  /** How often it was done. */
  readonly times: number
  /** How often it met a load under way: one that was over already, or not begun, shows nothing. */
  readonly met: number
  /** Codes that the disturbed runs ended with, with how often; `killed` and `done` among them. */
  readonly ends: Readonly<Record<string, number>>
  /** What was wrong after the retry; empty when contents were equal, nothing was doubled and nothing was left. */
  readonly wrong: readonly string[]
}

export function counted(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

export function lineOf({ fault, where, times, met, ends, wrong }: Outcome): string {
  const codes = Object.entries(ends).map(([code, times]) => `${code} ${times}`).join(', ')
  const verdict = wrong.length === 0
    ? 'equal, nothing doubled, nothing left'
    : `WRONG: ${wrong.slice(0, 3).join('; ')}`
  return `${fault.padEnd(44)} ${where.padEnd(34)} ${`${met}/${times}`.padStart(6)}  ${
    codes.padEnd(36)
  } ${verdict}`
}
