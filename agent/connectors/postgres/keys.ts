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
 * Leaves one row of each key in `table` (quoted), the newest by cursor. Throws `key_refused` for a key without a value,
 * `keys_doubled` where nothing says which of two rows is the newer one.
 */
export async function settleKeys(session: Session, table: string, load: Load): Promise<void> {
  await refuseNulls(session, table, load)
  if (await doubled(session, table, load) === null) return
  if (load.cursor !== null) {
    await session.run(
      `delete from ${table} where ctid in (select ctid from (select ctid, rank() over (
         partition by ${listed(load.key)} order by ${quoteName(load.cursor)} desc nulls last) as age
         from ${table}) aged where age > 1)`,
    )
  }
  const left = await doubled(session, table, load)
  if (left !== null) throw doubledFault(load, left)
}

/** Makes the key of a new table its primary key; of a history, the key of its current rows. Throws like `settleKeys`. */
export async function makeKey(session: Session, table: string, load: Load): Promise<void> {
  const statement = keyStatement(table, load)
  await session.run('savepoint made_key')
  try {
    await session.run(statement)
    return
  } catch (error) {
    if (stateOf(error) !== '23505' && stateOf(error) !== '23502') throw unusable(error, load)
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

async function refuseNulls(session: Session, table: string, { key }: Load): Promise<void> {
  const counts = key.map((name, at) => `count(*) filter (where ${quoteName(name)} is null) > 0 as "${at}"`)
  const [row] = await session.rows<Record<string, boolean>>(`select ${counts.join(', ')} from ${table}`)
  const empty = key.filter((_, at) => row?.[at] !== false)
  if (empty.length === 0) return
  throw new Fault(
    'key_refused',
    `A row has no value in ${empty.map((name) => `"${name}"`).join(', ')} of its key.`,
  )
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
