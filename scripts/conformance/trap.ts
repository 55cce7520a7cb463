/** What a trap is: values that tools of this kind lose, written down as each engine holds them. */

export const engineNames = [
  'postgres',
  'mysql',
  'sqlite',
  'libsql',
  'csv',
  'tsv',
  'jsonl',
  'parquet',
] as const
export type EngineName = typeof engineNames[number]

export type Cell = string | null

/** One column of values in a source. Without `values` each text is written as a literal of the engine's SQL. */
export interface ColumnMade {
  readonly type: string
  /** Expressions of the engine's SQL, one for each text. */
  readonly values?: readonly string[]
  /** Statements before the table is made. */
  readonly setUp?: readonly string[]
}

/** A source that is made in the engine's own words; `{table}` is the trap's own name, `{path}` its file. */
export interface StatementsMade {
  readonly statements: readonly string[]
  /** The stream, as a pipeline names it; the trap's own name if absent. */
  readonly from?: string
}

/** The bytes of a source file; invalid text is given as bytes, a large one is made when it is asked for. */
export interface FileMade {
  readonly file: string | Uint8Array | (() => string)
}

export const bytesOfFile = ({ file }: FileMade) => typeof file === 'function' ? file() : file

export type Made = string | ColumnMade | StatementsMade | FileMade

/** How two texts of one value are compared, where engines spell it differently and both are exact. */
export type Reading =
  | 'text'
  /** By value, signs of zero and NaN included; each text has digits enough for that. */
  | 'float64'
  | 'float32'
  /** t, true and 1; f, false and 0. */
  | 'boolean'
  /** Fractions of a second without zeros at their end; as RFC 3339 writes instants, or as SQL does. */
  | 'time'
  /** Numbers without zeros after their last digit, however far they are written. */
  | 'number'

export interface Expected {
  readonly columns: readonly string[]
  /** As texts; in any order. */
  readonly rows: readonly (readonly Cell[])[]
}

export interface Trap {
  /** A row of the table, and the name of its tables. */
  readonly name: string
  readonly group: string
  readonly sources: Partial<Record<EngineName, Made>>
  /** Why an engine cannot hold it, where there is more to say than that it has no such type. */
  readonly absent?: Partial<Record<EngineName, string>>
  readonly expected: Expected
  /** What it is in this destination, where that is written in another way. */
  readonly arrives?: Partial<Record<EngineName, Expected>>
  /** Why a destination has no such value; then what arrives in its place is the nearest that it has. */
  readonly unable?: Partial<Record<EngineName, string>>
  readonly reading?: Reading
  /** The type by which files of text are read, as `cast` spells it. */
  readonly cast?: string
  /** Statements that make the target before, by destination; `{target}` is its quoted name. */
  readonly target?: Partial<Record<EngineName, readonly string[]>>
  /** The name of the target, where it is a part of the trap. */
  readonly to?: Partial<Record<EngineName, string>>
  readonly mode?: 'replace' | 'append'
  /** Of a table that is not like the others: null where it has none. */
  readonly key?: readonly string[] | null
  /** Destinations that it says something about; all if absent. */
  readonly only?: readonly EngineName[]
  /** Takes long: run for itself, and only where it is asked for. */
  readonly heavy?: true
}

/** The names of its tables and files, in every engine. */
export function slugOf({ name }: Pick<Trap, 'name'>): string {
  return 't_' + name.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '')
}

interface ColumnTrap extends Partial<Omit<Trap, 'expected' | 'arrives'>> {
  readonly texts: readonly Cell[]
  readonly arrives?: Partial<Record<EngineName, readonly Cell[]>>
}

const numbered = (texts: readonly Cell[]): Expected => ({
  columns: ['id', 'v'],
  rows: texts.map((text, at) => [String(at + 1), text]),
})

/** A trap of one column `v`, beside the key `id`. */
export function column(
  [group, name]: readonly [string, string],
  sources: Trap['sources'],
  { texts, arrives = {}, ...rest }: ColumnTrap,
): Trap {
  const files: Trap['sources'] = rest.cast === undefined ? {} : textFiles(texts)
  return {
    ...rest,
    group,
    name,
    sources: { ...files, ...sources },
    expected: numbered(texts),
    arrives: Object.fromEntries(
      Object.entries(arrives).map(([engine, cells]) => [engine, numbered(cells)]),
    ),
  }
}

/** The same texts in the files that know nothing but text. */
export function textFiles(texts: readonly Cell[]): Trap['sources'] {
  return {
    csv: { file: `id,v\n${texts.map((text, at) => `${at + 1},${csvField(text)}\n`).join('')}` },
    ...(texts.some((text) => text !== null && /[\t\n\r"\\]/.test(text)) ? {} : {
      tsv: { file: `id\tv\n${texts.map((text, at) => `${at + 1}\t${tsvField(text)}\n`).join('')}` },
    }),
    jsonl: { file: texts.map((text, at) => `{"id":"${at + 1}","v":${JSON.stringify(text)}}\n`).join('') },
  }
}

const csvField = (text: Cell) =>
  text === null ? '' : text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

const tsvField = (text: Cell) => text === null ? '' : text === '' ? '""' : text

/** A trap of a table that is made in the engine's own words. */
export function table(
  [group, name]: readonly [string, string],
  sources: Trap['sources'],
  rest: Omit<Trap, 'group' | 'name' | 'sources'>,
): Trap {
  return { ...rest, group, name, sources }
}
