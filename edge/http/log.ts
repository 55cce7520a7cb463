/** Structured lines for the operator. Nothing of a request's content goes here: ids, codes and our own causes. */
import { Redactor } from '../../shared/redact.ts'

export type LogLevel = 'info' | 'warn' | 'error'

export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, string | number | null>>,
) => void

/** One JSON object a line; what the redactor knows is taken out of it, however it is spelled. */
export function jsonLog(
  write: (text: string) => void,
  clock: () => number,
  redactor: Redactor = new Redactor(),
): Log {
  return (level, message, fields = {}) => {
    const time = new Date(clock()).toISOString()
    write(redactor.write(`${JSON.stringify({ time, level, message, ...fields })}\n`))
  }
}

/** An error and what caused it, in one line; for the log, never for a caller. */
export function explain(error: unknown): string {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 5; at = at.cause) {
    parts.push(`${at.name}: ${at.message}`)
  }
  return parts.length > 0 ? parts.join(' ← ') : String(error)
}
