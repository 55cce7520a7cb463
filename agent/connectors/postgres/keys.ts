/** One row a key: what is staged is looked at before it goes anywhere. */
import { Fault } from '../../../shared/faults.ts'
import type { Load } from '../connector.ts'
import { stateOf } from './errors.ts'
import { quoteName } from './names.ts'
import type { Session } from './session.ts'

/** How much of the server's memory sorting and joining what was staged may take. */
const workMemory = "case when setting::bigint < 65536 then '64MB' else setting || 'kB' end"

export async function useWorkMemory(session: Session): Promise<void> {
  await session.rows(
    `select pg_catalog.set_config('work_mem', ${workMemory}, true) from pg_catalog.pg_settings where name = 'work_mem'`,
  )
}

/**
 * Leaves one row of each key in `table` (quoted, its key without NULLs), the newest by cursor. Throws `keys_doubled`
 * where nothing says which of two rows is the newer one, `key_refused` for a key that cannot be compared.
 */
export async function settleKeys(session: Session, table: string, load: Load): Promise<void> {
  // Sorts once, and tells the planner of what follows how many rows there are.
  if (await indexed(session, table, load)) return
  if (load.cursor !== null && await doubled(session, table, load) !== null) {
    await session.run(
      `delete from ${table} where ctid in (select ctid from (select ctid, rank() over (
         partition by ${listed(load.key)} order by ${quoteName(load.cursor)} desc nulls last) as age
         from ${table}) aged where age > 1)`,
    )
  }
  const left = await doubled(session, table, load)
  if (left !== null) throw doubledFault(load, left)
}

/** False where keys are doubled, or too long for an index. */
async function indexed(session: Session, table: string, load: Load): Promise<boolean> {
  await session.run('savepoint keys')
  try {
    await session.run(`create unique index on ${table} (${listed(load.key)})`)
    return true
  } catch (error) {
    if (stateOf(error) !== '23505' && stateOf(error) !== '54000') throw unusable(error, load)
    await session.run('rollback to savepoint keys')
    return false
  }
}

/** Makes the key of a new table its primary key; of a history, the key of its current rows. As `settleKeys`. */
export async function makeKey(session: Session, table: string, load: Load): Promise<void> {
  const statement = keyStatement(table, load)
  await session.run('savepoint made_key')
  try {
    await session.run(statement)
    return
  } catch (error) {
    if (stateOf(error) !== '23505') throw unusable(error, load)
    await session.run('rollback to savepoint made_key')
  }
  await settleKeys(session, table, load)
  await session.run(statement)
}

/** DDL that `makeKey` runs. */
export function keyStatement(table: string, { key, mode }: Load): string {
  if (mode !== 'history') return `alter table ${table} add primary key (${listed(key)})`
  return `alter table ${table} add primary key (${listed([...key, '_valid_from'])}); ` +
    `create unique index on ${table} (${listed(key)}) where "_valid_to" is null`
}

/** A condition that two rows have one key. */
export function sameKey(key: readonly string[], one: string, other: string): string {
  return key.map((name) => `${one}.${quoteName(name)} = ${other}.${quoteName(name)}`).join(' and ')
}

export function listed(names: readonly string[]): string {
  return names.map(quoteName).join(', ')
}

/** A key that is there twice; null when there is none. */
async function doubled(session: Session, table: string, load: Load): Promise<readonly string[] | null> {
  const texts = load.key.map((name, at) => `${quoteName(name)}::text as "${at}"`).join(', ')
  try {
    const [row] = await session.rows<Record<string, string>>(
      `select ${texts} from ${table} group by ${listed(load.key)} having count(*) > 1 limit 1`,
    )
    return row ? load.key.map((_, at) => String(row[at])) : null
  } catch (error) {
    throw unusable(error, load)
  }
}

function doubledFault({ key, cursor }: Load, values: readonly string[]): Fault {
  const example = key.map((name, at) => `${name} = ${values[at]}`).join(', ')
  const why = cursor === null
    ? 'nothing says which row is the newer one: give a cursor, or another key'
    : `"${cursor}" is the same in the newest of them`
  return new Fault('keys_doubled', `${example}: two rows have this key (${key.join(', ')}), and ${why}.`)
}

/** A type without equality or order can be no key. */
function unusable(error: unknown, { key }: Load): unknown {
  const state = stateOf(error)
  if (state !== '42883' && state !== '42704') return error
  return new Fault('key_refused', `The type of a column of the key (${key.join(', ')}) cannot be compared.`, {
    cause: error,
  })
}
