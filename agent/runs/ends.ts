/** Both ends of a stream, and the hold between them if it comes to that. */
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Context, Destination, Source, Stream } from '../connectors/connector.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { type Hold, startHold } from '../engine/hold.ts'
import { makePrivateFolder } from '../files.ts'
import { directNetwork } from '../network.ts'
import type { Order, StreamSpec } from './move.ts'

const holdMemoryMb = 512
/** With a second one it takes all memory that it may have for rows in their order, and a fifth more CPU. */
const holdThreads = 1

let opened = 0

export class Ends implements AsyncDisposable {
  readonly source: Source
  readonly destination: Destination
  /** This stream's own, inside the run's: FIFOs, what the hold spills, rows that were kept back. */
  readonly folder: string
  peakHoldBytes = 0
  readonly #order: Order
  readonly #spec: StreamSpec
  #hold: { files: readonly string[]; started: Promise<Hold> } | null = null
  #holds = 0

  constructor(order: Order, spec: StreamSpec) {
    this.#order = order
    this.#spec = spec
    this.folder = join(order.folder, `ends-${opened++}`)
    const context = contextOf(order, (files) => this.hold(files))
    const into = connectorOf(order.destination.type).destination
    if (!into) throw new Fault('unsupported', `${order.destination.type} is no destination.`)
    this.source = openSource(order, context)
    this.destination = into(parseConfig(order.destination.type, order.destination.config), context)
  }

  /** What the pipeline wants of the source, as the source has it. Throws what `Source.stream` throws, or `unsupported`. */
  async stream(signal: AbortSignal): Promise<Stream> {
    const { from, where } = this.#spec
    const stream = await this.source.stream(from, signal)
    if (where === undefined) return stream
    if (this.source.where === undefined) {
      throw new Fault('unsupported', `where: a source of kind ${this.#order.source.type} cannot be filtered.`)
    }
    return this.source.where(stream, where)
  }

  /** Keeps one hold as long as it lives and may read what is asked for. */
  async hold(files: readonly string[]): Promise<Hold> {
    const known = this.#hold
    if (known && files.every((file) => known.files.includes(file))) {
      const hold = await known.started
      if (hold.alive) return hold
    }
    await this.endHold()
    const folder = join(this.folder, `hold-${this.#holds++}`)
    makePrivateFolder(this.folder)
    makePrivateFolder(folder)
    const memoryMb = this.#order.holdMemory ?? holdMemoryMb
    const started = startHold({ folder, files, memoryMb, threads: holdThreads })
    this.#hold = { files, started }
    return started
  }

  /** Starts the hold ahead of time where the way to the target leads through it for certain. */
  warm(target: string): void {
    const formats = this.destination.formats(target)
    // A source of files names those that the hold may read, and starts it itself.
    if (this.source.files === undefined && formats.every((format) => format === 'parquet')) {
      this.hold([]).catch(() => undefined)
    }
  }

  /** Ends the hold, if there is one. Never throws. */
  async endHold(): Promise<void> {
    const hold = await this.#hold?.started.catch(() => null)
    if (!hold) return
    this.peakHoldBytes = Math.max(this.peakHoldBytes, hold.peakRssBytes)
    await hold[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endHold()
    await this.source[Symbol.asyncDispose]()
    await this.destination[Symbol.asyncDispose]()
  }
}

/** The source alone, for looking at what there is. */
export function openSource(order: Order, context = contextOf(order, noHold)): Source {
  const from = connectorOf(order.source.type).source
  if (!from) throw new Fault('unsupported', `${order.source.type} is no source.`)
  return from(parseConfig(order.source.type, order.source.config), context)
}

const noHold: Context['hold'] = () => Promise.reject(new Fault('hold_unavailable'))

function contextOf(order: Order, hold: Context['hold']): Context {
  const { guard, runId, fence, base, folder, network = directNetwork } = order
  return { guard, runId, fence, base, folder, network, mostBytes: order.limits.bytes ?? null, hold }
}
