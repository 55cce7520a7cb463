/**
 * What one agent has seen of the anchor, in its own state folder: an anchor that is put back to an older state is
 * noticed by every agent that has seen the newer one.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Count, Hash, Id, Name, Time } from '../../shared/schemas/fields.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'
import type { Seen, Store } from './store.ts'

/** What every object of the anchor has, whatever else is in it; `lost` is the root's. */
const numbered = { tenant: Id, pool: Name, generation: Count, lost: Time.nullable().optional() }
const Numbered = z.object(numbered)

const Memory = z.strictObject({ ...numbered, hash: Hash })
type Memory = z.infer<typeof Memory>

/** Where an agent keeps it, in its state folder. */
export const seenFolder = 'anchor_seen'

/** The name under which the anchor's root is remembered. */
const root = 'anchor'

export interface MemoryOptions {
  /** Folder of what was seen, one file for each object. */
  readonly folder: string
  /** False for one who looks on: a person's command, which may be another user on this machine. */
  readonly keep: boolean
}

/**
 * The same store, whose `read` throws `anchor_rolled_back` when its object has a lower generation than this machine has
 * seen, or another content under the same one. Objects beside it are remembered likewise; what was seen of them before
 * the anchor was made anew no longer counts.
 */
export function remembered(store: Store, options: MemoryOptions): Store {
  return new RememberedStore(store, root, options)
}

/** Whether anything of this tenant's and pool's anchor was seen on this machine before. */
export function wasSeen(folder: string, of: { readonly tenant: string; readonly pool: string }): boolean {
  const memory = recall(folder, root)
  return memory !== null && memory.tenant === of.tenant && memory.pool === of.pool
}

function recall(folder: string, name: string): Memory | null {
  const path = join(folder, `${name}.json`)
  const text = readIfThere(path)
  return text === null ? null : parseFile(Memory, text, path)
}

class RememberedStore implements Store {
  readonly place: string
  readonly #store: Store
  readonly #name: string
  readonly #options: MemoryOptions

  constructor(store: Store, name: string, options: MemoryOptions) {
    this.place = store.place
    this.#store = store
    this.#name = name
    this.#options = options
  }

  async read(): Promise<Seen | null> {
    // Before the read: what another task of this process sees meanwhile may be newer than what this one gets.
    const before = recall(this.#options.folder, this.#name)
    const seen = await this.#store.read()
    const here = seen === null ? null : memoryOf(seen.text)
    if (here === null) return seen
    if (before !== null && this.#counts(before) && isOlder(here, before)) {
      throw new Fault(
        'anchor_rolled_back',
        `${this.place} is at generation ${here.generation}` +
          (here.generation === before.generation ? ' with another content' : '') +
          `; this machine has seen ${before.generation}.`,
      )
    }
    this.#keep(here)
    return seen
  }

  async swap(tag: string | null, text: string): Promise<boolean> {
    const swapped = await this.#store.swap(tag, text)
    const here = memoryOf(text)
    if (swapped && here !== null) this.#keep(here)
    return swapped
  }

  beside(name: string): Store {
    return new RememberedStore(this.#store.beside(name), name, this.#options)
  }

  #counts({ generation }: Memory): boolean {
    const lost = this.#name === root ? null : recall(this.#options.folder, root)?.lost ?? null
    return lost === null || generation >= Date.parse(lost)
  }

  #keep(here: Memory): void {
    const { folder, keep } = this.#options
    if (!keep) return
    const before = recall(folder, this.#name)
    const same = before?.tenant === here.tenant && before.pool === here.pool
    if (same && before.generation >= here.generation) return
    makePrivateFolder(folder)
    writeAtomic(join(folder, `${this.#name}.json`), JSON.stringify(here) + '\n')
  }
}

/** Null for what is no object of an anchor: whoever parses it says so. */
function memoryOf(text: string): Memory | null {
  try {
    return { ...Numbered.parse(JSON.parse(text)), hash: createHash('sha256').update(text).digest('hex') }
  } catch {
    return null
  }
}

function isOlder(here: Memory, before: Memory): boolean {
  if (here.tenant !== before.tenant || here.pool !== before.pool) return false
  return here.generation < before.generation ||
    (here.generation === before.generation && here.hash !== before.hash)
}
