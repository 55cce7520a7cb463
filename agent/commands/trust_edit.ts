/** `sallyport trust edit`: the next trust document, as a draft. */
import type { Command } from 'commander'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { MAX_TRUST_DAYS, type TrustDocument } from '../../shared/schemas/trust_document.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { native } from '../primitives.ts'
import { differences, differenceText } from '../trust/difference.ts'
import { draftPath, dropDraft, gathered, newDraft, readDraft, writeDraft } from '../trust/draft.ts'
import * as edits from '../trust/edits.ts'
import { withPolicy } from '../trust/new_tenant.ts'
import { readPolicyFile } from '../trust/policy_file.ts'
import { leftUnsigned } from './left_unsigned.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { openSession, projectsOf, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface EditOptions extends SessionOptions {
  readonly policy?: string
  readonly addSigner?: string
  readonly removeSigner?: string
  readonly addReader?: string
  readonly removeReader?: string
  readonly owner?: string
  readonly may: string
  readonly projects: string
  readonly addRoot?: string
  readonly removeRoot?: string
  readonly threshold?: string
  readonly enrolment?: string
  readonly removePool?: string
  readonly addRelease?: string
  readonly removeRelease?: string
  readonly logKey?: string
  readonly extend?: string
  readonly discard?: boolean
}

const help = `
Edits make a draft in the home folder; a further edit goes on with it. Then: trust sign, trust publish.

Examples:
  sallyport trust edit --policy policy.yaml
  sallyport trust edit --add-signer <public key> --owner "Grace" --may pipelines,runs
  sallyport trust edit --remove-signer 6a3803d5f059902a1c6dafbc9ba47292
  sallyport trust edit --add-reader <public key> --owner "Ada" --projects 019a…
  sallyport trust edit --add-root <public key> --threshold 2
  sallyport trust edit --enrolment fargate=pool_key
  sallyport trust edit --extend 365
  sallyport trust edit --discard`

export function defineTrustEdit(command: Command, shell: Shell): void {
  sessionOptions(command.command('edit').description('Make the next trust document as a draft'))
    .option('--policy <file>', 'replace the policy; see sallyport policy --help for a file')
    .option('--add-signer <key>', 'public key of a signer, new or with other duties; see sallyport keys list')
    .option('--remove-signer <key>', 'key id or public key of a signer to take out')
    .option('--add-reader <key>', 'public key of a reader: opens specs and logs, never credentials')
    .option('--remove-reader <key>', 'key id or public key of a reader to take out')
    .option('--owner <name>', "the signer's or reader's name")
    .option(
      '--may <duties>',
      'what the signer signs: connections,pipelines,publish,runs',
      'connections,pipelines,publish,runs',
    )
    .option('--projects <ids>', "ids of the signer's or reader's projects, * for all", '*')
    .option('--add-root <key>', 'public key of one more root')
    .option('--remove-root <key>', 'key id or public key of a root to take out')
    .option('--threshold <m>', 'how many roots have to sign')
    .option(
      '--enrolment <pool=rule>',
      'how agents join a pool: approval, or pool_key for those that come and go',
    )
    .option('--remove-pool <name>', 'take a pool out, with its sealing keys')
    .option('--add-release <digest>', 'SHA-256 of a binary that may run as an agent, or the binary itself')
    .option('--remove-release <digest>', 'SHA-256 of a binary that no longer may')
    .option('--log-key <key>', "public key under which the edge signs the audit log's checkpoints")
    .option('--extend <days>', `expire so many days from now, at most ${MAX_TRUST_DAYS}`)
    .option('--discard', 'throw the draft away')
    .addHelpText('after', help)
    .action(shell.action((options: EditOptions) => edit(shell, options)))
}

