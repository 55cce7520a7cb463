/** Rows by key: what is staged is added to its target, takes the place of the row with its key, or ends it. */
import { historyColumns, type Load } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'
import { listed, sameKey } from './keys.ts'
import { quoteName, quoteText } from './names.ts'

/** Staged rows and their target. */
export interface Meeting {
  readonly load: Load
  /** Quoted. */
  readonly into: string
  /** Quoted, with one row a key. */
  readonly from: string
  /** As the target has them, without those that it computes itself. */
  readonly columns: readonly MysqlColumn[]
}

const opened = quoteName(historyColumns.from)
const closed = quoteName(historyColumns.to)

/** Text by its bytes: what a collation takes for equal may be different contents. */
function differs(columns: readonly MysqlColumn[]): string {
  const value = (of: string, { name, type, catalog }: MysqlColumn) => {
    const column = `${of}.${quoteName(name)}`
    if (catalog.base === 'json' && !catalog.json) return `cast(${column} as char)`
    return ['text', 'json', 'jsonb', 'bytes'].includes(type.kind) ? `cast(${column} as binary)` : column
  }
  return `not (${columns.map((column) => `${value('t', column)} <=> ${value('s', column)}`).join(' and ')})`
}

/** A part of the stream may bring a row that is older than the one that is there: then that one stays. */
function newer({ cursor, partial }: Load): string {
  if (cursor === null || !partial) return ''
  const name = quoteName(cursor)
  return ` and (t.${name} is null or s.${name} is null or s.${name} >= t.${name})`
}

/** Brings staged rows into the target; where columns differ only. */
export function mergeStatements({ load, into, from, columns }: Meeting): string[] {
  const join = sameKey(load.key, 't', 's')
  const names = columns.map(({ name }) => name)
  const changing = columns.filter(({ name, type }) => !load.key.includes(name) || type.kind === 'text')
  const set = changing.map(({ name }) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(', ')
  const update = `update ${into} t join ${from} s on ${join} set ${set} where ${differs(columns)}${
    newer(load)
  }`
  const [first = ''] = load.key
  return [
    ...(changing.length === 0 ? [] : [update]),
    `insert into ${into} (${listed(names)}) select ${
      listed(names, 's.')
    } from ${from} s left join ${into} t on ${join} ` +
    `where t.${quoteName(first)} is null`,
  ]
}

/** Rows of the target whose key is not among `keys` (quoted) go. */
export function mirrorStatement({ load, into }: Meeting, keys: string): string {
  const [first = ''] = load.key
  return `delete t from ${into} t left join ${keys} s on ${sameKey(load.key, 't', 's')} where s.${
    quoteName(first)
  } is null`
}

/**
 * Rows that have changed, and those that are gone unless only a part is read, end at `at`; what is staged begins then.
 * `at`: later than every time in the target.
 */
export function historyStatements({ load, into, from, columns }: Meeting, at: string): string[] {
  const join = sameKey(load.key, 't', 's')
  const names = columns.map(({ name }) => name)
  const values = columns.filter(({ name, type }) => !load.key.includes(name) || type.kind === 'text')
  const time = `cast(${quoteText(at)} as datetime(6))`
  const [first = ''] = load.key
  const key = quoteName(first)
  const changed = `update ${into} t join ${from} s on ${join} set t.${closed} = ${time} ` +
    `where t.${closed} is null and ${differs(values)}${newer(load)}`
  const gone = `update ${into} t left join ${from} s on ${join} set t.${closed} = ${time} ` +
    `where t.${closed} is null and s.${key} is null`
  return [
    ...(values.length === 0 ? [] : [changed]),
    ...(load.partial ? [] : [gone]),
    `insert into ${into} (${listed(names)}, ${opened}) select ${
      listed(names, 's.')
    }, ${time} from ${from} s ` +
    `left join ${into} t on ${join} and t.${closed} is null where t.${key} is null`,
  ]
}

/** A time after all that the history has, and not before the run's: clocks may disagree. */
export function historyTime({ load, into }: Meeting): string {
  const at = `cast(${quoteText(timeOf(load))} as datetime(6))`
  return `select greatest(${at}, coalesce(max(${opened}) + interval 1 microsecond, ${at}), coalesce(max(${closed}), ${at})) from ${into}`
}

/** When the run began, as the server reads it. */
export function timeOf({ at }: Load): string {
  return at.replace('T', ' ').replace('Z', '')
}
