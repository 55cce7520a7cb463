/** `sallyport trust`: the document that says whose signature counts. */
import { resolve } from 'node:path'
import { fromBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import { native } from '../primitives.ts'
import { type Draft, gathered, readDraftFile } from '../trust/draft.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, pinOf, type SessionOptions, sessionOptions } from './session.ts'
import { leftUnsigned } from './left_unsigned.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'
import { defineTrustDeny } from './trust_deny.ts'
import { defineTrustEdit, warnUnsigned } from './trust_edit.ts'
import { defineTrustSign, describeDraft, missingText, signaturesText } from './trust_sign.ts'

export const define: Define = (command, shell) => {
  sessionOptions(
    command.command('show').description('Show the current trust document, verified from the pin'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport trust show\n  sallyport trust show --json')
    .action(shell.action((options: SessionOptions) => show(shell, options)))
  sessionOptions(
    command.command('verify').description(
      'Walk the chain of trust documents from the pin, or look at a draft',
    ),
  )
    .argument('[draft]', 'a draft: what it changes, who has signed it, what it leaves unsigned')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport trust verify\n  sallyport trust verify --pin <tenant>:1:<hash>\n' +
        '  sallyport trust verify handed-over.json',
    )
    .action(
      shell.action((file: string | undefined, options: SessionOptions) =>
        file === undefined ? verify(shell, options) : verifyDraft(shell, file, options)
      ),
    )
  defineTrustEdit(command, shell)
  defineTrustSign(command, shell)
  defineTrustDeny(command, shell)
}

async function show(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const { chain } = await peopleTrust(session, { current: false })
  shell.result({ hash: chain.hash, document: chain.document }, trustText(chain.document, chain.hash))
}

async function verify(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const pin = pinOf(session)
  const { chain, floor } = await peopleTrust(session)
  const { version, expires } = chain.document
  const value = {
    ok: true,
    pin: formatPin(pin),
    version,
    hash: chain.hash,
    expires,
    floor: floor?.trust.version ?? null,
  }
  shell.result(
    value,
    `From pinned version ${pin.version} to version ${version}, every document follows from the one before.\n` +
      (floor === null
        ? 'There is no floor here to compare with.'
        : `The floor names version ${floor.trust.version}.`),
  )
}

/** Exit 5 when signatures are missing, or when it does not follow what is published. */
async function verifyDraft(shell: Shell, file: string, options: SessionOptions): Promise<number> {
  const path = resolve(file)
  const draft: Draft | null = readDraftFile(path)
  if (draft === null) throw new UsageError(`There is no draft at ${path}.`)
  const state = gathered(draft)
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const follows = state.before?.hash === trust.chain.hash
  const gone = follows ? await leftUnsigned(session, trust, state.document) : []
  warnUnsigned(shell, gone)
  const complete = state.missing.before === 0 && state.missing.next === 0
  const { hash, document, roots, missing } = state
  const lines = [
    describeDraft(state),
    signaturesText(state),
    ...(complete ? [] : [missingText(missing)]),
    ...(follows ? [] : [`It does not follow version ${trust.chain.document.version}, which is published.`]),
  ]
  shell.result(
    {
      ok: complete && follows,
      hash,
      version: document.version,
      roots,
      missing,
      follows,
      left_unsigned: gone,
    },
    lines.join('\n'),
  )
  return complete && follows ? exits.done : exits.checkFailed
}

/** The document for people. */
export function trustText(document: TrustDocument, hash: string | null): string {
  const { roots, policy, recovery } = document
  const id = (key: string) => keyId(native, fromBase64(key))
  const head = facts([
    ['tenant', document.tenant],
    ['version', String(document.version)],
    ...(hash === null ? [] : [['hash', hash] as const]),
    ['issued', document.issued],
    ['expires', document.expires],
    ['root keys', `${roots.threshold} of ${roots.keys.length}: ${roots.keys.map(id).join(', ')}`],
    ['pools', document.pools.map(poolText).join(', ')],
    ['log key', id(document.log_key)],
    [
      'recovery',
      recovery === null ? 'none' : `${recovery.threshold} of ${recovery.shares}, key ${recovery.kid}`,
    ],
    ['releases', document.releases.join(', ') || 'any'],
    ['policy', policy === null ? 'none: nothing is allowed' : `of version ${policy.version}`],
  ])
  const signers = document.signers.map((
    one,
  ) => [one.owner, id(one.key), one.may.join(', '), one.projects.join(', ')])
  const keys = document.sealing_keys.map((one) => [one.pool, one.kid, one.state, String(one.suite)])
  const readers = document.readers.map((one) => [one.owner, one.kid, one.projects.join(', ')])
  return [
    head,
    table(['signer', 'key', 'may sign for', 'projects'], signers),
    table(['pool', 'sealing key', 'state', 'suite'], keys),
    table(['reader', 'key', 'projects'], readers),
  ].filter((part) => part !== '').join('\n\n')
}

function poolText({ name, enrolment }: TrustDocument['pools'][number]): string {
  return enrolment === 'approval' ? name : `${name} (its key vouches for agents)`
}