async function edit(shell: Shell, options: EditOptions): Promise<void> {
  if (options.discard) {
    dropDraft(shell.home)
    return shell.result({ discarded: true }, 'There is no draft any more.')
  }
  const asked = await editsOf(options)
  if (asked.length === 0 && options.policy === undefined && options.extend === undefined) {
    throw new UsageError('Nothing to edit: see sallyport trust edit --help.')
  }
  const session = openSession(shell, options)
  const trust = await peopleTrust(session, { current: false })
  const begun = draftOf(shell.home, trust)
  const start = begun?.document ?? nextOf(trust)
  let document = edits.edited(start, [
    edits.withTimes(Date.now(), options.extend),
    ...asked,
    edits.withThreshold(options.threshold),
  ])
  let policy = begun?.policy ?? null
  if (options.policy !== undefined) {
    const made = withPolicy(document, readPolicyFile(options.policy))
    document = made.document
    policy = made.policy
  }
  const draft = newDraft(document, { previous: lastDsse(trust), policy })
  const { hash } = gathered(draft)
  const gone = await leftUnsigned(session, trust, document)
  writeDraft(shell.home, draft)
  warnUnsigned(shell, gone)
  await warnUnknown(shell, session, options)
  const changes = differences(trust.chain.document, document)
  shell.note(
    `The draft is ${draftPath(shell.home)}. Next: sallyport trust sign, then sallyport trust publish`,
  )
  shell.result(
    { hash, document, changes, left_unsigned: gone },
    `Version ${document.version}, as against ${trust.chain.document.version}:\n${differenceText(changes)}`,
  )
}

/** Of a project that the edge does not show: with a slip in its id the key would count for nothing. */
async function warnUnknown(
  shell: Shell,
  { edge }: Session,
  { addSigner, addReader, projects }: EditOptions,
): Promise<void> {
  if ((addSigner ?? addReader) === undefined || projects === '*') return
  const shown = new Set((await projectsOf(edge)).map(({ id }) => id))
  for (const id of projects.split(',').map((one) => one.trim())) {
    if (!shown.has(id)) shell.warn(`the edge shows no project ${id}.`)
  }
}

/** Names what nobody who counts has signed any more once the document is in force. */
export function warnUnsigned(
  shell: Shell,
  all: readonly { readonly kind: string; readonly name: string; readonly project: string }[],
): void {
  for (const { kind, name, project } of all) {
    shell.warn(
      `${kind} ${name} of ${project} would be left unsigned: somebody else signs it first (apply or add it again).`,
    )
  }
}

async function editsOf(options: EditOptions) {
  const { owner, may, projects } = options
  const owned = (option: string): string => {
    if (owner === undefined) throw new UsageError(`Give a name with ${option}: --owner NAME.`)
    return owner
  }
  const given = <T>(value: string | undefined, make: (value: string) => T): T[] =>
    value === undefined ? [] : [make(value)]
  const release = options.addRelease === undefined ? undefined : await digestOf(options.addRelease)
  return [
    ...given(
      options.addSigner,
      (key) => edits.withSigner({ key, owner: owned('--add-signer'), may, projects }),
    ),
    ...given(options.removeSigner, edits.withoutSigner),
    ...given(options.addReader, (key) => edits.withReader({ key, owner: owned('--add-reader'), projects })),
    ...given(options.removeReader, edits.withoutReader),
    ...given(options.addRoot, edits.withRoot),
    ...given(options.removeRoot, edits.withoutRoot),
    ...given(options.threshold, edits.withThreshold),
    ...given(options.removePool, edits.withoutPool),
    ...given(options.enrolment, edits.withEnrolment),
    ...given(release, edits.withRelease),
    ...given(options.removeRelease, edits.withoutRelease),
    ...given(options.logKey, edits.withLogKey),
  ]
}

/** A digest as it stands, or that of the file. */
async function digestOf(text: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(text) || !existsSync(text)) return text
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(text)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

/** A draft counts while it follows the current document; one that was overtaken is refused by name. */
export function draftOf(home: string, { chain }: PeopleTrust) {
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

/** The document after the current one, without a change. */
export function nextOf({ chain: { document, hash } }: PeopleTrust): TrustDocument {
  return { ...document, version: document.version + 1, previous: hash }
}

/** The current document as it was signed. */
export function lastDsse({ chain }: PeopleTrust): Dsse {
  const last = chain.versions.at(-1)
  if (last === undefined) throw new RangeError('a chain has a document')
  return last.document
}
