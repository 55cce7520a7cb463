/** What PostgreSQL and its driver say, as codes. Their words stay in the cause, on this machine. */
import { SQL } from 'bun'
import { Fault, type FaultCode } from '../../../shared/faults.ts'

/** Exact SQLSTATEs first, then classes (the first two characters). */
const states: Readonly<Record<string, FaultCode>> = {
  '28000': 'login_failed',
  '28P01': 'login_failed',
  '3D000': 'database_missing',
  '42P01': 'stream_missing',
  '3F000': 'stream_missing',
  '42703': 'column_missing',
  '42501': 'permission_denied',
  '53100': 'disk_full',
  '53300': 'connections_exhausted',
  '53400': 'connections_exhausted',
  '53200': 'target_failed',
  '57P01': 'connection_lost',
  '57P02': 'connection_lost',
  '57P03': 'connection_lost',
  '57P05': 'connection_lost',
  '57014': 'cancelled',
  '55P03': 'target_locked',
  '40P01': 'target_locked',
  '40001': 'target_locked',
  '23502': 'column_required',
  '22P04': 'row_refused',
  '42804': 'type_refused',
  '54000': 'value_too_large',
  '0A000': 'target_refused',
  '25006': 'permission_denied',
}

const classes: Readonly<Record<string, FaultCode>> = {
  '08': 'connection_lost',
  '22': 'value_refused',
  '23': 'constraint_refused',
  '53': 'target_failed',
}

/** What a query that only reads is refused for: nothing of a target, and most often the author's own condition. */
const queries: Readonly<Record<string, string>> = {
  '42601': 'a syntax error',
  '42703': 'a column that is not there',
  '42804': 'types that do not go together',
  '42883': 'a function or an operator that is not there for these types',
  '42725': 'a function or an operator of which there are several',
  '22012': 'a division by zero',
  '22007': 'a text that is no date or time',
  '22008': 'a date or time that is out of range',
  '22003': 'a number that is out of range',
  '22P02': 'a text that is none of its type',
}

const silent = 'The connection ended before anything was said in it: is it PostgreSQL that listens there?'

const readOnly = 'The server takes no writing: it is a standby, or the database or role is set to read only.'

const drivers: Readonly<Record<string, FaultCode>> = {
  ERR_POSTGRES_CONNECTION_REFUSED: 'connection_refused',
  ERR_POSTGRES_CONNECTION_FAILED: 'connection_refused',
  ERR_POSTGRES_CONNECTION_TIMEOUT: 'connection_refused',
  ERR_POSTGRES_CONNECTION_CLOSED: 'connection_lost',
  ERR_POSTGRES_TLS_NOT_AVAILABLE: 'tls_failed',
  ERR_POSTGRES_TLS_UPGRADE_FAILED: 'tls_failed',
  ERR_POSTGRES_QUERY_CANCELLED: 'cancelled',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_lost',
  ETIMEDOUT: 'connection_refused',
  EPIPE: 'connection_lost',
}

/** Where in the data an error is, as far as the server says. */
export interface ErrorPlace {
  /** 1-based line of the COPY; null when the error is about no line. */
  readonly line: number | null
  readonly column: string | null
}

/** A fault of a database, with its place in the data. */
export class PostgresFault extends Fault {
  readonly place: ErrorPlace

  constructor(code: FaultCode, place: ErrorPlace, options: { message?: string; cause: unknown }) {
    super(code, options.message, { cause: options.cause })
    this.place = place
  }
}

interface ServerError {
  readonly code?: unknown
  readonly errno?: unknown
  readonly where?: unknown
  readonly column?: unknown
}

function codeOf(error: ServerError, side: 'source' | 'destination'): FaultCode {
  const fallback = side === 'source' ? 'source_failed' : 'target_failed'
  const state = typeof error.errno === 'string' ? error.errno : ''
  if (/^[0-9A-Z]{5}$/.test(state)) return states[state] ?? classes[state.slice(0, 2)] ?? fallback
  const code = typeof error.code === 'string' ? error.code : ''
  if (code in drivers) return drivers[code] as FaultCode
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|HOSTNAME/.test(code)) return 'tls_failed'
  if (/AUTH|SASL|SCRAM|PASSWORD|SIGNATURE|NONCE/.test(code)) return 'login_failed'
  return fallback
}

/** `COPY orders, line 17, column amount: "…"`, in whatever language the server speaks. */
function placeOf(error: ServerError): ErrorPlace {
  const named = typeof error.column === 'string' && error.column !== '' ? error.column : null
  const where = typeof error.where === 'string' ? error.where : ''
  const match = /^COPY .*?, \S+ (\d+)(?:, \S+ (.*?))?(?::|$)/m.exec(where)
  return { line: match ? Number(match[1]) : null, column: named ?? match?.[2] ?? null }
}

/** The server's SQLSTATE behind a fault; null when it is not one of the server's. */
export function stateOf(error: unknown): string | null {
  const cause = error instanceof Fault ? error.cause : error
  return cause instanceof SQL.PostgresError && cause.errno ? String(cause.errno) : null
}

/** Any error as a Fault; a Fault stays what it is. */
export function faultOf(error: unknown, side: 'source' | 'destination'): Fault {
  if (error instanceof Fault) return error
  const described = (typeof error === 'object' && error !== null ? error : {}) as ServerError
  const code = codeOf(described, side)
  const place = placeOf(described)
  const state = error instanceof SQL.PostgresError && error.errno ? ` SQLSTATE ${error.errno}.` : ''
  const query = side === 'source' ? queries[stateOf(error) ?? ''] : undefined
  if (query !== undefined) {
    const message = `The source refuses the query for ${query}:${state} Look at "where".`
    const named = code === 'column_missing' ? code : 'source_failed'
    return new PostgresFault(named, place, { message, cause: error })
  }
  if (described.code === 'ERR_POSTGRES_CONNECTION_FAILED') {
    return new PostgresFault(code, place, { message: silent, cause: error })
  }
  if (stateOf(error) === '25006' && side === 'destination') {
    return new PostgresFault(code, place, { message: readOnly, cause: error })
  }
  const known = code !== 'source_failed' && code !== 'target_failed'
  const message = known ? undefined : `The ${side} answered with an error.${state}`
  return new PostgresFault(code, place, { cause: error, ...(message ? { message } : {}) })
}
