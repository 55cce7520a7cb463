/** `sallyport keys make`: a key of one's own. Somebody with a root key puts its public half into the trust document. */
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toBase64 } from '../../shared/bytes.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { places, writeKey } from '../home.ts'
import { native } from '../primitives.ts'
import { groups, wordsOf } from '../trust/fingerprint.ts'
import { newKey } from '../trust/new_tenant.ts'
import { type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

interface MakeOptions {
  readonly reader?: boolean
  readonly root?: boolean
  readonly suite: string
  readonly out?: string
}

export function defineKeysMake(command: Command, shell: Shell): void {
  command.command('make').description('Make a key of your own, for somebody with a root key to add')
    .option('--reader', 'one that opens specs and logs, instead of one that signs')
    .option('--root', 'one that signs trust documents')
    .option('--suite <number>', "a reader's: 1, or 2 where the tenant seals with X-Wing", '1')
    .option('--out <file>', 'where it goes (default: in the home folder)')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport keys make\n  sallyport keys make --reader\n' +
        '  sallyport keys make --root --out /media/stick/root-3.json',
    )
    .action(shell.action((options: MakeOptions) => make(shell, options)))
}

async function make(shell: Shell, options: MakeOptions): Promise<void> {
  if (options.reader && options.root) throw new UsageError('Give --reader or --root, not both.')
  if (options.suite !== '1' && options.suite !== '2') throw new UsageError('--suite is 1 or 2.')
  const kind = options.reader ? 'reader' : options.root ? 'root' : 'signer'
  const usual = { reader: places.reader, signer: places.signer, root: places.root }[kind]
  const path = options.out === undefined ? join(shell.home, usual) : resolve(options.out)
  if (existsSync(path)) {
    throw new UsageError(`There is a key at ${path} already; name another place: --out FILE`)
  }
  const pair = newKey(kind, options.suite === '1' ? 1 : 2)
  writeKey(path, kind, { ...pair, now: Date.now() })
  const key = toBase64(pair.public)
  const id = keyId(native, pair.public)
  const add = {
    signer: `--add-signer ${key} --owner NAME --may pipelines,runs`,
    reader: `--add-reader ${key} --owner NAME --projects IDS`,
    root: `--add-root ${key}`,
  }[kind]
  shell.note(`Who holds a root key adds it: sallyport trust edit ${add}`)
  shell.result(
    { kind, id, public: key, file: path },
    facts([['key', groups(id)], ['in words', wordsOf(id)], ['public', key], ['file', path]]),
  )
}
