/**
 * Signed notes: text under one or more signature lines (c2sp.org/signed-note), with Ed25519 (type 0x01) and witness
 * cosignatures (type 0x04, c2sp.org/tlog-cosignature). The text means nothing before a signature of a known key has
 * been verified.
 */
import { concat, equal, fromBase64, toBase64, utf8 } from '../bytes.ts'
import type { Primitives } from '../seal/primitives.ts'

export type Signing = Pick<Primitives, 'sha256' | 'ed25519'>

export interface NoteSignature {
  readonly name: string
  /** 4 bytes that tell keys apart; no hash to rely on. */
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** What is signed, with its last newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A key that a reader of notes knows beforehand. */
export interface NoteKey {
  readonly name: string
  readonly publicKey: Uint8Array
}

export interface NoteSigner {
  readonly name: string
  readonly seed: Uint8Array
}

const ED25519 = 0x01
const COSIGNATURE = 0x04

/** More lines than any log of ours gathers; the specification asks readers to take 16. */
const MAX_SIGNATURES = 100
const MAX_NOTE_CHARACTERS = 65_536

/** `SHA-256(key name || 0x0A || signature type || public key)[:4]`. */
function keyIdOf(p: Signing, key: NoteKey, type: number): Uint8Array {
  return p.sha256(concat(utf8(`${key.name}\n`), new Uint8Array([type]), key.publicKey)).slice(0, 4)
}

/** Not empty, no Unicode space, no plus, no control character. */
function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Z}\p{Cc}]/u.test(name)
}

function isNoteText(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return text.endsWith('\n') && !/[\x00-\x09\x0b-\x1f]/.test(text) && text.isWellFormed()
}

/** The note with its text signed by `signer`. Throws a RangeError on a text or name that no note can have. */
export function signNote(p: Signing, note: { text: string; signer: NoteSigner }): string {
  if (!isNoteText(note.text) || !isKeyName(note.signer.name)) throw new RangeError('not a note')
  const publicKey = p.ed25519.publicKey(note.signer.seed)
  const signature = p.ed25519.sign(note.signer.seed, utf8(note.text))
  return `${note.text}\n${
    line(note.signer.name, keyIdOf(p, { name: note.signer.name, publicKey }, ED25519), signature)
  }`
}

/**
 * The note as a witness keeps it: its text, one line of the log's key, and the witness's own, that at `time` (whole
 * seconds since 1970) this was the largest consistent tree that `signer` had seen. Every other line is left out:
 * whoever shows a note can put below it what they like, until nobody can read it any more. Throws a RangeError on
 * what is no note, or not signed by `log`.
 */
export function cosignNote(
  p: Signing,
  options: { note: string; log: NoteKey; signer: NoteSigner; time: number },
): string {
  const { note, log, signer, time } = options
  const parsed = parseNote(note)
  if (!parsed || !verifyNote(p, parsed, log) || !isKeyName(signer.name)) throw new RangeError('not a note')
  const [first] = linesOf(parsed, log.name, keyIdOf(p, log, ED25519)) as [NoteSignature]
  const publicKey = p.ed25519.publicKey(signer.seed)
  const signature = p.ed25519.sign(signer.seed, cosigned(parsed.text, time))
  const keyId = keyIdOf(p, { name: signer.name, publicKey }, COSIGNATURE)
  const lines = [
    line(first.name, first.keyId, first.signature),
    line(signer.name, keyId, concat(u64(time), signature)),
  ]
  return `${parsed.text}\n${lines.join('')}`
}

/** Splits text from signature lines, strictly; null when it is no signed note. Verifies nothing. */
export function parseNote(note: string): Note | null {
  if (note.length > MAX_NOTE_CHARACTERS || !isNoteText(note)) return null
  const cut = note.lastIndexOf('\n\n')
  if (cut < 1) return null
  const lines = note.slice(cut + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return null
  const signatures = lines.map(parseLine)
  return signatures.every((one) => one !== null) ? { text: note.slice(0, cut + 1), signatures } : null
}

/** True when a line of this key is there, and every line that names the key verifies. */
export function verifyNote(p: Signing, note: Note, key: NoteKey): boolean {
  const mine = linesOf(note, key.name, keyIdOf(p, key, ED25519))
  const text = utf8(note.text)
  return mine.length > 0 &&
    mine.every((one) => one.signature.length === 64 && p.ed25519.verify(key.publicKey, text, one.signature))
}

/** The time (seconds since 1970) that a witness vouches for, or null without a good cosignature of this key. */
export function verifyCosignature(p: Signing, note: Note, key: NoteKey): number | null {
  const mine = linesOf(note, key.name, keyIdOf(p, key, COSIGNATURE))
  const times = mine.map(({ signature }) => {
    if (signature.length !== 72) return null
    const time = fromU64(signature)
    const good = time !== null &&
      p.ed25519.verify(key.publicKey, cosigned(note.text, time), signature.slice(8))
    return good ? time : null
  })
  return times.every((time) => time !== null) ? times.at(-1) ?? null : null
}

function linesOf(note: Note, name: string, keyId: Uint8Array): readonly NoteSignature[] {
  return note.signatures.filter((one) => one.name === name && equal(one.keyId, keyId))
}

function line(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${name} ${toBase64(concat(keyId, signature))}\n`
}

function parseLine(text: string): NoteSignature | null {
  const [dash, name, encoded, ...rest] = text.split(' ')
  if (
    dash !== '\u2014' || name === undefined || !isKeyName(name) || encoded === undefined || rest.length > 0
  ) {
    return null
  }
  const bytes = decode(encoded)
  return bytes && bytes.length > 4 ? { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) } : null
}

function decode(text: string): Uint8Array | null {
  try {
    return fromBase64(text)
  } catch {
    return null
  }
}

function cosigned(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

function u64(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a time')
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(value))
  return out
}

function fromU64(bytes: Uint8Array): number | null {
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}
