/** Tables of a load that is under way, and what becomes of them when it is not any more. */
import { Fault } from '../../../shared/faults.ts'
import type { Load } from '../connector.ts'
import { ownPrefix } from './catalog.ts'
import type { Ledger, LoadRecord } from './ledger.ts'
import { quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

export interface Stages {
  /** What is written, slice by slice. */
  readonly stage: TableName
  /** `mirror` of a part: all keys. */
  readonly keys: TableName
  /** What takes the target's place, where that is not `stage`. */
  readonly fresh: TableName
  /** What the target was. */
  readonly old: TableName
  /** See ledger.ts. */
  readonly mark: TableName
  readonly done: TableName
}

/** Named after run and stream, beside the target: a rename stays in its database. */
export function stagesOf({ database }: TableName, { runId, index }: Pick<Load, 'runId' | 'index'>): Stages {
  const base = `${ownPrefix}${runId.replaceAll('-', '')}_${index}`
  const named = (end: string): TableName => ({ database, table: `${base}_${end}` })
  return {
    stage: named('stage'),
    keys: named('keys'),
    fresh: named('new'),
    old: named('old'),
    mark: named('mark'),
    done: named('done'),
  }
}

export async function drop(session: Session, tables: readonly TableName[]): Promise<void> {
  for (const table of tables) await session.run(`drop table if exists ${quoteTable(table)}`)
}

/**
 * Ends what earlier loads of this target have begun: one whose table has taken its place is written into the ledger,
 * and everything else that they have made goes. Of `load` itself only what was published is looked at.
 */
export async function recover(session: Session, { ledger, name, load }: {
  readonly ledger: Ledger
  readonly name: TableName
  readonly load: Load
}): Promise<void> {
  for (const left of await ledger.left()) {
    const stages = stagesOf(name, { runId: left.run, index: left.stream })
    const ours = left.run === load.runId && left.stream === load.index
    const published = await recordIn(session, stages.done, name)
    if (published) {
      await session.run('start transaction')
      await ledger.record(published)
      await session.run('commit')
    }
    if (!published) await putBack(session, stages, name)
    if (ours && !published) continue
    await drop(session, Object.values(stages) as TableName[])
    await ledger.forget(left)
  }
}

/**
 * Where a rename of several tables is not whole or not at all (tables of engines without transactions, older servers),
 * a crash in its middle leaves the target under its old-table name: nothing else has its rows.
 */
async function putBack(session: Session, { old }: Stages, name: TableName): Promise<void> {
  if (await isThere(session, name) || !(await isThere(session, old))) return
  await session.run(`rename table ${quoteTable(old)} to ${quoteTable(name)}`)
}

async function isThere(session: Session, { database, table }: TableName): Promise<boolean> {
  const found = await session.rows(
    `select 1 from information_schema.tables where table_schema = ${quoteText(database)}
     and table_name = ${quoteText(table)}`,
  )
  return found.length > 0
}

/** What the load that made this table has to say; null when there is none, or it is another target's. */
async function recordIn(session: Session, done: TableName, name: TableName): Promise<LoadRecord | null> {
  if (!(await isThere(session, done))) return null
  const [row] = await session.rows<[string]>(`select ${quoteName('record')} from ${quoteTable(done)}`)
  const record = row ? JSON.parse(row[0]) as LoadRecord : null
  return record?.target === tableText(name) ? record : null
}

/** Puts `fresh` in the target's place, and its word about it with it, in one statement. */
export async function publish(session: Session, { fresh, stages, name, there, record }: {
  readonly fresh: TableName
  readonly stages: Stages
  readonly name: TableName
  /** There is a table of that name. */
  readonly there: boolean
  readonly record: LoadRecord
}): Promise<void> {
  await drop(session, [stages.mark, stages.old])
  await session.run(
    `create table ${quoteTable(stages.mark)} (${
      quoteName('record')
    } longtext character set utf8mb4) engine = innodb`,
  )
  await session.run(`insert into ${quoteTable(stages.mark)} values (${quoteText(JSON.stringify(record))})`)
  const renames = [
    ...(there ? [`${quoteTable(name)} to ${quoteTable(stages.old)}`] : []),
    `${quoteTable(fresh)} to ${quoteTable(name)}`,
    `${quoteTable(stages.mark)} to ${quoteTable(stages.done)}`,
  ]
  await session.run(`rename table ${renames.join(', ')}`)
  if (there) await dropOld(session, { fresh, stages, name })
}

/** A foreign key in a database that the account may not see has gone with the old table: then that comes back. */
async function dropOld(
  session: Session,
  { fresh, stages, name }: { fresh: TableName; stages: Stages; name: TableName },
): Promise<void> {
  try {
    await session.run(`drop table ${quoteTable(stages.old)}`)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'constraint_refused') throw error
    await session.run(
      `rename table ${quoteTable(name)} to ${quoteTable(fresh)}, ${quoteTable(stages.old)} to ${
        quoteTable(name)
      },
         ${quoteTable(stages.done)} to ${quoteTable(stages.mark)}`,
    )
    throw new Fault(
      'target_refused',
      `A foreign key refers to ${tableText(name)} from a table that the account may not see.`,
      { cause: error },
    )
  }
}
