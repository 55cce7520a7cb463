/** What a mode is shown by: a table that changes, a stream that is run again and again, and what must be there then. */
import type { Cell, EngineName, Expected } from '../trap.ts'

/** Rows of a target, or the code with which it is refused and left as it is. */
export type Outcome = Expected | { readonly refused: string }

export const actions = ['run', 'reset', 'resync', 'backfill'] as const
export type Action = typeof actions[number]

export interface Step {
  /** Statements in the source before the run; `{table}` is the stream. */
  readonly change: readonly string[]
  readonly action?: Action
  /** Values of the parameters `low` and `high`, which are 0 and 999999 where nobody says. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly then: Outcome
  /** What was put aside: row number, column and code. */
  readonly aside?: readonly (readonly Cell[])[]
}

export interface Scenario {
  readonly name: string
  /** Settings of the stream as a pipeline file has them in flow style, without from and to. */
  readonly stream: string
  readonly steps: readonly Step[]
  /** Destinations in which there is nothing of the kind, and why. */
  readonly unless?: Partial<Record<EngineName, string>>
  /** It adds to what is there: the target is a folder then, where targets are files. */
  readonly adds?: true
}

export const rows = (columns: string, ...cells: readonly (readonly Cell[])[]): Expected => ({
  columns: columns.split(' '),
  rows: cells,
})

export const table = `create table {table} (id integer primary key, v varchar(20), u bigint)`

export const insert = (...values: readonly string[]) =>
  values.map((value) => `insert into {table} values (${value})`)

export const update = (id: number, set: string) => `update {table} set ${set} where id = ${id}`
export const remove = (id: number) => `delete from {table} where id = ${id}`

/** What a history keeps besides: `then` stands for a time, NULL for none yet. */
export const versions = 'id v u _valid_from _valid_to'

/** Without a key of its own. */
export const keyless = `create table {table} (id integer, v varchar(20), u bigint)`
