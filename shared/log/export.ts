/**
 * The export of a log: JSON lines, one `{"leaf":"…"}` for each leaf in order and one `{"checkpoint":"…"}` at the end.
 * `leaf` is the exact text that is hashed. It is verified as it streams by, in memory that does not grow.
 */
import { equal, fromUtf8, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import type { NoteKey, Signing } from './note.ts'
import type { TreeHead } from './proof.ts'
import { Frontier } from './tree.ts'

export interface ExportReport {
  readonly checkpoint: Checkpoint
  /** True when a tree head remembered elsewhere was met on the way; otherwise it is self-consistent only. */
  readonly anchored: boolean
}

/** A tree head that somebody holds who has seen the log: an agent's anchor, a signed receipt. */
export interface Witness extends TreeHead {
  /** Who, for people. */
  readonly name: string
}

const MAX_LINE_BYTES = 1 << 20

export function leafLine(leaf: string): string {
  return `${JSON.stringify({ leaf })}\n`
}

export function checkpointLine(note: string): string {
  return `${JSON.stringify({ checkpoint: note })}\n`
}

/**
 * Verifies an export. `remembered` is a tree head that the reader holds from before, or null, and `witnesses` are those
 * of others; `onLeaf` sees each leaf's text and index before anything about the whole is known.
 *
 * Throws Fault `export_invalid` on a line that is none of ours, a missing or early checkpoint; `checkpoint_invalid`
 * when the log's key did not sign it; `export_altered` when the leaves are not what the checkpoint says; `log_forked`
 * when they contradict what is remembered, naming every witness that they contradict.
 */
export async function verifyExport(
  p: Signing,
  options: {
    readonly chunks: AsyncIterable<Uint8Array>
    readonly log: NoteKey
    readonly remembered: TreeHead | null
    readonly witnesses?: readonly Witness[]
    readonly onLeaf?: (leaf: string, index: number) => void
  },
): Promise<ExportReport> {
  const { log, remembered, onLeaf } = options
  const heads = [...options.witnesses ?? [], ...(remembered === null ? [] : [{ ...remembered, name: null }])]
  const waiting = Map.groupBy(heads, ({ size }) => size)
  const forked: string[] = []
  const tree = new Frontier(p)
  let checkpoint: Checkpoint | null = null
  const meet = () => {
    for (const { root, name } of waiting.get(tree.size) ?? []) {
      if (!equal(root, tree.root())) forked.push(`${name ?? 'the reader'} at ${tree.size} entries`)
    }
    waiting.delete(tree.size)
  }
  meet()
  for await (const text of lines(options.chunks)) {
    if (checkpoint) throw new Fault('export_invalid', 'A line follows the checkpoint.')
    const entry = parseLine(text, tree.size)
    if (entry.leaf === null) {
      checkpoint = openCheckpoint(p, entry.checkpoint, log)
      continue
    }
    onLeaf?.(entry.leaf, tree.size)
    tree.append(utf8(entry.leaf))
    if (waiting.size > 0) meet()
  }
  if (!checkpoint) throw new Fault('export_invalid', 'The export ends without a checkpoint.')
  if (checkpoint.size !== tree.size || !equal(checkpoint.root, tree.root())) throw new Fault('export_altered')
  for (const { name, size } of [...waiting.values()].flat()) {
    forked.push(`${name ?? 'the reader'} at ${size} entries, of which there are ${tree.size} here`)
  }
  if (forked.length > 0) {
    throw new Fault('log_forked', `This log is not the one that was seen by ${forked.join('; by ')}.`)
  }
  return { checkpoint, anchored: heads.length > 0 }
}

type Entry = { readonly leaf: string } | { readonly leaf: null; readonly checkpoint: string }

function parseLine(text: string, index: number): Entry {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Fault('export_invalid', `Line ${index + 1} is not JSON.`, { cause })
  }
  const [[key, content] = []] = Object.entries(value ?? {})
  // One spelling for each entry, so that an export has no byte that may be altered unseen.
  if (
    typeof content === 'string' && content.isWellFormed() && JSON.stringify({ [`${key}`]: content }) === text
  ) {
    if (key === 'leaf') return { leaf: content }
    if (key === 'checkpoint') return { leaf: null, checkpoint: content }
  }
  throw new Fault('export_invalid', `Line ${index + 1} is neither leaf nor checkpoint.`)
}

/** The lines of a byte stream, each without its newline; the last one has to have its own. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array[] = []
  let held = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield text([...rest, chunk.subarray(start, end)])
      rest = []
      held = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    rest.push(chunk.slice(start))
    held += chunk.length - start
    if (held > MAX_LINE_BYTES) throw new Fault('export_invalid', 'A line is longer than any of ours.')
  }
  if (held > 0) throw new Fault('export_invalid', 'The export ends in the middle of a line.')
}

function text(parts: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new Fault('export_invalid', 'A line is not UTF-8.', { cause })
  }
}
