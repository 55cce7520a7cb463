/**
 * Rows of look-ups that hardly ever change – an agent, a token, what is published – kept in memory for exactly as long
 * as they are true: until a commit of this process writes to a table that they were read from, by a statement or by a
 * trigger of it, or until another process commits anything at all.
 */
import { setImmediate } from 'node:timers'
import type { EngineConnection } from './engine.ts'
import type { Row, Statement } from './plan.ts'
import { type Token, tokensOf } from './sql_tokens.ts'

/** What is kept at most, all together. */
const MAX_ROWS = 50_000
const MAX_BYTES = 32 * 1024 * 1024
const MAX_TEXTS = 5000
/** What a row takes besides its values. */
const ROW_BYTES = 200
const CELL_BYTES = 16

/** The rows of one statement, by its parameters. */
type Shelf = Map<string, Row>

/** What is known of the database. */
interface Schema {
  readonly tables: ReadonlySet<string>
  /** Tables that triggers write to where somebody writes to this one. */
  readonly triggered: ReadonlyMap<string, ReadonlySet<string>>
}

export class SteadyRows {
  /** The connection that writes: what it commits itself does not count as another's. */
  readonly #engine: EngineConnection
  #schema: Schema | null = null
  readonly #shelves = new Map<string, Shelf>()
  readonly #byTable = new Map<string, Set<Shelf>>()
  /** The tables that a write changes, by its text; null: it may be anything. */
  readonly #changes = new Map<string, readonly string[] | null>()
  /** Kept since all were dropped together: some of them have gone since. */
  #rows = 0
  #bytes = 0
  #version = 0
  /** Whether others were looked for in this turn of the event loop. */
  #looked = false

  constructor(engine: EngineConnection) {
    this.#engine = engine
  }

  /** The row of a statement that asks for a unique key: as it is now, whether it is kept or `find` has to look. */
  read({ sql, parameters }: Statement, find: () => Row | null): Row | null {
    const key = keyOf(parameters)
    if (key === null) return find()
    this.#lookForOthers()
    const shelf = this.#shelves.get(sql) ?? this.#shelve(sql)
    const kept = shelf.get(key)
    if (kept !== undefined) return kept
    const found = find()
    // What is not there is not kept: whoever guesses would push out what is.
    if (found === null) return null
    this.#rows++
    this.#bytes += sizeOf(key, found)
    if (this.#rows > MAX_ROWS || this.#bytes > MAX_BYTES) this.#clear()
    else shelf.set(key, Object.freeze(found))
    return found
  }

  /** A statement that has written is committed. */
  wrote(sql: string): void {
    let tables = this.#changes.get(sql)
    if (tables === undefined) {
      if (this.#changes.size >= MAX_TEXTS) this.#changes.clear()
      this.#changes.set(sql, tables = changedBy(sql, this.#known()))
    }
    if (tables === null) return this.forget()
    for (const table of tables) {
      for (const shelf of this.#byTable.get(table) ?? []) shelf.clear()
    }
  }

  /** Nobody can say what is in the database now, or what its tables are. */
  forget(): void {
    this.#clear()
    this.#shelves.clear()
    this.#byTable.clear()
    this.#changes.clear()
    this.#schema = null
  }

  #clear(): void {
    for (const shelf of this.#shelves.values()) shelf.clear()
    this.#rows = 0
    this.#bytes = 0
  }

  /** Once a turn: nothing that another process commits meanwhile can have been answered to anybody who asks in it. */
  #lookForOthers(): void {
    if (this.#looked) return
    // Before it counts as looked: where this throws, whoever asks next looks again.
    const version = this.#engine.first('PRAGMA data_version', [])?.['data_version'] as number
    this.#looked = true
    setImmediate(() => {
      this.#looked = false
    })
    if (version !== this.#version) this.forget()
    this.#version = version
  }

  /** Every table that the text has the name of: too many rather than too few. */
  #shelve(sql: string): Shelf {
    const { tables } = this.#known()
    const shelf: Shelf = new Map()
    this.#shelves.set(sql, shelf)
    for (const { text } of tokensOf(sql)) {
      if (!tables.has(text)) continue
      this.#byTable.set(text, (this.#byTable.get(text) ?? new Set()).add(shelf))
    }
    return shelf
  }

  #known(): Schema {
    return this.#schema ??= schemaOf(this.#engine)
  }
}

function schemaOf(engine: EngineConnection): Schema {
  const { rows } = engine.run("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type <> 'index'")
  const triggered = new Map<string, Set<string>>()
  for (const { type, tbl_name, sql } of rows) {
    if (type !== 'trigger') continue
    const tokens = tokensOf(sql as string)
    const body = tokens.slice(tokens.findIndex(({ text }) => text === 'begin'))
    const targets = body.flatMap((_, at) => targetAt(body, at) ?? [])
    const table = tbl_name as string
    triggered.set(table, new Set([...triggered.get(table) ?? [], ...targets]))
  }
  return {
    tables: new Set(rows.flatMap(({ type, name }) => type === 'trigger' ? [] : [name as string])),
    triggered,
  }
}

/** Its target, and whatever triggers there are on the way from there. Null for what is no INSERT, UPDATE or DELETE. */
function changedBy(sql: string, { tables, triggered }: Schema): readonly string[] | null {
  const tokens = tokensOf(sql)
  const first = tokens[0]?.text === 'insert' ? tokens.findIndex(({ text }) => text === 'into') : 0
  const target = targetAt(tokens, first)
  if (target === null || !tables.has(target)) return null
  const found = new Set([target])
  for (const table of found) for (const further of triggered.get(table) ?? []) found.add(further)
  return [...found]
}

/** The table that a write changes whose verb, or INTO, is there. */
function targetAt(tokens: readonly Token[], at: number): string | null {
  const is = (index: number, word: string) => tokens[index]?.kind === 'word' && tokens[index]?.text === word
  if (is(at, 'into')) return tokens[at + 1]?.text ?? null
  if (is(at, 'update')) return tokens[is(at + 1, 'or') ? at + 3 : at + 1]?.text ?? null
  return is(at, 'delete') && is(at + 1, 'from') ? tokens[at + 2]?.text ?? null : null
}

/** Null where there is something that is no text or number. Texts have no NUL in them: the engine takes none. */
function keyOf(parameters: readonly unknown[]): string | null {
  let key = ''
  for (const one of parameters) {
    if (typeof one === 'string') key += `\0$${one}`
    else if (typeof one === 'number') key += `\0${one}`
    else return null
  }
  return key
}

/** About what it takes in memory. */
function sizeOf(key: string, row: Row): number {
  let bytes = ROW_BYTES + key.length
  for (const value of Object.values(row)) {
    bytes += CELL_BYTES + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0)
  }
  return bytes
}
