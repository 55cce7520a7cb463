/** Structured lines for the operator. Nothing of a request's content goes here: ids, codes and our own causes. */
export type LogLevel = 'info' | 'warn' | 'error'

export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, string | number | null>>,
) => void

/** One JSON object a line. */
export function jsonLog(write: (line: string) => void, clock: () => number): Log {
  return (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...fields })}\n`)
}

/** An error and what caused it, in one line; for the log, never for a caller. */
export function explain(error: unknown): string {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 5; at = at.cause) {
    parts.push(`${at.name}: ${at.message}`)
  }
  return parts.length > 0 ? parts.join(' ← ') : String(error)
}
