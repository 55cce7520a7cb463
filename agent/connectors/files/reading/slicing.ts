/** Which files are read together: a slice is one, or several small ones that follow one another. */
import { createHash } from 'node:crypto'
import type { SliceId } from '../../connector.ts'
import type { FoundFile } from './found.ts'

/** Files are put together until they are as large. */
const leastBytes = 16 << 20

export interface FileGroup {
  readonly id: SliceId
  readonly files: readonly FoundFile[]
}

/**
 * The id says which bytes are read in which way: names, signatures, and `reading`, what says how. So the same id never
 * stands for other rows.
 */
export function groupsOf(files: readonly FoundFile[], reading: unknown): FileGroup[] {
  const groups: FoundFile[][] = []
  let bytes = Infinity
  for (const file of files) {
    if (bytes + file.bytes > leastBytes) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(file)
    bytes += file.bytes
  }
  const how = JSON.stringify(reading)
  return groups.map((group) => {
    const hash = createHash('sha256').update(how)
    for (const { name, signature } of group) hash.update(`\0${name}\0${signature}`)
    const more = group.length > 1 ? ` and ${group.length - 1} more` : ''
    return { id: `${shown(group[0]?.name ?? '')}${more} ${hash.digest('hex').slice(0, 16)}`, files: group }
  })
}

/** A ledger has room for so much of a name; what tells one from another is the hash. */
const shown = (name: string) => {
  const letters = Array.from(name)
  return letters.length > 150 ? `…${letters.slice(-150).join('')}` : name
}
