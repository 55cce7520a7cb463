/** How staged rows get into their target. Every statement can be run whole, or over a part of the rows at a time. */
import { historyColumns } from '../connector.ts'
import type { Reader } from './catalog.ts'
import { folded, quoteName, quoteText } from './names.ts'
import { isKeyed, type Plan, timeOf } from './plan.ts'

/** What a staging table has beside the columns: what rows are ordered by, and how many have the last place in it. */
export const orderColumn = quoteName('sallyport_order')
export const countColumn = quoteName('sallyport_count')

export function stagingName({ runId, index }: { readonly runId: string; readonly index: number }): string {
  return `sallyport_stage_${runId.replaceAll('-', '')}_${index}`
}

export function keysName(of: { readonly runId: string; readonly index: number }): string {
  return stagingName(of).replace('stage', 'keys')
}

/** Kept as the target will keep it: by affinity alone. */
export const affinityName = {
  INTEGER: 'INTEGER',
  TEXT: 'TEXT',
  BLOB: 'BLOB',
  REAL: 'REAL',
  NUMERIC: 'NUMERIC',
  NONE: 'BLOB',
}

/** Makes the table that rows are kept in; of those with one key, the last in order stays. */
export function stagingStatement(plan: Plan): string {
  const parts = plan.columns.map(({ name, affinity }) => `${quoteName(name)} ${affinityName[affinity]}`)
  if (isKeyed(plan.load)) {
    parts.push(orderColumn, `${countColumn} INTEGER not null default 1`, `unique (${names(plan.key)})`)
  }
  return `create table ${quoteName(stagingName(plan.load))} (${parts.join(', ')})`
}

export function keysStatement(plan: Plan): string {
  const affinities = new Map(plan.columns.map(({ name, affinity }) => [name, affinityName[affinity]]))
  const parts = plan.key.map((name) => `${quoteName(name)} ${affinities.get(name) ?? ''}`)
  return `create table ${quoteName(keysName(plan.load))} (${parts.join(', ')}, unique (${names(plan.key)}))`
}

const names = (list: readonly string[]) => list.map(quoteName).join(', ')

