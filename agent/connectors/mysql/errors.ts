/** What MySQL, MariaDB and the driver say, as codes. Their words stay in the cause, on this machine. */
import { Fault, type FaultCode } from '../../../shared/faults.ts'

export type Side = 'source' | 'destination'

/** By the server's error number; where one means something else to each side, see `sided`. */
const numbers: Readonly<Record<number, FaultCode>> = {
  1040: 'connections_exhausted', // ER_CON_COUNT_ERROR
  1203: 'connections_exhausted', // ER_TOO_MANY_USER_CONNECTIONS
  1226: 'connections_exhausted', // ER_USER_LIMIT_REACHED
  1041: 'throttled', // ER_OUT_OF_RESOURCES
  1135: 'throttled', // ER_CANT_CREATE_THREAD
  1129: 'connections_exhausted', // ER_HOST_IS_BLOCKED
  1045: 'login_failed', // ER_ACCESS_DENIED_ERROR
  1130: 'login_failed', // ER_HOST_NOT_PRIVILEGED
  1251: 'login_failed', // ER_NOT_SUPPORTED_AUTH_MODE
  1698: 'login_failed', // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
  1820: 'login_failed', // ER_MUST_CHANGE_PASSWORD
  1862: 'login_failed', // ER_MUST_CHANGE_PASSWORD_LOGIN
  3118: 'login_failed', // ER_ACCOUNT_HAS_BEEN_LOCKED
  4151: 'login_failed', // ER_ACCOUNT_HAS_BEEN_LOCKED (MariaDB)
  3159: 'tls_failed', // ER_SECURE_TRANSPORT_REQUIRED
  1049: 'database_missing', // ER_BAD_DB_ERROR
  1044: 'permission_denied', // ER_DBACCESS_DENIED_ERROR
  1142: 'permission_denied', // ER_TABLEACCESS_DENIED_ERROR
  1143: 'permission_denied', // ER_COLUMNACCESS_DENIED_ERROR
  1227: 'permission_denied', // ER_SPECIFIC_ACCESS_DENIED_ERROR
  1290: 'permission_denied', // ER_OPTION_PREVENTS_STATEMENT: read only
  1356: 'permission_denied', // ER_VIEW_INVALID: or it lacks rights
  1370: 'permission_denied', // ER_PROCACCESS_DENIED_ERROR
  1792: 'permission_denied', // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836: 'permission_denied', // ER_READ_ONLY_MODE
  1146: 'stream_missing', // ER_NO_SUCH_TABLE
  1051: 'stream_missing', // ER_BAD_TABLE_ERROR
  1054: 'column_missing', // ER_BAD_FIELD_ERROR
  1412: 'source_unavailable', // ER_TABLE_DEF_CHANGED: since the snapshot was taken
  1021: 'disk_full', // ER_DISK_FULL
  1114: 'disk_full', // ER_RECORD_FILE_FULL
  1205: 'target_locked', // ER_LOCK_WAIT_TIMEOUT
  1213: 'target_locked', // ER_LOCK_DEADLOCK
  1028: 'cancelled', // ER_FILSORT_ABORT
  1053: 'connection_lost', // ER_SERVER_SHUTDOWN
  1077: 'connection_lost',
  1078: 'connection_lost',
  1152: 'connection_lost', // ER_ABORTING_CONNECTION
  1158: 'connection_lost', // ER_NET_READ_ERROR
  1159: 'connection_lost', // ER_NET_READ_INTERRUPTED
  1160: 'connection_lost', // ER_NET_ERROR_ON_WRITE
  1161: 'connection_lost', // ER_NET_WRITE_INTERRUPTED
  1184: 'connection_lost', // ER_NEW_ABORTING_CONNECTION
  1927: 'connection_lost', // ER_CONNECTION_KILLED (MariaDB)
  4031: 'connection_lost', // ER_CLIENT_INTERACTION_TIMEOUT
  1317: 'cancelled', // ER_QUERY_INTERRUPTED
  1969: 'cancelled', // ER_STATEMENT_TIMEOUT (MariaDB)
  3024: 'cancelled', // ER_QUERY_TIMEOUT
  1048: 'column_required', // ER_BAD_NULL_ERROR
  1263: 'column_required', // ER_WARN_NULL_TO_NOTNULL
  1364: 'column_required', // ER_NO_DEFAULT_FOR_FIELD
  1261: 'row_refused', // ER_WARN_TOO_FEW_RECORDS
  1262: 'row_refused', // ER_WARN_TOO_MANY_RECORDS
  1153: 'value_too_large', // ER_NET_PACKET_TOO_LARGE
  1162: 'value_too_large', // ER_TOO_LONG_STRING
  1301: 'value_too_large', // ER_WARN_ALLOWED_PACKET_OVERFLOWED
  1005: 'target_refused', // ER_CANT_CREATE_TABLE
  1118: 'target_refused', // ER_TOO_BIG_ROWSIZE
  1117: 'target_refused', // ER_TOO_MANY_FIELDS
  1071: 'target_refused', // ER_TOO_LONG_KEY
  1170: 'target_refused', // ER_BLOB_KEY_WITHOUT_LENGTH
  1074: 'target_refused', // ER_TOO_BIG_FIELDLENGTH
  139: 'target_refused', // HA_ERR_TO_BIG_ROW
  1059: 'name_refused', // ER_TOO_LONG_IDENT
  1060: 'name_refused', // ER_DUP_FIELDNAME
  1103: 'name_refused', // ER_WRONG_TABLE_NAME
  1166: 'name_refused', // ER_WRONG_COLUMN_NAME
  1062: 'constraint_refused', // ER_DUP_ENTRY
  1216: 'constraint_refused', // ER_NO_REFERENCED_ROW
  1217: 'constraint_refused', // ER_ROW_IS_REFERENCED
  1451: 'constraint_refused', // ER_ROW_IS_REFERENCED_2
  1452: 'constraint_refused', // ER_NO_REFERENCED_ROW_2
  1586: 'constraint_refused', // ER_DUP_ENTRY_WITH_KEY_NAME
  1644: 'constraint_refused', // ER_SIGNAL_EXCEPTION: a trigger's word
  3730: 'constraint_refused', // ER_FK_CANNOT_DROP_PARENT
  3750: 'target_refused', // ER_TABLE_WITHOUT_PK
  3819: 'constraint_refused', // ER_CHECK_CONSTRAINT_VIOLATED
  4025: 'constraint_refused', // ER_CONSTRAINT_FAILED (MariaDB)
  1264: 'value_refused', // ER_WARN_DATA_OUT_OF_RANGE
  1265: 'value_refused', // WARN_DATA_TRUNCATED
  1292: 'value_refused', // ER_TRUNCATED_WRONG_VALUE
  1366: 'value_refused', // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
  1367: 'value_refused', // ER_ILLEGAL_VALUE_FOR_TYPE
  1406: 'value_refused', // ER_DATA_TOO_LONG
  1411: 'value_refused', // ER_WRONG_VALUE_FOR_TYPE
  1416: 'value_refused', // ER_CANT_CREATE_GEOMETRY_OBJECT
  1300: 'value_refused', // ER_INVALID_CHARACTER_STRING
  1690: 'value_refused', // ER_DATA_OUT_OF_RANGE
  3140: 'value_refused', // ER_INVALID_JSON_TEXT
  3988: 'value_refused', // ER_IMPOSSIBLE_STRING_CONVERSION
}

