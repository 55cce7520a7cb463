/** Rows by key: what is staged is added to its target, takes the place of the row with its key, or ends it. */
import { type Column, historyColumns, type Load } from '../connector.ts'
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
  readonly columns: readonly MergedColumn[]
  /** `server_version_num` */
  readonly version: number
}

export interface MergedColumn extends Column {
  /** GENERATED ALWAYS AS IDENTITY: may be inserted, and never changed. */
  readonly fixed?: boolean
}

const opened = quoteName(historyColumns.from)
const closed = quoteName(historyColumns.to)

/**
 * True when the rows differ in any of the columns, by their stored form: values that only count as equal (1.0 and
 * 1.00, 'A' and 'a' of citext) are different contents, and types without equality can be told apart.
 */
function differs(names: readonly string[]): string {
  const row = (of: string) => `row(${names.map((name) => `${of}.${quoteName(name)}`).join(', ')})`
  return `pg_catalog.record_image_ne(${row('t')}, ${row('s')})`
}

/** A part of the stream may bring a row that is older than the one that is there: then that one stays. */
function newer({ cursor, partial }: Load): string {
  if (cursor === null || !partial) return ''
  const name = quoteName(cursor)
  return ` and (t.${name} is null or s.${name} is null or s.${name} >= t.${name})`
}

/** Brings staged rows into the target; where columns differ only. */
export function mergeStatements(meeting: Meeting): string[] {
  const { load, into, from, columns, version } = meeting
  const join = sameKey(load.key, 't', 's')
  const names = columns.map(({ name }) => name)
  const changing = columns.filter((column) => !keeps(load, column)).map(({ name }) => quoteName(name))
  const set = changing.map((name) => `${name} = s.${name}`).join(', ')
  const when = `${differs(names)}${newer(load)}`
  if (version >= 150_000) {
    const matched = changing.length === 0 ? '' : ` when matched and ${when} then update set ${set}`
    const values = names.map((name) => `s.${quoteName(name)}`).join(', ')
    return [
      `merge into ${into} as t using ${from} as s on ${join}${matched} ` +
      `when not matched then insert (${listed(names)}) overriding system value values (${values})`,
    ]
  }
  return [
    ...(changing.length === 0
      ? []
      : [`update ${into} as t set ${set} from ${from} as s where ${join} and ${when}`]),
    `insert into ${into} (${listed(names)}) overriding system value select ${
      listed(names)
    } from ${from} as s ` +
    `where not exists (select from ${into} as t where ${join})`,
  ]
}

/** Equal values of these types are the same value: a key of them is never written again. */
const exact: readonly string[] = [
  'int16',
  'int32',
  'int64',
  'uuid',
  'date',
  'boolean',
  'bytes',
  'timestamp',
  'timestamptz',
]

function keeps({ key }: Load, { name, type, native, fixed }: MergedColumn): boolean {
  if (fixed === true) return true
  return key.includes(name) && (exact.includes(type.kind) || native === 'text')
}

/** Rows of the target whose key is not among `keys` (quoted) go. */
export function mirrorStatement({ load, into }: Meeting, keys: string): string {
  return `delete from ${into} as t where not exists (select from ${keys} as s where ${
    sameKey(load.key, 't', 's')
  })`
}

/**
 * Rows that have changed, and those that are gone unless only a part is read, end at `at`; what is staged begins then.
 * `at`: later than every time in the target.
 */
export function historyStatements({ load, into, from, columns }: Meeting, at: string): string[] {
  const join = sameKey(load.key, 't', 's')
  const names = columns.map(({ name }) => name)
  const values = names.filter((name) => !load.key.includes(name))
  const time = `${quoteText(at)}::timestamptz`
  const changed = `update ${into} as t set ${closed} = ${time} from ${from} as s ` +
    `where ${join} and t.${closed} is null and ${differs(values)}${newer(load)}`
  const gone = `update ${into} as t set ${closed} = ${time} ` +
    `where t.${closed} is null and not exists (select from ${from} as s where ${join})`
  return [
    ...(values.length === 0 ? [] : [changed]),
    ...(load.partial ? [] : [gone]),
    `insert into ${into} (${listed(names)}, ${opened}) overriding system value ` +
    `select ${listed(names)}, ${time} from ${from} as s ` +
    `where not exists (select from ${into} as t where ${join} and t.${closed} is null)`,
  ]
}

/** A time after all that the history has, and not before the run's: clocks may disagree. */
export function historyTime({ load, into }: Meeting): string {
  return `select greatest(${quoteText(load.at)}::timestamptz, max(${opened}) + interval '1 microsecond', ` +
    `max(${closed}))::text as at from ${into}`
}

/** True where a staged row is not in the target: a trigger kept it out. */
export function missingStatement({ load, into, from }: Meeting): string {
  const current = load.mode === 'history' ? ` and t.${closed} is null` : ''
  return `select exists (select from ${from} as s where not exists (select from ${into} as t where ${
    sameKey(load.key, 't', 's')
  }${current})) as missing`
}
