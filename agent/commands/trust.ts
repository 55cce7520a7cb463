/** `sallyport trust`: the document that says whose signature counts. */
import { fromBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import { native } from '../primitives.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession, pinOf, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { facts, table } from './table.ts'
import { defineTrustDeny } from './trust_deny.ts'
import { defineTrustEdit } from './trust_edit.ts'

export const define: Define = (command, shell) => {
  sessionOptions(
    command.command('show').description('Show the current trust document, verified from the pin'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport trust show\n  sallyport trust show --json')
    .action(shell.action((options: SessionOptions) => show(shell, options)))
  sessionOptions(command.command('verify').description('Walk the chain of trust documents from the pin'))
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport trust verify\n  sallyport trust verify --pin <tenant>:1:<hash>',
    )
    .action(shell.action((options: SessionOptions) => verify(shell, options)))
  defineTrustEdit(command, shell)
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

/** The document for people. */
export function trustText(document: TrustDocument, hash: string | null): string {
  const { roots, policy } = document
  const id = (key: string) => keyId(native, fromBase64(key))
  const head = facts([
    ['tenant', document.tenant],
    ['version', String(document.version)],
    ...(hash === null ? [] : [['hash', hash] as const]),
    ['issued', document.issued],
    ['expires', document.expires],
    ['root keys', `${roots.threshold} of ${roots.keys.length}: ${roots.keys.map(id).join(', ')}`],
    ['pools', document.pools.map(({ name }) => name).join(', ')],
    ['policy', policy === null ? 'none: nothing is allowed' : `of version ${policy.version}`],
  ])
  const signers = document.signers.map((
    one,
  ) => [one.owner, id(one.key), one.may.join(', '), one.projects.join(', ')])
  const keys = document.sealing_keys.map((one) => [one.pool, one.kid, one.state])
  const readers = document.readers.map((one) => [one.owner, one.kid, one.projects.join(', ')])
  return [
    head,
    table(['signer', 'key', 'may sign for', 'projects'], signers),
    table(['pool', 'sealing key', 'state'], keys),
    table(['reader', 'key', 'projects'], readers),
  ].filter((part) => part !== '').join('\n\n')
}
