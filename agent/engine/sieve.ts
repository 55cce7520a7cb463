/**
 * Lets good rows of canonical CSV through and keeps bad ones back. Every value is looked at whole, against the type of
 * its target; good rows go on as the bytes that they came as, next to each other wherever they were.
 */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Column } from '../connectors/connector.ts'
import type { Check } from './checks.ts'
import { unquoted } from './csv_scan.ts'
import type { SliceSpool } from './spool.ts'
import { isText, reachOf, valueCheck } from './values.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10

/** What a byte may follow: nothing of the field yet, unquoted text, text in quotes, the closing quote. */
type At = 0 | 1 | 2 | 3
const START = 0
const BARE = 1
const QUOTED = 2
const CLOSED = 3

/** A row is kept until it is known to be good: this much of it, and no more. */
const longestRow = 64 << 20

export interface SieveOptions {
  /** Names at the source, in the order of the stream: the kept row speaks of them. */
  readonly names: readonly string[]
  /** Where each column goes. */
  readonly targets: readonly Column[]
  /** By position: types at the source that prove every value already. */
  readonly proven: readonly boolean[]
  /** Positions that must not be NULL, since rows are told apart by them. */
  readonly key: readonly number[]
  readonly spool: Pick<SliceSpool, 'add'>
  /** Rows that the source has left out itself: the others are counted around them. */
  readonly skipped?: Skipped
  /** Largest row in bytes, if not the usual. */
  readonly longest?: number
}

/** Numbers of rows that were left out, as they are told: before the rows behind them come. */
export class Skipped {
  count = 0
  #waiting: number[] = []
  #at = 0
  #passed = 0

  add(row: number): void {
    this.count++
    this.#waiting.push(row)
  }

  /** The number at the source of the row that came as this one. Asked in rising order. */
  numberOf(row: number): number {
    while (this.#at < this.#waiting.length && (this.#waiting[this.#at] as number) <= row + this.#passed) {
      this.#at++
      this.#passed++
    }
    if (this.#at > 4096) {
      this.#waiting = this.#waiting.slice(this.#at)
      this.#at = 0
    }
    return row + this.#passed
  }
}

interface Verdict {
  readonly column: number | null
  readonly code: FaultCode
}

type Nulls = 'taken' | 'refused' | 'key'

export class Sieve {
  /** Rows that came, the refused ones too. */
  rows = 0
  rejected = 0
  readonly #options: SieveOptions
  readonly #checks: readonly (Check | null)[]
  readonly #nulls: readonly Nulls[]
  readonly #longest: number
  #state: At = START
  #malformed = false
  /** The row under way: its bytes of earlier chunks, and where its fields end, from its beginning. */
  #parts: Buffer[] = []
  #partBytes = 0
  #ends: number[] = []

  constructor(options: SieveOptions) {
    this.#options = options
    const { targets, proven, key, longest = longestRow } = options
    this.#checks = targets.map((target, at) => proven[at] ? null : valueCheck(target))
    this.#nulls = targets.map(({ nullable }, at) => key.includes(at) ? 'key' : nullable ? 'taken' : 'refused')
    this.#longest = longest
  }

  /** A row that the source itself keeps back, and that is not among the bytes. */
  keepBack(row: Parameters<SieveOptions['spool']['add']>[0]): void {
    this.rows++
    this.rejected++
    this.#options.spool.add(row)
  }

