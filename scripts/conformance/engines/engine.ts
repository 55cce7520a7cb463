/** What the suite needs of an engine: a place to make traps in, and a place to look at what arrived. */
import type { Cell, EngineName, Trap } from '../trap.ts'

export interface Contents {
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly nullable: boolean | null
  }[]
  readonly key: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface SourcePlace {
  /** Settings of the connection, as a connections file has them in flow style. */
  readonly connection: string
  /** The stream of a trap, as a pipeline names it. */
  from(trap: Trap): string
}

/** A source whose tables change between runs. */
export interface Workshop {
  readonly connection: string
  /** The stream of this table, as a pipeline names it. */
  from(table: string): string
  /** Runs statements; `{timestamp}` is a type with microseconds, `{alter TABLE.COLUMN TYPE}` a change of type. */
  change(statements: readonly string[]): Promise<void>
}

export interface TargetPlace {
  readonly connection: string
  to(trap: Trap): string
  /** Null when there is nothing under that name. */
  read(trap: Trap): Promise<Contents | null>
  /** Everything in the place but Sallyport's own ledger: what is left behind is seen here. */
  names(): Promise<readonly string[]>
  /** What `names` calls the target of this trap. */
  nameOf(trap: Trap): string
  /** Puts something else under the target's name; absent where traps bring such targets themselves. */
  plant?(trap: Trap): Promise<void>
  /** What a run of this target has put aside; null when there is nothing of the kind. */
  aside(trap: Trap): Promise<Contents | null>
}

export interface Engine extends AsyncDisposable {
  readonly name: EngineName
  /** Makes the traps in a place of that name, with the engine's own client. */
  source(name: string, traps: readonly Trap[]): Promise<SourcePlace>
  /** A place of its own. Targets that traps want to be there before are made. */
  target(name: string, traps: readonly Trap[]): Promise<TargetPlace>
  /** Absent where nothing changes but whole files. */
  workshop?(name: string): Promise<Workshop>
}

/** A value of SQL: as text, doubled quotes. */
export const literal = (text: Cell) => text === null ? 'null' : `'${text.replaceAll("'", "''")}'`

/** A name of standard SQL. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Cells of more characters than this are told by \`md5:\` and their digest. */
export const longCell = 1_000_000

/** The words of an engine in the place of those of a scenario. */
export function spelled(
  statement: string,
  { timestamp, alter }: { timestamp: string; alter: (table: string, column: string, type: string) => string },
): string {
  return statement.replaceAll('{timestamp}', timestamp)
    .replace(/\{alter (\w+)\.(\w+) (\w+)\}/, (_, table, column, type) => alter(table, column, type))
}
