/** One row a key: what is staged is looked at before it goes anywhere. */
import { Fault } from '../../../shared/faults.ts'
import type { Load } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'
import { quoteName } from './names.ts'
import type { Session } from './session.ts'
import { indexBytes } from './types.ts'

/** Bytes that an index of InnoDB holds. */
const mostIndexBytes = 3072
/** Characters of a long text that an index has of it. */
const prefix = 191

export function listed(names: readonly string[], of = ''): string {
  return names.map((name) => `${of}${quoteName(name)}`).join(', ')
}

/** A condition that two rows have one key. */
export function sameKey(key: readonly string[], one: string, other: string): string {
  return key.map((name) => `${one}.${quoteName(name)} = ${other}.${quoteName(name)}`).join(' and ')
}

/** The key's columns, as PRIMARY KEY takes them; null where their values do not fit into an index. */
export function primaryKey(
  key: readonly string[],
  columns: readonly MysqlColumn[],
  extra = 0,
): string | null {
  let total = extra
  for (const name of key) {
    const column = columns.find((one) => one.name === name)
    const bytes = column ? indexBytes(column.type, column.native) : null
    if (bytes === null) return null
    total += bytes
  }
  return total > mostIndexBytes ? null : listed(key)
}

/** The key's columns as any index takes them: of long values their beginnings. */
export function indexOf(key: readonly string[], columns: readonly MysqlColumn[]): string {
  const part = Math.floor(prefix / key.length)
  return key.map((name) => {
    const column = columns.find((one) => one.name === name)
    const bytes = column ? indexBytes(column.type, column.native) : null
    return bytes === null || bytes > 4 * part ? `${quoteName(name)}${cut(column, part)}` : quoteName(name)
  }).join(', ')
}

function cut(column: MysqlColumn | undefined, part: number): string {
  return column && ['text', 'json', 'jsonb', 'bytes', 'other'].includes(column.type.kind) ? `(${part})` : ''
}

/**
 * Throws `key_refused` for a key without a value, `keys_doubled` where nothing says which of two rows is the newer one.
 * Returns a query of one row a key, the newest by cursor.
 */
export async function settled(
  session: Session,
  table: string,
  load: Load,
  names: readonly string[],
): Promise<string> {
  const { key, cursor } = load
  await refuseNulls(session, table, load)
  if (!(await doubled(session, `select ${listed(key)} from ${table}`, load))) {
    return `select ${listed(names)} from ${table}`
  }
  if (cursor === null) {
    throw doubledFault(load, 'nothing says which row is the newer one: give a cursor, or another key')
  }
  const aged = `select ${listed(names)}, rank() over (partition by ${listed(key)} order by ${
    quoteName(cursor)
  } is null, ${quoteName(cursor)} desc) as sallyport_age from ${table}`
  const newest = `select ${listed(names)} from (${aged}) aged where sallyport_age = 1`
  if (await doubled(session, newest, load)) {
    throw doubledFault(load, `"${cursor}" is the same in the newest of them`)
  }
  return newest
}

async function refuseNulls(session: Session, table: string, { key }: Load): Promise<void> {
  const some = key.map((name) => `coalesce(max(${quoteName(name)} is null), 0)`).join(', ')
  const [row] = await session.rows<string[]>(`select ${some} from ${table}`)
  const empty = key.filter((_, at) => row?.[at] !== '0')
  if (empty.length === 0) return
  throw new Fault(
    'key_refused',
    `A row has no value in ${empty.map((name) => `"${name}"`).join(', ')} of its key.`,
  )
}

async function doubled(session: Session, query: string, { key }: Load): Promise<boolean> {
  const rows = await session.rows<[string]>(
    `select 1 from (${query}) staged group by ${listed(key)} having count(*) > 1 limit 1`,
  )
  return rows.length > 0
}

function doubledFault({ key }: Load, why: string): Fault {
  return new Fault('keys_doubled', `Two rows have one key (${key.join(', ')}), and ${why}.`)
}
