/** Rows of text under headings, as wide as they need to be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  // A name with a line break in it would look like a row of its own, and one with a colour would colour others.
  const flat = rows.map((row) =>
    row.map((cell) => String(cell).replace(/[\t\n\r]/g, ' ').replaceAll('\x1b', '?'))
  )
  const all = [headings.map((heading) => heading.toUpperCase()), ...flat]
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[column] ?? '')))
  )
  return all.map((row) => line(row, widths)).join('\n')
}

/** `name  value` lines, the values in one column. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function line(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - Bun.stringWidth(cell)))
  return cells.join('  ').trimEnd()
}
