/** `sallyport keys`: the keys on this machine, and those that the trust document names. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { type KeyKind, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { defineKeysMake } from './keys_make.ts'
import { defineKeysRewrap } from './keys_rewrap.ts'
import { defineKeysRotate } from './keys_rotate.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

export const define: Define = (command, shell) => {
  sessionOptions(
    command.command('list').description('List the keys of the trust document, and which are here'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport keys list\n  sallyport keys list --json')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('show').description('Show one key: its id in words, and where it counts'))
    .argument('<key>', 'key id')
    .addHelpText('after', '\nExamples:\n  sallyport keys show 6a3803d5f059902a1c6dafbc9ba47292')
    .action(shell.action((id: string, options: SessionOptions) => show(shell, id, options)))
  defineKeysMake(command, shell)
  defineKeysRotate(command, shell)
  defineKeysRewrap(command, shell)
}

interface ListedKey {
  readonly use: 'root' | 'signer' | 'sealing' | 'reader' | 'log' | 'pool'
  readonly id: string
  readonly public: string
  readonly whose: string
  /** Where its private half lies on this machine, or null. */
  readonly here: string | null
  readonly listed: boolean
}

/** Every key of the trust document; those of this machine that it does not name come last. */
function keysOf(document: TrustDocument, home: string): ListedKey[] {
  const mine = keysHere(home)
  const id = (key: string) => keyId(native, fromBase64(key))
  const listed = (use: ListedKey['use'], key: string, whose: string): ListedKey => ({
    use,
    id: id(key),
    public: key,
    whose,
    here: mine.find((one) => one.public === key)?.path ?? null,
    listed: true,
  })
  const all = [
    ...document.roots.keys.map((key) => listed('root', key, 'root')),
    ...document.signers.map(({ key, owner }) => listed('signer', key, owner)),
    ...document.pools.map(({ key, name }) => listed('pool', key, `pool ${name}`)),
    ...document.sealing_keys.map((key) => listed('sealing', key.public, `pool ${key.pool}, ${key.state}`)),
    ...document.readers.map((key) => listed('reader', key.public, key.owner)),
    listed('log', document.log_key, 'the edge'),
  ]
  const others = mine.filter((one) => !all.some((key) => key.public === one.public)).map((
    one,
  ): ListedKey => ({
    use: one.kind,
    id: id(one.public),
    public: one.public,
    whose: 'not in the trust document',
    here: one.path,
    listed: false,
  }))
  return [...all, ...others]
}

function keysHere(home: string) {
  const folder = join(home, 'keys')
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => {
    const kind = (['root', 'signer', 'reader'] as const).find((one) => name.startsWith(one)) ?? 'signer'
    const path = join(folder, name)
    return { kind, path, public: toBase64(readKey(path, kind satisfies KeyKind).public) }
  })
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const { chain } = await peopleTrust(openSession(shell, options), { current: false })
  const keys = keysOf(chain.document, shell.home)
  const rows = keys.map((key) => [key.use, key.id, key.whose, key.here ?? ''])
  shell.result(keys, table(['use', 'key', 'whose', 'private half here'], rows))
}

async function show(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { chain } = await peopleTrust(openSession(shell, options), { current: false })
  const key = keysOf(chain.document, shell.home).find((one) => one.id === id || one.public === id)
  if (key === undefined) throw new UsageError(`There is no key ${id}. See: sallyport keys list`)
  const list = facts([
    ['key', groups(key.id)],
    ['in words', wordsOf(key.id)],
    ['use', key.use],
    ['whose', key.whose],
    ['public', key.public],
    ['private half', key.here ?? 'not here'],
  ])
  shell.result({ ...key, words: wordsOf(key.id) }, list)
}
