/** Takes secrets out of text on its way to a log, also when a secret is cut across two writes. */
import { concat, toBase64, toHex, utf8 } from './bytes.ts'

const MARK = '[redacted]'

/** Shorter than this, a secret is a syllable of ordinary text: taking it out would shred the log and hide nothing. */
const SHORTEST = 4

/** The secret as it may turn up: itself, as JSON text, in a URL, and inside base64 at each of its three offsets. */
function formsOf(secret: string): string[] {
  const bytes = utf8(secret)
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    toHex(bytes),
  ]
  for (const offset of [0, 1, 2]) {
    const core = base64Core(bytes, offset)
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms.filter((form) => form.length >= SHORTEST)
}

/** The characters that only the secret's own bytes decide, when `offset` bytes stand before it (mod 3). */
function base64Core(bytes: Uint8Array, offset: number): string {
  const text = toBase64(concat(new Uint8Array(offset), bytes)).replace(/=+$/, '')
  const start = Math.ceil((offset * 8) / 6)
  const end = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(start, end)
}

export class Redactor {
  #forms: string[] = []
  #pattern: RegExp | null = null
  #held = ''

  /** From now on these are taken out. Secrets under four characters are not. */
  add(secrets: Iterable<string>): void {
    const known = new Set(this.#forms)
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue
      for (const form of formsOf(secret)) known.add(form)
    }
    this.#forms = [...known].sort((a, b) => b.length - a.length)
    this.#pattern = this.#forms.length === 0
      ? null
      : new RegExp(this.#forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
  }

  /** What may be written now. The end of `text` is held back while it may be the beginning of a secret. */
  write(text: string): string {
    const all = this.#held + text
    let cut = all.length - this.#tail(all)
    // A secret may begin with another one, and may overlap the beginning of the next: nothing is cut in half.
    for (const match of this.#pattern === null ? [] : all.matchAll(this.#pattern)) {
      if (match.index < cut && cut < match.index + match[0].length) cut = match.index
    }
    this.#held = all.slice(cut)
    return this.#replace(all.slice(0, cut))
  }

  /** What was held back. After this the next write begins a new text. */
  end(): string {
    const last = this.#replace(this.#held)
    this.#held = ''
    return last
  }

  /** A text on its own, whole. */
  whole(text: string): string {
    return this.#replace(text)
  }

  #replace(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, MARK)
  }

  /** Length of the longest end of `text` that a secret begins with. */
  #tail(text: string): number {
    let longest = 0
    for (const form of this.#forms) {
      for (let n = Math.min(form.length - 1, text.length); n > longest; n--) {
        if (text.endsWith(form.slice(0, n))) longest = n
      }
    }
    return longest
  }
}
