/** Checkpoints: a signed note that says how large a log is and what its root is (c2sp.org/tlog-checkpoint). */
import { fromBase64, toBase64 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { type Note, type NoteKey, parseNote, type Signing, signNote, verifyNote } from './note.ts'
import type { TreeHead } from './proof.ts'

export interface Checkpoint extends TreeHead {
  readonly origin: string
}

/** The name of a tenant's log: first line of its checkpoints, and the name of the key that signs them. */
export function logOrigin(tenant: string): string {
  return `sallyport/${tenant}`
}

/** The signed note for a tree head, under the log's key. */
export function signCheckpoint(
  p: Signing,
  options: { origin: string; head: TreeHead; seed: Uint8Array },
): string {
  const { origin, head, seed } = options
  const text = `${origin}\n${head.size}\n${toBase64(head.root)}\n`
  return signNote(p, { text, signer: { name: origin, seed } })
}

/**
 * Reads a checkpoint and verifies the log's signature on it. Throws Fault `checkpoint_invalid` when the note is
 * malformed, belongs to another log, or is not signed by the key.
 */
export function openCheckpoint(p: Signing, note: string, log: NoteKey): Checkpoint {
  const parsed = parseNote(note)
  if (!parsed || !verifyNote(p, parsed, log)) throw new Fault('checkpoint_invalid')
  const checkpoint = parseCheckpoint(parsed)
  if (!checkpoint || checkpoint.origin !== log.name) throw new Fault('checkpoint_invalid')
  return checkpoint
}

/** The tree head that a note's text states; null when it is none. Extension lines are refused: we write none. */
export function parseCheckpoint(note: Note): Checkpoint | null {
  const [origin, size, root, end, ...rest] = note.text.split('\n')
  if (!origin || size === undefined || root === undefined || end !== '' || rest.length > 0) return null
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return null
  if (!/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(root)) return null
  return { origin, size: Number(size), root: fromBase64(root) }
}
