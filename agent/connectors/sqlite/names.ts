/** Names of tables and columns, as SQLite knows them: letters of ASCII are folded, everything else counts. */
import { Fault } from '../../../shared/faults.ts'
import type { Column } from '../connector.ts'

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** As SQLite compares names: `Ä` and `ä` are two. */
export function folded(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** What tables of Sallyport's own begin with. */
export const ownPrefix = 'sallyport_'

/** Throws `name_refused` for what can be no name of a table or column. */
export function checkName(name: string): void {
  if (name !== '' && !name.includes('\0') && name.isWellFormed()) return
  throw new Fault('name_refused', 'A name is empty, or has a sign in it that SQLite cannot keep.')
}

/** Throws `name_refused`: some names are SQLite's or Sallyport's own. The whole text is the name, dots and quotes too. */
export function checkTarget(name: string): void {
  checkName(name)
  const small = folded(name)
  if (small.startsWith('sqlite_')) throw new Fault('name_refused', `"${name}": SQLite keeps such names.`)
  if (small.startsWith(ownPrefix)) {
    throw new Fault('name_refused', `"${name}": such names are for Sallyport's own tables.`)
  }
}

/** Throws `name_refused` where two columns would be one. */
export function refuseTwins(columns: readonly Pick<Column, 'name'>[]): void {
  const seen = new Map<string, string>()
  for (const { name } of columns) {
    checkName(name)
    const twin = seen.get(folded(name))
    if (twin !== undefined) throw new Fault('name_refused', `"${twin}" and "${name}" are one name to SQLite.`)
    seen.set(folded(name), name)
  }
}
