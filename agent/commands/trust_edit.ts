/** `sallyport trust edit|sign|publish`: the next trust document, from draft to live. */
import type { Command } from 'commander'
import { join, resolve } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import {
  type Duty,
  Duty as DutySchema,
  MAX_TRUST_DAYS,
  type TrustDocument,
} from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { readUnverified, signDocument } from '../../shared/sign/documents.ts'
import { addSignature } from '../../shared/sign/dsse.ts'
import { verifyNext } from '../../shared/trust/chain.ts'
import { places, readKey } from '../home.ts'
import { native } from '../primitives.ts'
import { type Draft, draftPath, dropDraft, publishDraft, readDraft, writeDraft } from '../trust/draft.ts'
import { floorAt } from '../trust/floor.ts'
import { newKey, withPolicy } from '../trust/new_tenant.ts'
import { readPolicyFile } from '../trust/policy_file.ts'
import { leftUnsigned } from './left_unsigned.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'
import { trustText } from './trust.ts'

interface EditOptions extends SessionOptions {
  readonly policy?: string
  readonly addSigner?: string
  readonly owner?: string
  readonly may?: string
  readonly projects?: string
  readonly removeSigner?: string
  readonly extend?: string
  readonly discard?: boolean
}

const editHelp = `
Edits make a draft in the home folder; a further edit goes on with it. Then: trust sign, trust publish.

Examples:
  sallyport trust edit --policy policy.yaml
  sallyport trust edit --add-signer <public key> --owner "Grace" --may pipelines,runs
  sallyport trust edit --remove-signer 6a3803d5f059902a1c6dafbc9ba47292
  sallyport trust edit --extend 365
  sallyport trust edit --discard`

export function defineTrustEdit(command: Command, shell: Shell): void {
  sessionOptions(command.command('edit').description('Make the next trust document as a draft'))
    .option('--policy <file>', 'replace the policy; see sallyport policy --help for a file')
    .option('--add-signer <key>', 'public key (base64) of a new signer; see sallyport keys list')
    .option('--owner <name>', "the new signer's name")
    .option(
      '--may <duties>',
      'what it signs: connections,pipelines,publish,runs',
      'connections,pipelines,publish,runs',
    )
    .option('--projects <ids>', 'ids of its projects, * for all', '*')
    .option('--remove-signer <key>', 'key id or public key of a signer to take out')
    .option('--extend <days>', `expire so many days from now, at most ${MAX_TRUST_DAYS}`)
    .option('--discard', 'throw the draft away')
    .addHelpText('after', editHelp)
    .action(shell.action((options: EditOptions) => edit(shell, options)))
  command.command('sign').description('Sign the draft with a root key')
    .option('--key <file>', 'root key file (default: the first root key in the home folder)')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport trust sign\n  sallyport trust sign --key /media/stick/root-2.json',
    )
    .action(shell.action((options: { readonly key?: string }) => sign(shell, options)))
  sessionOptions(
    command.command('publish').description('Publish the signed draft: the floor first, then the edge'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport trust publish')
    .action(shell.action((options: SessionOptions) => publish(shell, options)))
}

async function edit(shell: Shell, options: EditOptions): Promise<void> {
  if (options.discard) {
    dropDraft(shell.home)
    return shell.result({ discarded: true }, 'There is no draft any more.')
  }
  const { policy, addSigner, removeSigner, extend } = options
  if ([policy, addSigner, removeSigner, extend].every((one) => one === undefined)) {
    throw new UsageError('Nothing to edit: give --policy, --add-signer, --remove-signer or --extend.')
  }
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const begun = draftOf(shell.home, trust)
  let document = begun?.document ?? nextOf(trust)
  let sealedPolicy = begun?.policy ?? null
  document = withExpiry({ ...document, issued: new Date().toISOString() }, extend)
  if (addSigner !== undefined) document = withSigner(document, addSigner, options)
  if (removeSigner !== undefined) document = withoutSigner(document, removeSigner)
  if (policy !== undefined) {
    const made = withPolicy(document, readPolicyFile(policy))
    document = made.document
    sealedPolicy = made.policy
  }
  const gone = removeSigner === undefined ? [] : await leftUnsigned(session, trust, document)
  // Bytes are kept in the form in which they are signed; a throw-away key gives the draft that form.
  const { dsse, hash } = signDocument(native, { type: 'trust', document, seeds: [newKey('root').private] })
  writeDraft(shell.home, { document: { ...dsse }, policy: sealedPolicy })
  for (const { kind, name, project } of gone) {
    shell.warn(
      `${kind} ${name} of ${project} would be left unsigned: somebody else signs it first (apply or add it again).`,
    )
  }
  shell.note(
    `The draft is ${draftPath(shell.home)}. Next: sallyport trust sign, then sallyport trust publish`,
  )
  shell.result({ hash, document, left_unsigned: gone }, trustText(document, hash))
}

/** A draft counts while it follows the current document; one that was overtaken is refused by name. */
function draftOf(home: string, { chain }: PeopleTrust) {
  const draft = readDraft(home)
  if (draft === null) return null
  const { document } = readUnverified(native, 'trust', draft.document)
  if (document.previous === chain.hash) return { document, policy: draft.policy }
  throw new UsageError(
    `The draft follows version ${
      document.version - 1
    }, and version ${chain.document.version} is published. ` +
      'Throw it away first: sallyport trust edit --discard',
  )
}

function nextOf({ chain: { document, hash } }: PeopleTrust): TrustDocument {
  return { ...document, version: document.version + 1, previous: hash }
}

function withExpiry(document: TrustDocument, extend: string | undefined): TrustDocument {
  if (extend === undefined) return document
  const days = Number(extend)
  if (!Number.isInteger(days) || days < 1 || days > MAX_TRUST_DAYS) {
    throw new UsageError(`--extend is a number of days from 1 to ${MAX_TRUST_DAYS}.`)
  }
  return { ...document, expires: new Date(Date.parse(document.issued) + days * 86_400_000).toISOString() }
}

function withSigner(
  document: TrustDocument,
  key: string,
  { owner, may, projects }: EditOptions,
): TrustDocument {
  if (owner === undefined) throw new UsageError('Give the new signer a name: --owner NAME.')
  if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) {
    throw new UsageError('--add-signer takes a public key in base64: sallyport keys list')
  }
  const duties = (may ?? '').split(',').map((one) => one.trim()).filter((one) => one !== '')
  const unknown = duties.find((one) => !DutySchema.options.includes(one as Duty))
  if (unknown !== undefined) {
    throw new UsageError(`--may: ${unknown} is none of ${DutySchema.options.join(', ')}.`)
  }
  const all = projects === undefined || projects === '*'
  const signer = {
    key,
    owner,
    may: duties as Duty[],
    projects: all ? ['*'] as ['*'] : projects.split(',').map((one) => one.trim()),
  }
  return { ...document, signers: [...document.signers.filter((one) => one.key !== key), signer] }
}

