/** YAML 1.2 files that people write: parsed strictly, and complained about by line. */
import { LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { errno } from '../files.ts'
import { firstIssue, issueText } from '../wording.ts'
import { readFileSync } from 'node:fs'

/** A kind of file, and what its complaints are called. */
export interface FileKind<T> {
  readonly what: string
  readonly schema: z.ZodType<T>
  readonly invalid: FaultCode
  /** Keys that the format has but this version does not act on: refused by name, so that nothing is left undone. */
  readonly unavailable: readonly string[]
}

export interface Parsed<T> {
  readonly value: T
  readonly text: string
}

/** Throws `file_unreadable`, the kind's own fault or `unsupported`; each names file, line and key. */
export function readYamlFile<T>(path: string, kind: FileKind<T>): Parsed<T> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = errno(cause) === 'ENOENT' ? 'There is no' : `This cannot be read (${errno(cause)}):`
    throw new Fault('file_unreadable', `${why} ${kind.what} at ${path}.`, { cause })
  }
  return { value: parseYaml(text, path, kind), text }
}

export function parseYaml<T>(text: string, path: string, kind: FileKind<T>): T {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => `${path}:${lines.linePos(offset).line}`
  const broken = document.errors[0] ?? document.warnings[0]
  if (broken) throw new Fault(kind.invalid, `${place(broken.pos[0])}: ${sentence(broken.message)}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 50 })
  } catch (cause) {
    throw new Fault(kind.invalid, `${path}: its aliases do not resolve.`, { cause })
  }
  const parsed = judge(kind.schema, value)
  if (parsed.success) return parsed.data
  const issue = firstIssue(parsed.error?.issues ?? [])
  if (!issue) throw new Fault(kind.invalid, `${path}: this is no ${kind.what}.`)
  throw complaint(issue, { kind, at: (way, key) => place(offsetOf(document, way, key)) })
}

interface Complaint {
  readonly kind: FileKind<unknown>
  readonly at: (way: readonly PropertyKey[], key: string | null) => string
}

function complaint(issue: z.core.$ZodIssue, { kind, at }: Complaint): Fault {
  const way = issue.path.map(String).join('.')
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  if (unknown !== undefined) {
    const where = `${at(issue.path, unknown)}: ${way === '' ? '' : `in ${way}, `}`
    if (kind.unavailable.includes(unknown)) {
      return new Fault('unsupported', `${where}"${unknown}" is not available in this version.`)
    }
    return new Fault(kind.invalid, `${where}"${unknown}" is not a key of a ${kind.what}.`)
  }
  const unsupported = issue.code === 'custom' && issue.params?.['unsupported'] === true
  const subject = way === '' ? '' : `${way}: `
  return new Fault(
    unsupported ? 'unsupported' : kind.invalid,
    `${at(issue.path, null)}: ${subject}${sentence(issueText(issue))}`,
  )
}

/** Where the thing stands that `way` leads to: the key if there is one, else the nearest thing above it. */
function offsetOf(document: Document, way: readonly PropertyKey[], key: string | null): number {
  const steps = way.map((step) => (typeof step === 'number' ? step : String(step)))
  for (let length = steps.length; length >= 0; length--) {
    const node = document.getIn(steps.slice(0, length), true)
    const found = key !== null && length === steps.length ? keyOffset(node, key) : rangeOf(node)
    if (found !== null) return found
  }
  return 0
}

function keyOffset(node: unknown, key: string): number | null {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items)) {
    return null
  }
  for (const item of node.items as readonly { readonly key?: unknown }[]) {
    const named = item.key
    if (typeof named !== 'object' || named === null || !('value' in named)) continue
    if (String(named.value) === key) return rangeOf(named)
  }
  return null
}

function rangeOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) {
    return null
  }
  return (node.range as number[])[0] ?? null
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)
