/**
 * Statements whose text is made once, for what many requests ask: building one and spelling it out costs more than the
 * engine takes to run it.
 */
import { type Compilable, type Reader, readPrepared, statement } from './database.ts'
import type { Row, Statement } from './plan.ts'

/** Stands in a statement for a value that is said when it runs. */
class Blank {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

const blanks = new Proxy({}, { get: (_, name) => new Blank(String(name)) })

/**
 * `build` is called once for each shape, with something in place of every value: it hands them on and must not look at
 * them. What differs but by values – which columns are set – has to be in the shape.
 */
export function prepared<Given extends object>(
  build: (given: Given, shape: string) => Compilable,
): (given: Given, shape?: string) => Statement {
  const made = new Map<string, Statement>()
  return (given, shape = '') => {
    let known = made.get(shape)
    if (known === undefined) made.set(shape, known = statement(build(blanks as Given, shape)))
    const values = given as Readonly<Record<string, unknown>>
    return {
      ...known,
      parameters: known.parameters.map((one) => one instanceof Blank ? values[one.name] : one),
    }
  }
}

/** Looks for rows. `build` as in `prepared`. */
export function search<Given extends object, Found>(
  build: (given: Given, shape: string) => Compilable<Found>,
): (db: Reader, given: Given, shape?: string) => Promise<readonly Found[]> {
  const made = prepared(build)
  return async (db, given, shape) => await readPrepared(db, made(given, shape)) as readonly Found[]
}

/**
 * Looks for the one row of a unique key; null where there is none. `build` as in `prepared`. `steady`: the row hardly ever
 * changes, so that it is worth keeping; it is frozen then, and read again where it may have changed.
 */
export function lookup<Given extends object, Found>(
  build: (given: Given) => Compilable<Found>,
  { steady = false }: { readonly steady?: boolean } = {},
): (db: Reader, given: Given) => Promise<Found | null> {
  const made = prepared(build)
  return async (db, given) => {
    const [row] = await readPrepared(db, { ...made(given), single: true, steady })
    return (row as (Row & Found) | undefined) ?? null
  }
}
