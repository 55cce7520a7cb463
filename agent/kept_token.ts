/**
 * Where the token of a sign-in is kept: in the system's keychain, or in a file that its owner alone can read. With the
 * keychain the file says under which name it is there.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../shared/faults.ts'
import { readIfThere, refuseShared } from './files.ts'
import { places, writeToken } from './home.ts'
import { type Keychain, systemKeychain } from './keychain.ts'

export const stores = ['keychain', 'file'] as const
export type Store = (typeof stores)[number]

/** A token, or how it is got: a keychain is asked when the token is needed, and once. */
export type TokenSource = string | (() => Promise<string>)

export interface Kept {
  readonly store: Store
  /** For people: where it is. */
  readonly place: string
  /** Why it is not in the keychain, where nobody has said that it should not be. */
  readonly why: string | null
}

const marker = 'keychain:'

/** Null when nobody has signed in. Throws `file_not_private`. */
export function readToken(home: string, keychain: Keychain = systemKeychain): TokenSource | null {
  const text = readMark(home)
  if (text === null || !text.startsWith(marker)) return text
  const name = text.slice(marker.length)
  let asked: Promise<string> | undefined
  return () =>
    asked ??= keychain.get(name).then((found) => {
      if (found !== null) return found
      throw new Fault('not_signed_in', 'The keychain of this system does not hold the token any more.')
    })
}

interface Keeping {
  /** Null: the keychain where one answers, else the file. */
  readonly store: Store | null
  /** Whose it is, for who looks into the keychain: the edge's host. */
  readonly host: string
  readonly keychain?: Keychain
}

/** Throws `unsupported` when the keychain is asked for and does not answer, `file_unwritable`. */
export async function keepToken(
  home: string,
  token: string,
  { store, host, keychain = systemKeychain }: Keeping,
): Promise<Kept> {
  await dropFromKeychain(home, keychain)
  let why: string | null = null
  if (store !== 'file') {
    const name = `${host} ${crypto.randomUUID()}`
    try {
      await keychain.set(name, token)
      writeToken(home, marker + name)
      return { store: 'keychain', place: `the keychain of this system (sallyport, ${name})`, why }
    } catch (error) {
      if (store === 'keychain' || !(error instanceof Fault) || error.code !== 'unsupported') throw error
      why = error.message
    }
  }
  writeToken(home, token)
  return { store: 'file', place: join(home, places.token), why }
}

/** True when there was one. Where the keychain does not answer, what it holds stays there, and that is thrown. */
export async function forgetToken(home: string, keychain: Keychain = systemKeychain): Promise<boolean> {
  const path = join(home, places.token)
  if (!existsSync(path)) return false
  const dropping = dropFromKeychain(home, keychain)
  rmSync(path, { force: true })
  await dropping
  return true
}

async function dropFromKeychain(home: string, keychain: Keychain): Promise<void> {
  const text = readMark(home)
  if (text !== null && text.startsWith(marker)) await keychain.delete(text.slice(marker.length))
}

function readMark(home: string): string | null {
  const path = join(home, places.token)
  const text = readIfThere(path)
  if (text === null) return null
  refuseShared(path, 'token')
  return text.trim()
}

/** The token itself. Throws what the keychain throws, `not_signed_in`. */
export async function tokenText(source: TokenSource): Promise<string> {
  return typeof source === 'string' ? source : await source()
}
