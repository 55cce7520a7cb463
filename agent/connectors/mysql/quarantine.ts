/** Rows that were refused: a table beside the target, written in the commit of those that were not. */
import { Fault } from '../../../shared/faults.ts'
import { type Load, quarantineSuffix, type Rejected } from '../connector.ts'
import { checkName, quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'
import { exactCollation } from './types.ts'

/** Throws `name_refused` where the name would be too long. */
export function quarantineOf({ database, table }: TableName): TableName {
  const name = `${table}${quarantineSuffix}`
  checkName(name)
  return { database, table: name }
}

const names = ['run', 'stream', 'slice', 'row', 'column', 'code', 'source', 'at']

/** Before the transaction of the commit: DDL would end it. */
export async function makeQuarantine(session: Session, target: TableName): Promise<void> {
  const text = exactCollation(session.server)
  const types = [
    'char(36) character set ascii not null',
    'int not null',
    `varchar(255) ${text} not null`,
    'bigint not null',
    `varchar(64) ${text} null`,
    'varchar(64) character set ascii not null',
    `longtext ${text} null`,
    'datetime(6) not null',
  ]
  const columns = names.map((name, at) => `${quoteName(name)} ${types[at]}`)
  await session.run(
    `create table if not exists ${quoteTable(quarantineOf(target))} (${
      columns.join(', ')
    }, key (run, stream)) engine = innodb`,
  )
}

/** Bytes of one statement, or a little more. */
const most = 512 * 1024

/** Inside a transaction. What an attempt of this load has written before goes. Throws `rows_lost`. */
export async function storeRejected(
  session: Session,
  { load, target, rejected }: { load: Load; target: TableName; rejected: Rejected },
): Promise<void> {
  const table = quoteTable(quarantineOf(target))
  await session.run(`delete from ${table} where run = ${quoteText(load.runId)} and stream = ${load.index}`)
  const head = `insert into ${table} (${names.map(quoteName).join(', ')}) values `
  let stored = 0
  let rows: string[] = []
  let size = 0
  const flush = async () => {
    if (rows.length > 0) stored += (await session.run(head + rows.join(', '))).rows
    rows = []
    size = 0
  }
  const at = load.at.replace('T', ' ').replace('Z', '')
  for await (const { slice, row, column, code, source } of rejected.rows()) {
    const values = [load.runId, String(load.index), slice, String(row), column, code, source, at]
    const text = `(${values.map((value) => value === null ? 'null' : quoteText(value)).join(', ')})`
    rows.push(text)
    size += text.length
    if (size >= most) await flush()
  }
  await flush()
  if (stored === rejected.count) return
  throw new Fault(
    'rows_lost',
    `${rejected.count} rows were refused, and ${stored} arrived in ${tableText(quarantineOf(target))}.`,
  )
}
