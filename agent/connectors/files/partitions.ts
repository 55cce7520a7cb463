/** Folders `name=value` that say what is the same in all rows below them, as Hive and Spark write them. */

/** What NULL is called where it is a folder. */
const nullName = '__HIVE_DEFAULT_PARTITION__'

export type Partition = readonly [name: string, value: string | null]

/** The partitions that the folders of a path are, outermost first. */
export function partitionsOf(folders: readonly string[]): Partition[] {
  return folders.flatMap((folder) => {
    const at = folder.indexOf('=')
    if (at < 1) return []
    const value = folder.slice(at + 1)
    return [[unescaped(folder.slice(0, at)), value === nullName ? null : unescaped(value)] as const]
  })
}

/** The folder's name: `partitionsOf` gives the very same name and value back. */
export function partitionFolder([name, value]: Partition): string {
  if (value === null) return `${escaped(name)}=${nullName}`
  // The text that means NULL is no NULL.
  const spelled = value === nullName ? `%5F${value.slice(1)}` : escaped(value)
  return `${escaped(name)}=${spelled}`
}

/** What a path or one of its readers could take for something else; all else stands for itself. */
// deno-lint-ignore no-control-regex -- control characters are what it is about
const special = /[\x00-\x1f\x7f"#%'*/:=?\\{}[\]^<>|]/g

function escaped(text: string): string {
  return text.replace(special, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** A `%` that no two digits follow stands for itself. */
function unescaped(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  })
}