function withoutSigner(document: TrustDocument, wanted: string): TrustDocument {
  const signers = document.signers.filter(({ key }) =>
    key !== wanted && keyId(native, fromBase64(key)) !== wanted
  )
  if (signers.length === document.signers.length) {
    throw new UsageError(`The trust document has no signer ${wanted}. See: sallyport trust show`)
  }
  return { ...document, signers }
}

function theDraft(home: string): Draft {
  const draft = readDraft(home)
  if (draft === null) throw new UsageError('There is no draft. Make one: sallyport trust edit --help')
  return draft
}

async function sign(shell: Shell, options: { readonly key?: string }): Promise<void> {
  const draft = theDraft(shell.home)
  const { document, hash } = readUnverified(native, 'trust', draft.document)
  const path = options.key === undefined ? join(shell.home, places.root) : resolve(options.key)
  const key = readKey(path, 'root')
  if (!document.roots.keys.includes(toBase64(key.public))) {
    throw new Fault('signer_not_allowed', `${path} is none of the root keys that the draft lists.`)
  }
  const signed = addSignature(native, draft.document, key.private)
  const roots = document.roots.keys.map((one) => keyId(native, fromBase64(one)))
  const counted = { ...signed, signatures: signed.signatures.filter(({ keyid }) => roots.includes(keyid)) }
  writeDraft(shell.home, { ...draft, document: counted })
  const have = counted.signatures.length
  const { threshold } = document.roots
  const next = have >= threshold
    ? 'Next: sallyport trust publish'
    : `It takes ${threshold}: sallyport trust sign --key FILE`
  shell.result(
    { hash, signatures: have, threshold },
    `Version ${document.version} has ${have} of ${threshold} signatures.`,
  )
  shell.note(next)
}

async function publish(shell: Shell, options: SessionOptions): Promise<void> {
  const draft = theDraft(shell.home)
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  draftOf(shell.home, trust)
  verifyNext(native, trust.chain, draft.document)
  const floor = session.floor === null ? null : floorAt(session.floor)
  const { version, hash } = await publishDraft(draft, { edge: session.edge, floor })
  dropDraft(shell.home)
  shell.result(
    { version, hash, floor: floor?.place ?? null },
    `Version ${version} is published${floor === null ? '' : ', and the floor demands it'}.`,
  )
}
