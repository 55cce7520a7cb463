/** Streams that are named by a pattern: what one run makes of all that it finds. */
import type { TargetPlace } from '../engines/engine.ts'
import type { Pair } from '../pair.ts'
import type { EngineName, Trap } from '../trap.ts'
import { callBinary, type ModePlaces } from './call.ts'

const everyTable = 'a pattern: every table that it finds'
const collision = 'a pattern: targets that are one name once letters are folded'

/** The rows of the table of modes, in its order. */
export const patternNames = [everyTable, collision]

export async function runPatterns(pair: Pair, places: ModePlaces): Promise<ReadonlyMap<string, string>> {
  const outcomes = new Map([[everyTable, await everyTableFound(pair, places)]])
  // Names of SQLite's own tables fold: it cannot have two such.
  if (pair.source === 'postgres') outcomes.set(collision, await collides(pair, places))
  return outcomes
}

async function everyTableFound({ destination }: Pair, places: ModePlaces): Promise<string> {
  await places.from.change(
    ['found_1', 'found_2', 'other'].flatMap((name) => [
      `create table ${name} (id integer primary key, v varchar(20))`,
      `insert into ${name} values (1, '${name}')`,
    ]),
  )
  const stream = streamOf(places, 'found_*', targetOf(destination, 'as_{table}'))
  const ended = await callBinary([stream], { places, flags: [], name: 'pattern' })
  if (ended.exit !== 0) return `wrong: ${ended.code ?? ended.exit}`
  for (const name of ['found_1', 'found_2']) {
    const rows = await rowsOf(places.to, targetOf(destination, `as_${name}`))
    if (rows !== `1,${name}`) return `wrong: ${name} has ${rows}`
  }
  return (await rowsOf(places.to, targetOf(destination, 'as_other'))) === null
    ? 'works'
    : 'wrong: other was moved'
}

async function collides({ destination }: Pair, places: ModePlaces): Promise<string> {
  await places.from.change(
    ['"Twin"', 'twin'].map((name) => `create table ${name} as select 1 as id, 'x' as v`),
  )
  const before = await places.to.names()
  const stream = streamOf(places, '*win', targetOf(destination, 'one_{table}'))
  const ended = await callBinary([stream], { places, flags: [], name: 'collision' })
  const [first] = (ended.value as { streams: { code: string | null }[] } | null)?.streams ?? []
  if (first?.code !== 'names_collide') return `wrong: ${first?.code ?? ended.exit} instead of names_collide`
  const after = await places.to.names()
  return before.join() === after.join() ? 'works' : 'wrong: names_collide, and something was written'
}

const streamOf = ({ from, to }: ModePlaces, pattern: string, target: Trap) =>
  `from: ${JSON.stringify(from.from(pattern))}, to: ${JSON.stringify(to.to(target))}, mode: replace`

/** What the places know of a target: its name. */
function targetOf(destination: EngineName, name: string): Trap {
  const isFile = ['csv', 'tsv', 'jsonl', 'parquet'].includes(destination)
  const to = { [destination]: isFile ? `${name}.${destination}` : name }
  return { name, group: '', sources: {}, expected: { columns: [], rows: [] }, to }
}

async function rowsOf(to: TargetPlace, target: Trap): Promise<string | null> {
  const found = await to.read(target)
  return found === null ? null : found.rows.map((row) => row.join()).join(' ')
}
