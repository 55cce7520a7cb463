/** Names as PostgreSQL sees them, and as people write them in a pipeline. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'

/** NAMEDATALEN − 1: longer names would be cut without a word. */
const maxNameBytes = 63

export interface TableName {
  readonly schema: string
  readonly table: string
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return text.includes('\\')
    ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`
}

export function quoteTable({ schema, table }: TableName): string {
  return `${quoteName(schema)}.${quoteName(table)}`
}

export function tableText({ schema, table }: TableName): string {
  return `${schema}.${table}`
}

/** A name as `parseTable` reads it. */
export function spell({ schema, table }: TableName): string {
  const part = (name: string) => /[".]/.test(name) ? quoteName(name) : name
  return `${part(schema)}.${part(table)}`
}

/** Texts as an array's literal. */
export function listOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/**
 * Reads `schema.table` or `table`. Letters stay as they are written; a part with a dot or a quote in it stands in
 * double quotes. Throws `name_refused`.
 */
export function parseTable(text: string, defaultSchema: string): TableName {
  const parts: string[] = []
  const pattern = /(?:"((?:[^"]|"")+)"|([^".]+))(\.|$)/y
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (!match) throw new Fault('name_refused', `"${text}" is not a table's name: write schema.table.`)
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '') break
  }
  const [first, second] = parts
  if (first === undefined || parts.length > 2 || text.endsWith('.')) {
    throw new Fault('name_refused', `"${text}" is not a table's name: write schema.table.`)
  }
  const name = second === undefined
    ? { schema: defaultSchema, table: first }
    : { schema: first, table: second }
  checkName(name.schema)
  checkName(name.table)
  return name
}

/** A run's own table beside a target: the same at every attempt, and told from the tables of other runs. */
export function stagingName(runId: string, target: TableName): TableName {
  const mark = createHash('sha256').update(tableText(target)).digest('hex').slice(0, 8)
  return { schema: target.schema, table: `sallyport_${runId.replaceAll('-', '')}_${mark}` }
}

/** Throws `name_refused` for a name that PostgreSQL would cut or cannot hold. */
export function checkName(name: string): void {
  const bytes = new TextEncoder().encode(name).length
  if (bytes === 0 || name.includes('\0')) throw new Fault('name_refused', 'A name is empty or holds a NUL.')
  if (bytes > maxNameBytes) {
    throw new Fault(
      'name_refused',
      `"${name}" has ${bytes} bytes; PostgreSQL would cut it at ${maxNameBytes}.`,
    )
  }
}