/** By what the driver or the system calls it. */
const words: Readonly<Record<string, FaultCode>> = {
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  ENOENT: 'connection_refused',
  ETIMEDOUT: 'connection_refused',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  PROTOCOL_CONNECTION_LOST: 'connection_lost',
  PROTOCOL_SEQUENCE_TIMEOUT: 'connection_lost',
  HANDSHAKE_NO_SSL_SUPPORT: 'tls_failed',
  HANDSHAKE_SSL_ERROR: 'tls_failed',
  AUTH_SWITCH_PLUGIN_ERROR: 'login_failed',
}

/** Where in the data an error is, as far as the server says. */
interface ErrorPlace {
  /** The server counts rows, not lines. */
  readonly line: null
  readonly column: string | null
  /** 1-based, of one statement; null when the error is about no row. */
  readonly row: number | null
}

/** A fault of a database, with its place in the data. */
export class MysqlFault extends Fault {
  readonly place: ErrorPlace
  /** The server's error number; null where the driver speaks. */
  readonly number: number | null

  constructor(
    code: FaultCode,
    place: ErrorPlace,
    options: { message?: string; cause: unknown; number?: number },
  ) {
    super(code, options.message, { cause: options.cause })
    this.place = place
    this.number = options.number ?? null
  }
}

interface DriverError {
  readonly code?: unknown
  readonly errno?: unknown
  readonly message?: unknown
  readonly fatal?: unknown
}

export function codeOfNumber(number: number): FaultCode | null {
  return numbers[number] ?? null
}

function codeOf(error: DriverError, side: Side): FaultCode {
  const fallback = side === 'source' ? 'source_failed' : 'target_failed'
  const word = typeof error.code === 'string' ? error.code : ''
  // ENOSPC below whatever failed for it: `(errno: 28 "No space left on device")`, `Got error 28`.
  if (/\b(?:errno|[Ee]rror):? 28\b/.test(String(error.message ?? ''))) return 'disk_full'
  if (typeof error.errno === 'number' && error.errno > 0) {
    return numbers[error.errno] ?? words[word] ?? fallback
  }
  if (word in words) return words[word] as FaultCode
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|HOSTNAME/.test(word)) return 'tls_failed'
  if (word.startsWith('AUTH')) return 'login_failed'
  const message = typeof error.message === 'string' ? error.message : ''
  if (/closed state|Connection lost|socket has been ended|socket closed/i.test(message)) {
    return 'connection_lost'
  }
  return fallback
}

/** `Data too long for column 'c' at row 17`, in the language that our sessions ask for. */
export function placeOf(message: string): ErrorPlace {
  const row = / at row (\d+)/.exec(message)
  const column = /[Cc]olumn ["'`](?:.*["'`]\.["'`])?(.*?)["'`](?: at row| cannot|$)/.exec(message)
  return { line: null, row: row ? Number(row[1]) : null, column: column?.[1] ?? null }
}

const silentText = 'Nothing at that host and port has answered in time as MySQL and MariaDB do.'

/** Any error as a Fault; a Fault stays what it is. */
export function faultOf(error: unknown, side: Side): Fault {
  if (error instanceof Fault) return error
  const described = (typeof error === 'object' && error !== null ? error : {}) as DriverError
  const code = codeOf(described, side)
  const number = typeof described.errno === 'number' && described.errno > 0 ? described.errno : undefined
  const known = code !== 'source_failed' && code !== 'target_failed'
  const silent = described.code === 'ETIMEDOUT' ? silentText : undefined
  const message = known || number === undefined ? silent : `The ${side} answered with error ${number}.`
  return new MysqlFault(code, placeOf(String(described.message ?? '')), {
    cause: error,
    ...(message === undefined ? {} : { message }),
    ...(number === undefined ? {} : { number }),
  })
}
