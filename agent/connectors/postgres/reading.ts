/** Which rows a COPY reads, and how values get into it. */
import { type Condition, conditionText } from '../../../shared/condition.ts'
import type { ParameterType } from '../../../shared/parameters.ts'
import type { Format, Range } from '../connector.ts'
import type { PostgresColumn, Table } from './catalog.ts'
import { quoteName, quoteTable } from './names.ts'
import type { Session } from './session.ts'

/** Pages of a table: from the first, to before the second; null for its end. */
export interface Pages {
  readonly from: number
  readonly to: number | null
}

/** Rows of a table. Null means: no such bound. */
export interface Portion {
  readonly condition: Condition | null
  readonly range: Range | null
  readonly pages: Pages | null
}

/** Binds what the portion is bounded by, inside the transaction that reads. */
export async function bind(session: Session, { condition, range }: Portion): Promise<void> {
  const values = Object.entries(condition?.values ?? {}).map(([name, { value }]) => [settingOf(name), value])
  if (range?.after) values.push([afterSetting, range.after.value])
  if (range && range.upTo !== null) values.push([upToSetting, range.upTo])
  for (const pair of values) await session.rows('select pg_catalog.set_config($1, $2, true)', pair)
}

/** A table as itself, which is a little faster; what has no rows of its own, or computes some, as a query. */
export function copyOut(
  { table, columns, format }: { table: Table; columns: readonly PostgresColumn[]; format: Format },
  portion: Portion,
): string {
  const names = columns.map(({ name }) => quoteName(name)).join(', ')
  const where = whereOf(table, portion)
  const plain = where === '' && table.kind === 'r' && !table.hasChildren &&
    columns.every((column) => !column.generated)
  const what = plain
    ? `${quoteTable(table.name)} (${names})`
    : `(select ${names} from ${quoteTable(table.name)}${where})`
  return `copy ${what} to stdout ${optionsOf(format)}`
}

/** ` where …`, or nothing. */
export function whereOf(table: Table, { condition, range, pages }: Portion): string {
  const parts = [
    ...(condition === null ? [] : [conditionText(condition, spelled)]),
    ...(range === null ? [] : [rangeText(table, range)]),
    ...(pages === null ? [] : [pagesText(pages)]),
  ]
  return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`
}

function rangeText(table: Table, { column, after, upTo, nulls }: Range): string {
  const name = quoteName(column)
  const type = orderType(table, column)
  const bounds = [
    ...(after ? [`${name} ${after.inclusive ? '>=' : '>'} ${setting(afterSetting, type)}`] : []),
    upTo === null ? 'false' : `${name} <= ${setting(upToSetting, type)}`,
  ]
  return `((${bounds.join(' and ')})${nulls ? ` or ${name} is null` : ''})`
}

/** The type below a column's own, without a modifier that would round what is compared with it. */
export function orderType(table: Table, column: string): string {
  const catalog = table.columns.find(({ name }) => name === column)?.catalog
  return catalog ? `${quoteName(catalog.baseSchema)}.${quoteName(catalog.base)}` : 'text'
}

function pagesText({ from, to }: Pages): string {
  const bounds = [`ctid >= '(${from},0)'::tid`, ...(to === null ? [] : [`ctid < '(${to},0)'::tid`])]
  return bounds.join(' and ')
}

/** COPY takes no parameters: a setting of this transaction carries each value, and is bound like one. */
const settingOf = (parameter: string) => `sallyport.${parameter}`
const afterSetting = 'sallyport_range.after'
const upToSetting = 'sallyport_range.up_to'

/** As a query of its own, it is read once and not for every row. */
const setting = (name: string, type: string) => `(select current_setting('${name}')::${type})`

const types: Readonly<Record<ParameterType, string>> = {
  text: 'text',
  integer: 'bigint',
  date: 'date',
  timestamp: 'timestamptz',
}

function spelled(parameter: string, type: ParameterType): string {
  return setting(settingOf(parameter), types[type])
}

function optionsOf(format: Format): string {
  if (format === 'pgcopy') return '(format binary)'
  return `(format csv, null ''${format === 'quoted-csv' ? ', force_quote *' : ''})`
}
