/** What SQLite says, as Faults. Its texts quote names and statements: they are causes, and never messages. */
import { Fault, type FaultCode } from '../../../shared/faults.ts'

const codes: Readonly<Record<string, readonly [FaultCode, string?]>> = {
  BUSY: ['target_locked', 'Another program is writing to the database.'],
  LOCKED: ['target_locked', 'Another program is writing to the database.'],
  PROTOCOL: ['target_locked', 'Another program holds the database.'],
  FULL: ['disk_full'],
  READONLY: ['permission_denied', 'The database, or its folder, may not be written to.'],
  PERM: ['permission_denied', 'The database may not be written to.'],
  AUTH: ['permission_denied', 'The database does not allow this.'],
  CANTOPEN: ['file_unreadable', 'The database cannot be opened; one in WAL mode needs a folder to write in.'],
  NOTADB: ['file_invalid', 'The file is no SQLite database, or it is encrypted.'],
  CORRUPT: ['file_invalid', 'The database is damaged.'],
  TOOBIG: ['value_too_large', 'A value or a row is larger than SQLite keeps.'],
  NOMEM: ['engine_failed', 'There is not enough memory.'],
  CONSTRAINT: ['constraint_refused'],
  MISMATCH: ['value_refused', 'A value is not of the type of its column.'],
  SCHEMA: ['source_unavailable', 'The tables were changed meanwhile.'],
}

const constraints: Readonly<Record<string, string>> = {
  NOTNULL: 'A row has no value in a column that must have one.',
  UNIQUE: 'Two rows have what only one may have: a key, or what a unique index is on.',
  PRIMARYKEY: 'Two rows have one primary key.',
  ROWID: 'Two rows have one primary key.',
  FOREIGNKEY: 'A row points to one that is not there, or one that others point to would go.',
  CHECK: 'A row breaks a CHECK of the table.',
  TRIGGER: 'A trigger of the table refuses a row.',
  DATATYPE: 'A value is not of the type that the strict table wants.',
}

export type Side = 'source' | 'target'

/** `code`: `SQLITE_CONSTRAINT_UNIQUE` and the like. */
export function faultOfCode(code: string, side: Side, cause: unknown): Fault {
  const [, name = '', detail = ''] = /^SQLITE_([A-Z]+)(?:_([A-Z_]+))?$/.exec(code) ?? []
  if (name === 'IOERR' && /WRITE|FSYNC|TRUNCATE/.test(detail)) {
    return new Fault('disk_full', undefined, { cause })
  }
  if (name === 'CONSTRAINT') {
    const refused = detail === 'DATATYPE' ? 'value_refused' : 'constraint_refused'
    return new Fault(refused, constraints[detail], { cause })
  }
  const known = codes[name]
  if (known === undefined) {
    return new Fault(side === 'source' ? 'source_failed' : 'target_failed', undefined, { cause })
  }
  if (side === 'source' && known[0] === 'target_locked') {
    return new Fault('source_unavailable', 'Another program holds the database.', { cause })
  }
  if (side === 'target' && name === 'CANTOPEN') {
    return new Fault('file_unwritable', 'The database, or a file beside it, cannot be opened.', { cause })
  }
  return new Fault(known[0], known[1], { cause })
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

export const isBusy = (error: unknown) => /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error))

export function faultOf(error: unknown, side: Side): Fault {
  return error instanceof Fault ? error : faultOfCode(codeOf(error), side, error)
}
