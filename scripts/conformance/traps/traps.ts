/** Every trap, in the order of the table. */
import type { Trap } from '../trap.ts'
import { files } from './files.ts'
import { large } from './large.ts'
import { numbers } from './numbers.ts'
import { tables } from './tables.ts'
import { targets } from './targets.ts'
import { texts } from './texts.ts'
import { times } from './times.ts'
import { types } from './types.ts'

const named = [...numbers, ...times, ...texts, ...types, ...tables, ...targets, ...files, ...large]

/** SQLite's traps are libSQL's too: the same file behind another door. */
export const traps: readonly Trap[] = named.map((trap) => {
  const { sqlite } = trap.sources
  return {
    ...trap,
    ...(sqlite === undefined ? {} : { sources: { ...trap.sources, libsql: sqlite } }),
    ...(trap.target?.sqlite === undefined ? {} : { target: { ...trap.target, libsql: trap.target.sqlite } }),
    ...(trap.only?.includes('sqlite') ? { only: [...trap.only, 'libsql' as const] } : {}),
    ...(trap.to?.sqlite === undefined ? {} : { to: { ...trap.to, libsql: trap.to.sqlite } }),
    ...(trap.arrives?.sqlite === undefined
      ? {}
      : { arrives: { ...trap.arrives, libsql: trap.arrives.sqlite } }),
  }
})

/** Those that every run of the suite can afford. */
export const lightTraps: readonly Trap[] = traps.filter(({ heavy }) => heavy !== true)

export const heavyTraps: readonly Trap[] = traps.filter(({ heavy }) => heavy === true)
