/** The table of pair × trap for people, made of the outcomes that the suite expects. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../suites.ts'
import { readModes, readOutcomes } from './outcomes.ts'
import { type EngineName, engineNames, type Trap } from './trap.ts'

export const documentPath = join(root, 'agent', 'connectors', 'CONFORMANCE.md')
const readmePath = join(root, 'README.md')
const marks = ['<!-- conformance: begin -->', '<!-- conformance: end -->'] as const

const letters: Readonly<Record<string, string>> = {
  value_refused: 'V',
  type_refused: 'T',
  name_refused: 'N',
  row_refused: 'R',
  file_invalid: 'F',
  value_too_large: 'L',
  target_refused: 'G',
  schema_refused: 'S',
}

function sign(outcome: string | undefined): string {
  if (outcome === undefined) return ' '
  if (outcome.startsWith('exact')) return '='
  if (outcome.startsWith('not applicable')) return '–'
  if (outcome.startsWith('wrong')) return '**!**'
  const code = outcome.replace(/^refused: /, '')
  return letters[code] ?? code
}

const cell = (text: string) => text.replaceAll('|', '\\|')

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`
}

const titles: Readonly<Record<EngineName, string>> = {
  postgres: 'PostgreSQL',
  mysql: 'MariaDB',
  sqlite: 'SQLite',
  libsql: 'libSQL',
  csv: 'CSV',
  tsv: 'TSV',
  jsonl: 'JSONL',
  parquet: 'Parquet',
}

function ofSource(source: EngineName, traps: readonly Trap[]): string[] {
  const outcomes = readOutcomes(source)
  const destinations = engineNames.filter((name) =>
    Object.values(outcomes).some((one) => one[name] !== undefined)
  )
  if (destinations.length === 0) return []
  const lines = [
    `## From ${titles[source]}`,
    '',
    row(['', ...destinations.map((name) => titles[name])]),
    row(['---', ...destinations.map(() => '---')]),
  ]
  let group = ''
  for (const trap of traps) {
    const own = outcomes[trap.name]
    if (own === undefined) continue
    if (trap.group !== group) lines.push(row([`*${trap.group}*`, ...destinations.map(() => '')]))
    group = trap.group
    lines.push(row([trap.name, ...destinations.map((name) => sign(own[name]))]))
  }
  const unable = new Set(
    Object.entries(outcomes).flatMap(([trap, own]) =>
      Object.entries(own).flatMap(([destination, outcome]) => {
        const [, why] = /^not applicable: (.*)$/.exec(outcome) ?? []
        return why === undefined ? [] : [`- ${trap}, ${titles[destination as EngineName]}: ${why}`]
      })
    ),
  )
  if (unable.size > 0) lines.push('', '–, not applicable:', '', ...unable)
  const not = traps.filter((trap) =>
    trap.sources[source] === undefined && trap.absent?.[source] !== undefined
  )
  if (not.length > 0) {
    lines.push('', 'Not applicable, for other reasons than that there is no such type:')
    lines.push('', ...not.map((trap) => `- ${trap.name}: ${trap.absent?.[source]}`))
  }
  return [...lines, '']
}

/** Cells that are neither, by what is wrong with them. */
function defects(): string[] {
  const found = new Map<string, string[]>()
  for (const source of engineNames) {
    for (const [trap, own] of Object.entries(readOutcomes(source))) {
      for (const [destination, outcome] of Object.entries(own)) {
        if (!outcome.startsWith('wrong')) continue
        const what = `${trap}: ${outcome.replace('wrong: ', '')}`
        const pair = `${titles[source]} → ${titles[destination as EngineName]}`
        found.set(what, [...found.get(what) ?? [], pair])
      }
    }
  }
  if (found.size === 0) return []
  const lines = [...found].map(([what, pairs]) => `- ${what} (${pairs.join(', ')})`)
  return ['**!** is not as it must be, and known:', '', ...lines, '']
}

/** Scenarios of modes, a column for each pair that is asked. */
function ofModes(): string[] {
  const modes = Object.entries(readModes())
  const pairs = [...new Set(modes.flatMap(([, own]) => Object.keys(own)))]
  if (pairs.length === 0) return []
  const title = (pair: string) =>
    pair.split(' → ').map((name) => titles[name as EngineName]).join(' → ').replace(/^PostgreSQL → /, '→ ')
  const shown = (outcome: string | undefined) =>
    outcome === 'works'
      ? '='
      : outcome?.startsWith('wrong')
      ? '**!**'
      : outcome?.replace('refused: ', '') ?? ' '
  return [
    '## Modes',
    '',
    'A stream that is run again and again while its table changes. `=`: what is there after every run is what the',
    'scenario says, refusals by their codes among it. Where no source is named it is PostgreSQL.',
    '',
    row(['', ...pairs.map(title)]),
    row(['---', ...pairs.map(() => '---')]),
    ...modes.map(([name, own]) => row([name, ...pairs.map((pair) => shown(own[pair]))])),
    '',
  ]
}

/** The document, whole. */
export function documentOf(traps: readonly Trap[]): string {
  const legend = Object.entries(letters).map(([code, letter]) => `${letter} \`${code}\``).join(', ')
  return [
    '# What arrives',
    '',
    'Made by `npm run conformance -- --write` from what the compiled binary does between real engines; a test',
    'fails when an outcome changes, or when this file is not what the outcomes say. Each trap is a table or file',
    "made by the engine's own client; contents, types, nullability and keys of what arrives are read by the other",
    "engine's own client, and compared with texts that are written down with the trap.",
    '',
    `\`=\` arrives exactly; refused, the target as it was, with stream, column and row named: ${legend};`,
    'nothing: the trap says nothing about that destination. A trap that a source does not list does not apply to',
    'it: the engine has no such type or value.',
    '',
    ...defects(),
    ...engineNames.flatMap((source) => ofSource(source, traps)),
    ...ofModes(),
  ].join('\n')
}

/** Source × destination, counted. */
export function summaryOf(): string {
  const lines = [
    row(['from ↓ to →', ...engineNames.map((name) => titles[name])]),
    row(['---', ...engineNames.map(() => '---')]),
  ]
  for (const source of engineNames) {
    const all = Object.values(readOutcomes(source))
    if (all.length === 0) continue
    const counts = engineNames.map((destination) => {
      const own = all.flatMap((one) => one[destination] ?? [])
      if (own.length === 0) return ''
      const count = (word: string) => own.filter((outcome) => outcome.startsWith(word)).length
      const wrong = count('wrong')
      return `${count('exact')} = · ${count('refused')} ✗${wrong > 0 ? ` · ${wrong} **!**` : ''}`
    })
    lines.push(row([titles[source], ...counts]))
  }
  return lines.join('\n')
}

function readmeWith(summary: string): string | null {
  const text = readFileSync(readmePath, 'utf8')
  const [begin, end] = marks.map((mark) => text.indexOf(mark)) as [number, number]
  if (begin < 0 || end < begin) return null
  return `${text.slice(0, begin + marks[0].length)}\n${summary}\n${text.slice(end)}`
}

export function writeDocuments(traps: readonly Trap[]): void {
  writeFileSync(documentPath, documentOf(traps))
  const readme = readmeWith(summaryOf())
  if (readme !== null) writeFileSync(readmePath, readme)
}

/** What is not as the outcomes say. */
export function staleDocuments(traps: readonly Trap[]): string[] {
  const stale = readFileSync(documentPath, 'utf8') === documentOf(traps) ? [] : [documentPath]
  const readme = readmeWith(summaryOf())
  return readme === null || readme === readFileSync(readmePath, 'utf8') ? stale : [...stale, readmePath]
}
