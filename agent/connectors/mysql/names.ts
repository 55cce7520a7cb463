/** Names as MySQL sees them, and as people write them in a pipeline. */
import { Fault } from '../../../shared/faults.ts'

/** Characters; longer names are refused by the server. */
const maxNameLength = 64

export interface TableName {
  readonly database: string
  readonly table: string
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A string whatever sql_mode says about backslashes. It has the weakest collation, as any literal. */
export function quoteText(text: string): string {
  return /^[\w .:,+/()-]*$/.test(text) ? `'${text}'` : `_utf8mb4 X'${Buffer.from(text).toString('hex')}'`
}

export function quoteTable({ database, table }: TableName): string {
  return `${quoteName(database)}.${quoteName(table)}`
}

export function tableText({ database, table }: TableName): string {
  return `${database}.${table}`
}

/** A name as `parseTable` reads it. */
export function writtenName(name: string): string {
  return /[".]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

/**
 * Reads `database.table` or `table`. Letters stay as they are written; a part with a dot or a quote in it stands in
 * double quotes. Throws `name_refused`.
 */
export function parseTable(text: string, defaultDatabase: string): TableName {
  const refused = () => new Fault('name_refused', `"${text}" is not a table's name: write database.table.`)
  const parts: string[] = []
  const pattern = /(?:"((?:[^"]|"")+)"|([^".]+))(\.|$)/y
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (!match) throw refused()
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '') break
  }
  const [first, second] = parts
  if (first === undefined || parts.length > 2 || text.endsWith('.')) throw refused()
  const name = second === undefined
    ? { database: defaultDatabase, table: first }
    : { database: first, table: second }
  checkName(name.database)
  checkName(name.table)
  return name
}

/** Throws `name_refused` for a name that the server does not take, or would not keep as it is. */
export function checkName(name: string): void {
  if (name.length === 0 || name.includes('\0')) {
    throw new Fault('name_refused', 'A name is empty or holds a NUL.')
  }
  if (/[\u{10000}-\u{10ffff}]/u.test(name)) {
    throw new Fault(
      'name_refused',
      `"${name}" has a sign outside of the basic plane, which no name may have there.`,
    )
  }
  if (name.endsWith(' ')) throw new Fault('name_refused', `"${name}" ends with a space.`)
  if (name.length > maxNameLength) {
    throw new Fault('name_refused', `"${name}" has ${name.length} characters; there may be ${maxNameLength}.`)
  }
}
