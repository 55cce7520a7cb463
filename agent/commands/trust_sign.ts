/** `sallyport trust sign|publish`: signatures are gathered, here or on copies of the draft, then it goes live. */
import type { Command } from 'commander'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { verifyNext } from '../../shared/trust/chain.ts'
import { places, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { contents, differences, differenceText } from '../trust/difference.ts'
import {
  type Draft,
  draftPath,
  dropDraft,
  type Gathered,
  gathered,
  mergeDrafts,
  publishDraft,
  readDraftFile,
  signDraft,
  writeDraftFile,
} from '../trust/draft.ts'
import { floorAt } from '../trust/floor.ts'
import { confirm } from './ask.ts'
import { leftUnsigned } from './left_unsigned.ts'
import { confirmed, waitOption, type WaitOptions } from './live.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'
import { warnUnsigned } from './trust_edit.ts'

interface SignOptions {
  readonly key?: string
  readonly draft?: string
  readonly yes?: boolean
}

interface PublishOptions extends SessionOptions, WaitOptions {
  readonly yes?: boolean
}

export function defineTrustSign(command: Command, shell: Shell): void {
  command.command('sign').description('Look at what the draft changes, and sign it with a root key')
    .option('--key <file>', 'root key file (default: each root key in the home folder that counts here)')
    .option('--draft <file>', 'a draft that somebody handed over; it is signed in its place')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nIt needs no edge: a draft carries what it follows, so it can be signed on a machine without a network.\n' +
        '\nExamples:\n  sallyport trust sign\n  sallyport trust sign --key /media/stick/root-2.json\n' +
        '  sallyport trust sign --draft handed-over.json --key root-3.json',
    )
    .action(shell.action((options: SignOptions) => sign(shell, options)))
  waitOption(sessionOptions(
    command.command('publish').description('Publish the signed draft: the floor first, then the edge'),
  ))
    .argument(
      '[drafts...]',
      'copies that others have signed; their signatures are put together with those here',
    )
    .option('--yes', 'publish also where something is left unsigned')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport trust publish\n  sallyport trust publish from-ada.json from-grace.json',
    )
    .action(
      shell.action((files: readonly string[], options: PublishOptions) => publish(shell, files, options)),
    )
}

function theDraft(path: string): Draft {
  const draft = readDraftFile(path)
  if (draft === null) {
    throw new UsageError(`There is no draft at ${path}. Make one: sallyport trust edit --help`)
  }
  return draft
}

async function sign(shell: Shell, options: SignOptions): Promise<void> {
  const path = options.draft === undefined ? draftPath(shell.home) : resolve(options.draft)
  let draft = theDraft(path)
  const before = gathered(draft)
  shell.note(describeDraft(before))
  const keys = rootsHere(shell, before, options.key)
  const ids = keys.map((key) => keyId(native, key.public))
  await confirm(shell, `Sign it with ${ids.join(' and ')}?`, {
    yes: options.yes === true || !shell.interactive,
    option: '--yes',
  })
  for (const key of keys) draft = signDraft(draft, key.private)
  writeDraftFile(path, draft)
  const { hash, document, roots, missing } = gathered(draft)
  const copy = options.draft === undefined ? '' : ` ${path}`
  shell.note(complete(missing) ? `Next: sallyport trust publish${copy}` : missingText(missing))
  shell.result(
    { hash, version: document.version, roots, missing, complete: complete(missing), draft: path },
    signaturesText({ document, roots }),
  )
}

/** Root key files: the one that is named, or those of the home folder that count for this draft. */
export function rootsHere(shell: Shell, { roots }: Gathered, named: string | undefined) {
  if (named !== undefined) return [readKey(resolve(named), 'root')]
  const folder = join(shell.home, 'keys')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^root.*\.json$/.test(name)) : []
  const keys = names.sort().map((name) => readKey(join(folder, name), 'root'))
  // The spare one that waits to be taken offline signs only when it is named.
  const spare = join(shell.home, places.offlineRoot)
  const offline = existsSync(spare) ? keyId(native, readKey(spare, 'root').public) : null
  const counting = keys.filter((key) => {
    const id = keyId(native, key.public)
    return id !== offline && roots.some((root) => root.id === id)
  })
  if (counting.length > 0) return counting
  throw new Fault(
    'signer_not_allowed',
    `No key in ${folder} is a root of this draft or of what it follows. Name one: --key FILE`,
  )
}

/** What the draft does, for people: against what it follows, or whole where it is the first. */
export function describeDraft({ document, before, hash }: Gathered): string {
  if (before === null) {
    return `Version 1 of tenant ${document.tenant}, ${hash}:\n${differenceText(contents(document))}`
  }
  const changes = differences(before.document, document)
  const head = `Version ${document.version} of tenant ${document.tenant}, ${hash}, after ${before.hash}:`
  return `${head}\n${differenceText(changes)}`
}

export function signaturesText({ document, roots }: Pick<Gathered, 'document' | 'roots'>): string {
  const which = { before: 'counts for the document in force', next: 'counts for this one', both: 'counts' }
  const lines = roots.map(({ id, counts, signed }) =>
    `  ${signed ? 'signed ' : '       '} root key ${id} (${which[counts]})`
  )
  return [`Version ${document.version} takes ${signatures(document.roots.threshold)}:`, ...lines].join('\n')
}

function complete({ before, next }: Gathered['missing']): boolean {
  return before === 0 && next === 0
}

export function missingText({ before, next }: Gathered['missing']): string {
  const parts = [
    ...(before === 0 ? [] : [`${before} by root keys of the document in force`]),
    ...(next === 0 ? [] : [`${next} by root keys of this one`]),
  ]
  return `Still missing: ${
    parts.join(', ')
  }. Sign it: sallyport trust sign, or hand the draft over: sallyport trust sign --draft FILE --key FILE`
}

async function publish(shell: Shell, files: readonly string[], options: PublishOptions): Promise<void> {
  const own = readDraftFile(draftPath(shell.home))
  const all = [...(own === null ? [] : [own]), ...files.map((file) => theDraft(resolve(file)))]
  const [first, ...others] = all
  if (first === undefined) throw new UsageError('There is no draft. Make one: sallyport trust edit --help')
  const draft = mergeDrafts([first, ...others])
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const { document, missing, before } = gathered(draft)
  if (before?.hash !== trust.chain.hash) {
    throw new UsageError(
      `The draft follows version ${document.version - 1}, and version ${trust.chain.document.version} is ` +
        'published. Make it again: sallyport trust edit --discard, then edit',
    )
  }
  if (!complete(missing)) throw new Fault('signature_invalid', missingText(missing))
  verifyNext(native, trust.chain, draft.document)
  const gone = await leftUnsigned(session, trust, document)
  warnUnsigned(shell, gone)
  if (gone.length > 0) {
    await confirm(shell, `Publish it, and leave ${gone.length} unsigned?`, {
      yes: options.yes === true,
      option: '--yes',
    })
  }
  const floor = session.floor === null ? null : floorAt(session.floor)
  const { version, hash } = await publishDraft(draft, { edge: session.edge, floor })
  dropDraft(shell.home)
  const { live, text } = await confirmed(shell, options, {
    session,
    trust: document,
    deny: trust.floor?.deny ?? [],
    pools: document.pools.map(({ name }) => name),
    published: { kind: 'trust', version, hash },
  })
  shell.result(
    { version, hash, floor: floor?.place ?? null, left_unsigned: gone, live },
    `Version ${version} is published${floor === null ? '' : ', and the floor demands it'}. ${text}`,
  )
}

const signatures = (count: number) => count === 1 ? 'one signature' : `${count} signatures`
