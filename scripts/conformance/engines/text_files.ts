/** Files of text: written byte by byte, and read by parsers that are as plain as the formats. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOfFile, type Cell, slugOf, type Trap } from '../trap.ts'
import { type Contents, type Engine, longCell, type TargetPlace } from './engine.ts'

type Format = 'csv' | 'tsv' | 'jsonl'

export function textFilesEngine(format: Format, folder: string): Engine {
  return {
    name: format,
    source(name, traps) {
      const place = join(folder, `${format}-${name}`)
      mkdirSync(place, { recursive: true })
      for (const trap of traps) {
        const made = trap.sources[format]
        if (made === undefined) continue
        if (typeof made === 'string' || !('file' in made)) {
          throw new Error(`${trap.name}: ${format} is a file`)
        }
        writeFileSync(join(place, `${slugOf(trap)}.${format}`), bytesOfFile(made))
      }
      return Promise.resolve({
        connection: `{ type: files, path: "${place}", format: ${format} }`,
        from: (trap) => `${slugOf(trap)}.${format}`,
      })
    },
    target(name) {
      const place = join(folder, name)
      mkdirSync(place, { recursive: true })
      return Promise.resolve(targetIn(place, format))
    },
    async [Symbol.asyncDispose]() {},
  }
}

const planted = { csv: 'id,v\nold,old\n', tsv: 'id\tv\nold\told\n', jsonl: '{"id":"old","v":"old"}\n' }

function targetIn(place: string, format: Format): TargetPlace {
  const nameOf = (trap: Trap) => trap.to?.[format] ?? `${slugOf(trap)}.${format}`
  const parse = (bytes: Buffer) => format === 'jsonl' ? readLines(bytes) : readFields(bytes, format)
  return {
    connection: `{ type: files, path: "${place}", format: ${format} }`,
    nameOf,
    to: nameOf,
    names: () => Promise.resolve(readdirSync(place).filter((name) => name !== '.sallyport')),
    read(trap) {
      const read = filesAt(join(place, nameOf(trap))).map((path) => parse(readFileSync(path)))
      return Promise.resolve(read.length === 0 ? null : contentsOf(read))
    },
    plant(trap) {
      writeFileSync(join(place, nameOf(trap)), planted[format])
      return Promise.resolve()
    },
    aside: (trap) => Promise.resolve(readAside(join(place, nameOf(trap)))),
  }
}

/** The file, or all files of the folder. */
export function filesAt(path: string): string[] {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).filter((name) => !name.startsWith('.')).sort().map((name) => join(path, name))
}

export function readAside(target: string): Contents | null {
  const paths = filesAt(`${target}__quarantine.jsonl`)
  return paths.length === 0 ? null : contentsOf(paths.map((path) => readLines(readFileSync(path))))
}

/** One table of several files: columns by name. */
function contentsOf(files: readonly Read[]): Contents {
  const names = [...new Set(files.flatMap((file) => file.names))]
  const rows = files.flatMap((file) =>
    file.rows.map((row) => names.map((name) => shortened(row[file.names.indexOf(name)] ?? null)))
  )
  return { columns: names.map((name) => ({ name, type: '', nullable: null })), key: [], rows }
}

function shortened(cell: Cell): Cell {
  if (cell === null || cell.length <= longCell) return cell
  return `md5:${createHash('md5').update(cell).digest('hex')}`
}

interface Read {
  readonly names: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const separators = { csv: ',', tsv: '\t' }

/** RFC 4180 with LF, by indexOf: an expression gives up within a field of hundreds of megabytes. An unquoted empty field is NULL, a quoted one is empty. */
function readFields(bytes: Buffer, format: 'csv' | 'tsv'): Read {
  // One character a byte: what is no UTF-8 can be told field by field.
  const text = bytes.toString('latin1')
  const separator = separators[format]
  const rows: Cell[][] = []
  let row: Cell[] = []
  for (let at = 0; at < text.length;) {
    const [cell, end] = text[at] === '"' ? quotedAt(text, at) : bareAt(text, { at, separator })
    row.push(cell)
    at = end + 1
    if (text[end] === separator) continue
    if (end < text.length && text[end] !== '\n') throw new Error(`no ${format} at character ${end}`)
    rows.push(row)
    row = []
  }
  const [names = [], ...rest] = rows
  return { names: names.map(String), rows: rest }
}

/** What is between the quotes, and where the field ends. */
function quotedAt(text: string, at: number): [string, number] {
  let end = text.indexOf('"', at + 1)
  while (text[end + 1] === '"') end = text.indexOf('"', end + 2)
  if (end < 0) throw new Error(`no closing quote from character ${at}`)
  return [utf8(text.slice(at + 1, end).replaceAll('""', '"')), end + 1]
}

function bareAt(
  text: string,
  { at, separator }: { readonly at: number; readonly separator: string },
): [Cell, number] {
  const stops = new RegExp(`[${separator}\\r\\n"]`, 'g')
  stops.lastIndex = at
  const end = stops.exec(text)?.index ?? text.length
  return [end === at ? null : utf8(text.slice(at, end)), end]
}

function utf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return `the bytes ${bytes.toString('hex')}`
  }
}

/** One object a line. A string is its text; all other values are as they stand in the file: 1.10 is not 1.1. */
function readLines(bytes: Buffer): Read {
  const text = utf8(bytes.toString('latin1'))
  if (text.startsWith('the bytes')) return { names: ['no UTF-8'], rows: [] }
  const objects = text.split('\n').filter((line) => line !== '').map(membersOf)
  const names = [...new Set(objects.flatMap((members) => [...members.keys()]))]
  return { names, rows: objects.map((members) => names.map((name) => members.get(name) ?? null)) }
}

function membersOf(line: string): Map<string, Cell> {
  // The line is JSON as a whole; then its members are cut out as they are written.
  JSON.parse(line)
  const members = new Map<string, Cell>()
  let at = line.indexOf('{') + 1
  const space = /\s*/y
  const skip = () => {
    space.lastIndex = at
    space.exec(line)
    at = space.lastIndex
  }
  for (skip(); line[at] !== '}'; skip()) {
    const name = JSON.parse(tokenAt(line, at)) as string
    at += tokenAt(line, at).length
    skip()
    at++
    skip()
    const token = tokenAt(line, at)
    if (members.has(name)) throw new Error(`${name} is there twice`)
    members.set(name, token === 'null' ? null : token.startsWith('"') ? JSON.parse(token) as string : token)
    at += token.length
    skip()
    if (line[at] === ',') at++
  }
  return members
}

/** Where the string that begins here has its closing quote. */
function stringEnd(line: string, from: number): number {
  for (let at = line.indexOf('"', from + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let slashes = 0
    while (line[at - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return at
  }
  return line.length
}

/** The text of the value that begins here. */
function tokenAt(line: string, from: number): string {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    const sign = line[at] as string
    if (sign === '"') {
      at = stringEnd(line, at)
      if (depth === 0) return line.slice(from, at + 1)
    } else if (sign === '{' || sign === '[') depth++
    else if (sign === '}' || sign === ']') {
      if (depth === 0) return line.slice(from, at).trimEnd()
      if (--depth === 0) return line.slice(from, at + 1)
    } else if (sign === ',' && depth === 0) return line.slice(from, at).trimEnd()
  }
  return line.slice(from)
}
