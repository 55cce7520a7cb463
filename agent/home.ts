/** What a person's home folder holds: who is signed in where, and key files. */
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64, toBase64 } from '../shared/bytes.ts'
import { Fault } from '../shared/faults.ts'
import { judge } from '../shared/judge.ts'
import { Id, Key, Name, SealingPublic, Time } from '../shared/schemas/fields.ts'
import { Pin } from '../shared/schemas/pin.ts'
import type { OpeningKey } from '../shared/seal/envelope.ts'
import { makePrivateFolder, readIfThere, readPrivate, writeAtomic } from './files.ts'

/** What `init` and `login` remember. */
const Profile = z.strictObject({
  url: z.string(),
  tenant: Id,
  pin: Pin.nullable(),
  /** The project that commands mean when they name none. */
  project: z.strictObject({ id: Id, name: Name }).nullable(),
})
export type Profile = z.infer<typeof Profile>

export const places = {
  profile: 'profile.json',
  token: 'token',
  projects: 'projects.json',
  ring: 'ring.json',
  floor: 'floor.json',
  anchor: 'anchor.json',
  localPolicy: 'local-policy.yaml',
  draft: 'trust-draft.json',
  init: 'init.json',
  root: join('keys', 'root-1.json'),
  offlineRoot: join('keys', 'root-2-take-offline.json'),
  signer: join('keys', 'signer.json'),
  reader: join('keys', 'reader.json'),
  cache: 'cache',
} as const

export function readProfile(home: string): Profile | null {
  const path = join(home, places.profile)
  const text = readIfThere(path)
  return text === null ? null : parseFile(Profile, text, path)
}

export function writeProfile(home: string, profile: Profile): void {
  makePrivateFolder(home)
  writeAtomic(join(home, places.profile), JSON.stringify(profile, null, 2) + '\n')
}

export function writeToken(home: string, token: string): void {
  makePrivateFolder(home)
  writeAtomic(join(home, places.token), token + '\n')
}

/** A private key in a file of its own: an Ed25519 seed, for `reader` a key of the tenant's suite. */
const KeyFile = z.strictObject({
  type: z.enum(['root', 'signer', 'reader', 'agent']),
  private: Key,
  public: SealingPublic,
  created: Time,
})

export type KeyKind = z.infer<typeof KeyFile>['type']

export interface KeyPair {
  readonly private: Uint8Array
  readonly public: Uint8Array
}

export function writeKey(path: string, kind: KeyKind, pair: KeyPair & { readonly now: number }): void {
  makePrivateFolder(join(path, '..'))
  const file: z.infer<typeof KeyFile> = {
    type: kind,
    private: toBase64(pair.private),
    public: toBase64(pair.public),
    created: new Date(pair.now).toISOString(),
  }
  writeAtomic(path, JSON.stringify(file, null, 2) + '\n')
}

/** Throws `file_unreadable`, `file_not_private` or `invalid_file`. */
export function readKey(path: string, kind: KeyKind): KeyPair {
  const file = parseFile(KeyFile, readPrivate(path, `${kind} key`), path)
  if (file.type !== kind) {
    throw new Fault('invalid_file', `${path} holds a ${file.type} key, not a ${kind} key.`)
  }
  return { private: fromBase64(file.private), public: fromBase64(file.public) }
}

/** A reader's pair as a key that opens: its suite shows in the length of its public half. */
export function openingKeyOf(pair: KeyPair): OpeningKey {
  return { suite: pair.public.length === 32 ? 1 : 2, privateKey: pair.private }
}

/** Throws `invalid_file`, naming file and field, never a value. */
export function parseFile<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Fault('invalid_file', `${path} is not JSON.`, { cause })
  }
  const parsed = judge(schema, value)
  if (parsed.success) return parsed.data
  const issue = parsed.error?.issues[0]
  const where = issue?.path.join('.') || 'the top level'
  throw new Fault('invalid_file', `${path}, at ${where}: ${issue?.message ?? 'invalid'}.`)
}
