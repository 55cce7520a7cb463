/** A connection that is looked at: opened as a run opens it, under the same guard, and written to by nobody. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Connector, Context, Destination, Source } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/connectors.ts'
import type { ConnectGuard } from '../connectors/guard.ts'
import { type Hold, startHold } from '../engine/hold.ts'
import { makePrivateFolder } from '../files.ts'
import type { Network } from '../network.ts'

export interface LookOptions {
  readonly type: string
  /** As its connector understands it. */
  readonly parsed: unknown
  /** Relative paths of the connection start here. */
  readonly base: string
  readonly guard: ConnectGuard
  readonly network: Network
  /** Folders of this and other looks are made in it. */
  readonly scratch: string
  /** What the session is named after. */
  readonly id: string
  /** MB that the hold may use, where files need one to be read. */
  readonly holdMemory?: number
}

const holdMemoryMb = 256

export class Look implements AsyncDisposable {
  readonly connector: Connector<unknown>
  /** What has been seen on the way: addresses that a name resolved to, and whether plain was allowed. */
  readonly seen: { addresses: readonly string[] | null; plain: boolean } = { addresses: null, plain: false }
  readonly options: LookOptions
  readonly #folder: string
  #hold: Promise<Hold> | null = null
  #source: Source | null = null
  #destination: Destination | null = null

  constructor(options: LookOptions) {
    this.options = options
    this.connector = connectorOf(options.type)
    makePrivateFolder(options.scratch)
    this.#folder = mkdtempSync(join(options.scratch, 'look-'))
  }

  /** Throws `unsupported` where the connector only writes. */
  source(): Source {
    const { type, parsed } = this.options
    if (this.connector.source === undefined) throw new Fault('unsupported', `${type} is no source.`)
    this.#source ??= this.connector.source(parsed, this.#context())
    return this.#source
  }

  /** Throws `unsupported` where the connector only reads. */
  destination(): Destination {
    const { type, parsed } = this.options
    if (this.connector.destination === undefined) throw new Fault('unsupported', `${type} is no destination.`)
    this.#destination ??= this.connector.destination(parsed, this.#context())
    return this.#destination
  }

  #context(): Context {
    const { base, guard, network, id } = this.options
    return {
      guard: {
        address: (host, addresses) => {
          this.seen.addresses = addresses
          guard.address(host, addresses)
        },
        plain: (target) => this.seen.plain = guard.plain(target),
        path: (absolute) => guard.path(absolute),
        derived: (asked) => guard.derived(asked),
        onward: (asked) => guard.onward(asked),
      },
      runId: id,
      fence: 0,
      base,
      folder: this.#folder,
      network,
      mostBytes: null,
      hold: (files) => this.#startHold(files),
    }
  }

  async #startHold(files: readonly string[]): Promise<Hold> {
    const before = await this.#hold
    await before?.[Symbol.asyncDispose]()
    const folder = mkdtempSync(join(this.#folder, 'hold-'))
    const memoryMb = this.options.holdMemory ?? holdMemoryMb
    this.#hold = startHold({ folder, files, memoryMb, threads: 1 })
    return await this.#hold
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source?.[Symbol.asyncDispose]()
    await this.#destination?.[Symbol.asyncDispose]()
    const hold = await this.#hold?.catch(() => null)
    await hold?.[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
