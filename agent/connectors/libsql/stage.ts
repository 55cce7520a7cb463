/** The table of a server that rows are kept in until the last batch. */
import { Fault } from '../../../shared/faults.ts'
import { quoteName } from '../sqlite/names.ts'
import { isKeyed, type Plan } from '../sqlite/plan.ts'
import { affinityName, orderColumn, stagingName } from '../sqlite/statements.ts'

/** It becomes the target by its name alone. */
export function isNew(plan: Plan): boolean {
  return plan.table === null && !isKeyed(plan.load)
}

export function stageStatement(plan: Plan): string {
  const name = quoteName(stagingName(plan.load))
  if (isNew(plan)) {
    const target = `create table ${quoteName(plan.name)} `
    return (plan.before[0] as string).replace(target, () => `create table ${name} `)
  }
  const parts = plan.columns.map((column) => `${quoteName(column.name)} ${affinityName[column.affinity]}`)
  if (isKeyed(plan.load)) parts.push(orderColumn)
  return `create table ${name} (${parts.join(', ')})`
}

/** What rowids of it are called, whatever its columns are. */
export function rowidOf({ columns }: Plan): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  const free = ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name))
  if (free !== undefined) return free
  throw new Fault(
    'name_refused',
    'Columns are called rowid, _rowid_ and oid: no name is left for what SQLite needs.',
  )
}

const names = (list: readonly string[]) => list.map(quoteName).join(', ')

/** Of several rows with one key the last in order stays, and all that are level there. */
export function losers(plan: Plan): string[] {
  const name = quoteName(stagingName(plan.load))
  const rowid = rowidOf(plan)
  const key = names(plan.key)
  return [
    `create index if not exists ${quoteName(`${stagingName(plan.load)}_key`)} on ${name} (${key})`,
    `delete from ${name} where ${rowid} in (select r from (select ${rowid} as r,
       rank() over (partition by ${key} order by ${orderColumn} desc) as place from ${name}) where place > 1)`,
  ]
}

export const doubled = (plan: Plan) =>
  `select exists (select 1 from ${quoteName(stagingName(plan.load))} group by ${
    names(plan.key)
  } having count(*) > 1)`
