/** Where floor and anchor live: one small document, replaced only by somebody who has seen what it replaces. */
import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { locked, makePrivateFolder, readIfThere, refuseShared, writeAtomic } from '../files.ts'

/** A document and the mark of the state in which it was read. */
export interface Seen {
  readonly text: string
  readonly tag: string
}

export interface Store {
  /** For messages: where it is, as the configuration names it. */
  readonly place: string
  /** Null when there is none. Throws `file_…` when it cannot be read. */
  read(): Promise<Seen | null>
  /**
   * Replaces the document that carried `tag` (null: there must be none). False when somebody else was faster;
   * nothing has changed then. True means durable.
   */
  swap(tag: string | null, text: string): Promise<boolean>
  /**
   * The object of that name beside this one: `anchor.json` has `anchor.d/<name>.json`. Nothing is read or made before
   * it is asked for. Throws `invalid_setting` on a name that is more than letters, digits and dashes.
   */
  beside(name: string): Store
}

/** `file:/path`, the only kind so far. Throws `invalid_setting`. */
export function storeAt(setting: string, what: string): Store {
  if (!setting.startsWith('file:')) {
    throw new Fault(
      'invalid_setting',
      `The ${what} is given as file:/path/to/${what}.json, not as ${setting}.`,
    )
  }
  const path = setting.slice('file:'.length)
  return new FileStore(resolve(path), what)
}

class FileStore implements Store {
  readonly place: string
  readonly #path: string
  readonly #what: string

  constructor(path: string, what: string) {
    this.place = path
    this.#path = path
    this.#what = what
  }

  async read(): Promise<Seen | null> {
    const text = readIfThere(this.#path)
    if (text === null) return null
    refuseShared(this.#path, this.#what)
    return { text, tag: tagOf(text) }
  }

  async swap(tag: string | null, text: string): Promise<boolean> {
    makePrivateFolder(dirname(this.#path))
    return locked(this.#path, () => {
      const now = readIfThere(this.#path)
      if ((now === null ? null : tagOf(now)) !== tag) return false
      writeAtomic(this.#path, text)
      return true
    })
  }

  beside(name: string): Store {
    return new FileStore(join(dirname(this.#path), besideName(basename(this.#path), name)), this.#what)
  }
}

/** `anchor.json` and `x` make `anchor.d/x.json`. */
function besideName(own: string, name: string): string {
  if (!/^[a-z0-9-]{1,80}$/.test(name)) throw new Fault('invalid_setting', `${name} is no name for an object.`)
  return `${own.replace(/\.json$/, '')}.d/${name}.json`
}

function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Changes the document by `change`, again from the start whenever somebody else was faster. `change` gets null when
 * there is none, and returns null to leave it as it is. Throws what `change` throws.
 */
export async function update<T>(
  store: Store,
  change: (text: string | null) => { readonly text: string | null; readonly result: T },
): Promise<T> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const seen = await store.read()
    const { text, result } = change(seen?.text ?? null)
    if (text === null || await store.swap(seen?.tag ?? null, text)) return result
  }
  throw new Fault('file_unwritable', `${store.place} changes faster than it can be updated.`)
}