  /** Good rows of this chunk, and of the one before where it ended in one. Throws `value_too_large`. */
  push(bytes: Uint8Array): Buffer[] {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const clean = this.#isClean(chunk)
    const good: Buffer[] = []
    // A row begins here, before the chunk if this is negative; good rows that wait to be passed on begin there.
    let begin = -this.#partBytes
    let from = begin < 0 ? -1 : 0
    let state = this.#state
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSED
        continue
      }
      if (byte === COMMA) {
        this.#ends.push(at - begin)
        state = START
      } else if (byte === LF) {
        this.#ends.push(at - begin)
        state = START
        const whole = begin < 0
        const row = whole ? this.#joined(chunk.subarray(0, at + 1)) : chunk
        const passes = this.#judge(row, whole ? 0 : begin, clean && !whole)
        if (whole && passes) good.push(row)
        if (!whole && !passes && from < begin) good.push(chunk.subarray(from, begin))
        if (whole || !passes) from = at + 1
        begin = at + 1
      } else if (byte === QUOTE) {
        if (state === BARE) this.#malformed = true
        else state = QUOTED
      } else {
        if (state === CLOSED) this.#malformed = true
        state = BARE
      }
    }
    this.#state = state
    this.#options.skipped?.numberOf(this.rows)
    if (from >= 0 && from < begin) good.push(chunk.subarray(from, begin))
    this.#keep(chunk, Math.max(begin, 0))
    return good
  }

  /** Call after the last chunk: a last row without its line feed counts. Throws `row_refused`. */
  end(): Buffer[] {
    if (this.#state === QUOTED) {
      // Where it ends, and with it every row behind it, nobody can tell.
      throw new Fault('row_refused', `Row ${this.rows + 1}: a quote that never closes.`)
    }
    if (this.#partBytes === 0 && this.#ends.length === 0) return []
    this.#ends.push(this.#partBytes)
    const row = this.#joined(Buffer.from('\n'))
    return this.#judge(row, 0, false) ? [row] : []
  }

  /** True when every row that begins in the chunk and ends in it is text that the targets hold. */
  #isClean(chunk: Buffer): boolean {
    const first = this.#partBytes > 0 ? chunk.indexOf(LF) : 0
    const last = chunk.lastIndexOf(LF)
    return last < 0 || this.#isText(chunk.subarray(Math.max(first, 0), last))
  }

  #isText(bytes: Buffer): boolean {
    const [target] = this.#options.targets
    return target === undefined || isText(bytes, reachOf(target))
  }

  #keep(chunk: Buffer, from: number): void {
    if (from === chunk.length) return
    if (this.#partBytes + chunk.length - from > this.#longest) {
      throw new Fault(
        'value_too_large',
        `Row ${this.rows + 1} is larger than ${
          this.#longest >> 20
        } MB, and is not passed on before it is whole: ` +
          'with on_bad_row: fail it can pass.',
      )
    }
    // The chunk may be used again by whoever gave it.
    this.#parts.push(Buffer.from(chunk.subarray(from)))
    this.#partBytes += chunk.length - from
  }

  #joined(last: Buffer): Buffer {
    const row = Buffer.concat([...this.#parts, last])
    this.#parts = []
    this.#partBytes = 0
    return row
  }

  /** Whether the row that begins at `begin` passes; it is kept back otherwise. */
  #judge(bytes: Buffer, begin: number, clean: boolean): boolean {
    const ends = this.#ends
    this.rows++
    const verdict = this.#verdict(bytes, begin, clean)
    if (verdict !== null) this.#reject(bytes, begin, verdict)
    ends.length = 0
    this.#malformed = false
    return verdict === null
  }

  #verdict(bytes: Buffer, begin: number, clean: boolean): Verdict | null {
    const ends = this.#ends
    const count = this.#checks.length
    if (this.#malformed || ends.length !== count) return { column: null, code: 'row_refused' }
    const text = clean || this.#isText(bytes.subarray(begin, begin + (ends[count - 1] as number)))
    let start = begin
    for (let column = 0; column < count; column++) {
      const end = begin + (ends[column] as number)
      if (start === end) {
        const nulls = this.#nulls[column]
        if (nulls !== 'taken') return { column, code: nulls === 'key' ? 'key_refused' : 'value_refused' }
      } else if (
        !(text || this.#isText(bytes.subarray(start, end))) || !this.#passes(bytes, start, end, column)
      ) {
        return { column, code: 'value_refused' }
      }
      start = end + 1
    }
    return null
  }

  #passes(bytes: Buffer, start: number, end: number, column: number): boolean {
    const check = this.#checks[column]
    if (!check) return true
    if (bytes[start] !== QUOTE) return check(bytes, start, end)
    const inner = bytes.indexOf(QUOTE, start + 1)
    if (inner === end - 1) return check(bytes, start + 1, end - 1)
    const value = unquoted(bytes, start, end)
    return check(value, 0, value.length)
  }

  #reject(bytes: Buffer, begin: number, { column, code }: Verdict): void {
    const { names, spool } = this.#options
    this.rejected++
    let start = begin
    const fields = this.#ends.map((end, at) => {
      const raw = bytes.subarray(start, begin + end)
      start = begin + end + 1
      // Fields that a row has too many of are named by their place.
      return `${JSON.stringify(names[at] ?? `#${at + 1}`)}:${JSON.stringify(textOf(raw))}`
    })
    const named = column === null ? null : names[column] ?? null
    const row = this.#options.skipped?.numberOf(this.rows) ?? this.rows
    spool.add({ row, column: named, code, source: `{${fields.join(',')}}` })
  }
}

/** Bytes that are no text are shown as such. */
function textOf(raw: Buffer): string | null {
  if (raw.length === 0) return null
  const value = raw[0] === QUOTE && raw.length > 1 && raw.at(-1) === QUOTE
    ? unquoted(raw, 0, raw.length)
    : raw
  return isText(value, { nul: true }) ? value.toString('utf8') : `\\x${value.toString('hex')}`
}

/** Passes bytes through a sieve. */
export function sieved(bytes: ReadableStream<Uint8Array>, sieve: Sieve): ReadableStream<Uint8Array> {
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (const good of sieve.push(chunk)) controller.enqueue(good)
      },
      flush(controller) {
        for (const good of sieve.end()) controller.enqueue(good)
      },
    }),
  )
}
