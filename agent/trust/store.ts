/** Where floor and anchor live: one small document, replaced only by somebody who has seen what it replaces. */
import { createHash } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { locked, makePrivateFolder, readIfThere, refuseShared, writeAtomic } from '../files.ts'
import { besideName } from './beside_name.ts'
import { s3PlaceOf, S3Store } from './s3_store.ts'

/** A document and the mark of the state in which it was read. */
export interface Seen {
  readonly text: string
  readonly tag: string
}

export interface Store {
  /** For messages: where it is, as the configuration names it. */
  readonly place: string
  /** Null when there is none. Throws `file_…` or `store_…` when it cannot be read. */
  read(): Promise<Seen | null>
  /**
   * Replaces the document that carried `tag` (null: there must be none). False when somebody else was faster;
   * nothing has changed then. True means durable. Throws `store_unreachable` when it is not known which.
   */
  swap(tag: string | null, text: string): Promise<boolean>
  /**
   * The object of that name beside this one: `anchor.json` has `anchor.d/<name>.json`. Nothing is read or made before
   * it is asked for. Throws `invalid_setting` on a name that is more than letters, digits and dashes.
   */
  beside(name: string): Store
}

/**
 * `file:/path` or `s3:bucket/key`. `snowflake:database.schema.table` is understood and refused: it comes with the
 * Snowflake connector. Nothing is asked before the first read. Throws `invalid_setting` or `unsupported`.
 */
export function storeAt(setting: string, what: string): Store {
  if (/^file:./.test(setting)) return new FileStore(resolve(setting.slice('file:'.length)), what)
  if (setting.startsWith('s3:')) return new S3Store(s3PlaceOf(setting, what), what)
  if (/^snowflake:[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){2}$/.test(setting)) {
    throw new Fault(
      'unsupported',
      `${what}: a Snowflake table can hold it once there is a Snowflake connector. Until then: file:PATH or s3:BUCKET/KEY.`,
    )
  }
  throw new Fault(
    'invalid_setting',
    `The ${what} is given as file:/path/to/${what}.json or s3:bucket/${what}.json, not as ${setting}.`,
  )
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
    // Two that keep meeting part by chance.
    await new Promise((done) => setTimeout(done, Math.random() * Math.min(500, 5 * 2 ** attempt)))
  }
  throw new Fault('store_unreachable', `${store.place} changes faster than it can be updated.`)
}
