/** What a secret looks like in each encoding that a leak could wear, and a scanner that finds it in a stream. */

/** Something that must be nowhere at the edge. */
export interface Secret {
  /** What it is, for people; never the value. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Text has UTF-16, JSON and percent-encoded spellings too; keys have none. */
  readonly text: boolean
}

export interface Needle {
  readonly secret: string
  readonly encoding: string
  readonly bytes: Buffer
}

export interface Finding {
  readonly secret: string
  readonly encoding: string
  /** Where: a file, and what part of it. */
  readonly place: string
  /** Bytes from the start of that place. */
  readonly offset: number
}

/** Shorter ones turn up by chance, above all in base64, where both ends of a secret blur. */
const MIN_SECRET_BYTES = 8

export function textSecret(name: string, value: string): Secret {
  return { name, bytes: Buffer.from(value, 'utf8'), text: true }
}

export function keySecret(name: string, bytes: Uint8Array): Secret {
  return { name, bytes, text: false }
}

/**
 * The characters of a base64 text (RFC 4648) that belong to `secret` alone when `before` bytes (modulo 3) stand in
 * front of it and anything follows: the ones that share bits with a neighbour are left out.
 */
function base64At(secret: Uint8Array, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + secret.length) * 8) / 6))
}

function spellings({ bytes, text }: Secret): (readonly [string, Buffer])[] {
  const raw = Buffer.from(bytes)
  const out: (readonly [string, Buffer])[] = [
    ['raw', raw],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['HEX', Buffer.from(raw.toString('hex').toUpperCase())],
  ]
  for (const before of [0, 1, 2]) {
    const standard = base64At(raw, before)
    out.push([`base64, ${before} before`, Buffer.from(standard)])
    const url = standard.replaceAll('+', '-').replaceAll('/', '_')
    out.push([`base64url, ${before} before`, Buffer.from(url)])
  }
  if (!text) return out
  const value = raw.toString('utf8')
  const utf16 = Buffer.from(value, 'utf16le')
  out.push(['utf-16le', utf16], ['utf-16be', Buffer.from(utf16).swap16()])
  out.push(['json', Buffer.from(JSON.stringify(value).slice(1, -1))])
  out.push(['percent', Buffer.from(encodeURIComponent(value))])
  return out
}

/** Every encoding of every secret; spellings that do not differ (base64 and base64url, say) appear once. */
export function needlesFor(secrets: readonly Secret[]): Needle[] {
  return secrets.flatMap((secret) => {
    if (secret.bytes.length < MIN_SECRET_BYTES) {
      throw new RangeError(`${secret.name} is too short to search for`)
    }
    const seen = new Set<string>()
    return spellings(secret).filter(([, bytes]) => {
      const key = bytes.toString('latin1')
      return !seen.has(key) && seen.add(key)
    }).map(([encoding, bytes]) => ({ secret: secret.name, encoding, bytes }))
  })
}

/** Finds needles in bytes that come in pieces, also those that lie across pieces. */
export class Scanner {
  readonly findings: Finding[] = []
  readonly place: string
  readonly #overlap: number
  #left: readonly Needle[]
  #tail: Buffer = Buffer.alloc(0)
  #seen = 0

  constructor(needles: readonly Needle[], place: string) {
    this.place = place
    this.#left = needles
    this.#overlap = Math.max(1, ...needles.map((needle) => needle.bytes.length)) - 1
  }

  /** The first place of each needle is enough: one is a leak. */
  push(piece: Uint8Array): void {
    const window = Buffer.concat([this.#tail, piece])
    const start = this.#seen - this.#tail.length
    this.#left = this.#left.filter(({ secret, encoding, bytes }) => {
      const at = window.indexOf(bytes)
      if (at < 0) return true
      this.findings.push({ secret, encoding, place: this.place, offset: start + at })
      return false
    })
    this.#seen += piece.length
    this.#tail = Buffer.from(window.subarray(Math.max(0, window.length - this.#overlap)))
  }
}

export function scan(needles: readonly Needle[], place: string, bytes: Uint8Array): Finding[] {
  const scanner = new Scanner(needles, place)
  scanner.push(bytes)
  return scanner.findings
}