/** `rows` rows at once. */
export function insertInto(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => '?').join(',')})`
  return `insert into ${quoteName(table)} (${columns.join(', ')}) values ${Array(rows).fill(row).join(',')}`
}

/** Of two rows with one key the later in order stays; those that are level are counted. */
export function insertByKey(plan: Plan, rows: number): string {
  const columns = [...plan.columns.map(({ name }) => quoteName(name)), orderColumn]
  const set = columns.map((name) => `${name} = excluded.${name}`).join(', ')
  return `${insertInto(stagingName(plan.load), columns, rows)} on conflict (${
    names(plan.key)
  }) do update set ${set},
    ${countColumn} = case when excluded.${orderColumn} > ${orderColumn} then 1 else ${countColumn} + 1 end
    where excluded.${orderColumn} >= ${orderColumn}`
}

export const doubledStatement = (plan: Plan) =>
  `select exists (select 1 from ${quoteName(stagingName(plan.load))} where ${countColumn} > 1)`

/**
 * Whether several staged rows meet one row of the target, which takes their keys for equal. `rowid`: of the staging
 * table.
 */
export const meetingStatement = (plan: Plan, rowid: string) =>
  `select exists (select 1 from ${quoteName(plan.name)} as t join ${
    quoteName(stagingName(plan.load))
  } as s on ${sameKey(plan)} group by ${
    plan.key.map((name) => `t.${quoteName(name)}`).join(', ')
  } having count(distinct s.${rowid}) > 1)`

export interface Step {
  /** `part`: a condition over rowids of `over`, as `s.rowid` or `t.rowid` is. */
  sql(part: string): string
  /** Whose rows it goes through: the staged ones as `s`, or those of the target as `t`. */
  readonly over: 's' | 't'
  /** One row of the target is added for every staged one. */
  readonly adds: boolean
}

/** Brings staged rows into the target, after it was made and emptied. `at`: as `historyTime` gives it. */
export function stepsOf(plan: Plan, at: string): Step[] {
  const { load } = plan
  if (load.mode === 'history') return historySteps(plan, at)
  if (!isKeyed(load)) return [insertStep(plan)]
  return [...mergeSteps(plan), ...(load.mode === 'mirror' ? [mirrorStep(plan)] : [])]
}

const stage = ({ load }: Plan) => quoteName(stagingName(load))
const into = ({ name }: Plan) => quoteName(name)

function insertStep(plan: Plan): Step {
  const columns = names(plan.columns.map(({ name }) => name))
  return {
    sql: (part) =>
      `insert into ${into(plan)} (${columns}) select ${columns} from ${stage(plan)} as s where ${part}`,
    over: 's',
    adds: true,
  }
}

function sameKey({ key }: Plan): string {
  return key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' and ')
}

/** By what is stored, whatever counts as equal in a column. */
function differs(columns: readonly string[]): string {
  const row = (of: string) => columns.map((name) => `${of}.${quoteName(name)} collate binary`)
  const [ours, theirs] = [row('t'), row('s')]
  if (columns.length === 1) return `${ours[0]} is not ${theirs[0]}`
  // Values of rows compare without the depth that a chain of as many conditions has.
  return `(${ours.join(', ')}) is not (${theirs.join(', ')})`
}

/** A part of the stream may bring a row that is older than the one that is there: then that one stays. */
function newer({ load, columns }: Plan): string {
  const cursor = columns.find(({ name }) => load.cursor !== null && folded(name) === folded(load.cursor))
  // Only where SQLite's own order is the type's.
  if (!cursor || !load.partial || cursor.type.kind === 'decimal') return ''
  const name = quoteName(cursor.name)
  return ` and (t.${name} is null or s.${name} >= t.${name})`
}

function mergeSteps(plan: Plan): Step[] {
  const all = plan.columns.map(({ name }) => name)
  const keyed = new Set(plan.key.map(folded))
  const values = all.filter((name) => !keyed.has(folded(name)))
  const set = values.map((name) => `${quoteName(name)} = s.${quoteName(name)}`).join(', ')
  const update: Step = {
    sql: (part) =>
      `update ${into(plan)} as t set ${set} from ${stage(plan)} as s
       where ${part} and ${sameKey(plan)} and ${differs(values)}${newer(plan)}`,
    over: 's',
    adds: false,
  }
  const insert: Step = {
    sql: (part) =>
      `insert into ${into(plan)} (${names(all)}) select ${names(all)} from ${stage(plan)} as s
       where ${part} and not exists (select 1 from ${into(plan)} as t where ${sameKey(plan)})`,
    over: 's',
    adds: false,
  }
  return values.length === 0 ? [insert] : [update, insert]
}

/** Rows whose key is not among all keys of the stream go. */
function mirrorStep(plan: Plan): Step {
  const keys = plan.load.partial ? quoteName(keysName(plan.load)) : stage(plan)
  return {
    sql: (part) =>
      `delete from ${into(plan)} as t where ${part} and not exists (select 1 from ${keys} as s where ${
        sameKey(plan)
      })`,
    over: 't',
    adds: false,
  }
}

const opened = quoteName(historyColumns.from)
const closed = quoteName(historyColumns.to)

/** A time after all that the history has, and not before the run's: clocks may disagree. */
export async function historyTime(reader: Reader, plan: Plan): Promise<string> {
  const at = timeOf(plan.load.at)
  if (plan.load.mode !== 'history' || plan.table === null || plan.emptied) return at
  const [row] = await reader.rows(`select max(${opened}), max(${closed}) from ${into(plan)}`)
  const [begun = '', ended = ''] = (row ?? []).map((value) => typeof value === 'string' ? value : '')
  const times = [afterMoment(begun), momentPattern.test(ended) ? ended : '']
  return times.reduce((last, one) => last < one ? one : last, at)
}

const momentPattern = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/

/** A microsecond later. */
function afterMoment(value: string): string {
  const match = momentPattern.exec(value)
  if (!match) return ''
  const [, second = '', fraction = ''] = match
  const micros = Number(fraction.padEnd(6, '0')) + 1
  const whole = Date.parse(`${second.replace(' ', 'T')}Z`) + (micros === 1_000_000 ? 1000 : 0)
  const shown = new Date(whole).toISOString().slice(0, 19).replace('T', ' ')
  return `${shown}.${String(micros % 1_000_000).padStart(6, '0')}+00`
}

function historySteps(plan: Plan, at: string): Step[] {
  const { load } = plan
  const all = plan.columns.map(({ name }) => name)
  const keyed = new Set(plan.key.map(folded))
  const values = all.filter((name) => !keyed.has(folded(name)))
  const time = quoteText(at)
  const changed: Step = {
    sql: (part) =>
      `update ${into(plan)} as t set ${closed} = ${time} from ${stage(plan)} as s
       where ${part} and ${sameKey(plan)} and t.${closed} is null and ${differs(values)}${newer(plan)}`,
    over: 's',
    adds: false,
  }
  const gone: Step = {
    sql: (part) =>
      `update ${into(plan)} as t set ${closed} = ${time} where ${part} and t.${closed} is null
       and not exists (select 1 from ${stage(plan)} as s where ${sameKey(plan)})`,
    over: 't',
    adds: false,
  }
  const insert: Step = {
    sql: (part) =>
      `insert into ${into(plan)} (${names(all)}, ${opened}) select ${names(all)}, ${time} from ${
        stage(plan)
      } as s
       where ${part} and not exists
         (select 1 from ${into(plan)} as t where ${sameKey(plan)} and t.${closed} is null)`,
    over: 's',
    adds: false,
  }
  return [...(values.length === 0 ? [] : [changed]), ...(load.partial ? [] : [gone]), insert]
}
