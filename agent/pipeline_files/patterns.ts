/**
 * Patterns in the names of streams. `*` in `from` stands for any letters within one part of a name, outside of double
 * quotes; `{schema}` and `{table}` in `to` for the parts of the name that was found.
 */

const quoted = /"(?:[^"]|"")*"/g

/** Whether a name stands for every name that fits it. */
export function isPattern(from: string): boolean {
  return from.replace(quoted, '').includes('*')
}

/** What stands in braces in the name of a target. */
export function placeholdersOf(to: string): string[] {
  return [...to.replace(quoted, '').matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] as string)
}

/** The pattern that every name fits which `to` may come to. */
export function patternOf(to: string): string {
  return to.replace(/\{(?:schema|table)\}/g, '*')
}
