/** `sallyport pools`: groups of agents, each with keys of its own. What is sealed to one pool no other opens. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import { EnrolmentRule, type TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { type OpeningKey, rewrap } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { policyRecipients, suiteOf } from '../../shared/trust/recipients.ts'
import { loadConfig } from '../config.ts'
import { answer } from '../edge_client/edge_client.ts'
import { openingKeyOf, places, readKey } from '../home.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { copyPath, writeCopy } from '../keystore/recovery_copy.ts'
import { native } from '../primitives.ts'
import { anchorAt, makeAnchor } from '../trust/anchor.ts'
import { differences, differenceText } from '../trust/difference.ts'
import { type Draft, draftPath, newDraft, writeDraft } from '../trust/draft.ts'
import * as edits from '../trust/edits.ts'
import { newRing, publicSealingKey } from '../trust/new_tenant.ts'
import { loadRing, openingKeys } from '../trust/ring.ts'
import { type PeopleTrust, peopleTrust } from './people_trust.ts'
import { openSession, pinOf, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'
import { draftOf, lastDsse, nextOf } from './trust_edit.ts'

interface AddOptions extends SessionOptions {
  readonly enrolment: string
  readonly keystore?: string
  readonly anchor?: string
  readonly ownMaskKey?: boolean
}

const addHelp = `
The pool gets a ring of its own, and a place in a draft of the trust document: sign and publish that, then give the
ring to the pool's agents alone. Connections are sealed to the pools that they name: connection add --pool.

Examples:
  sallyport pools add eu
  sallyport pools add fargate --enrolment pool_key --keystore aws-sm:sallyport/fargate`

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List pools, their keys and how many agents they have'))
    .addHelpText('after', '\nExamples:\n  sallyport pools list\n  sallyport pools list --json')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('add').description('Make a pool with keys of its own'))
    .argument('<name>', 'letters, digits, dot, dash and underscore')
    .option(
      '--enrolment <rule>',
      'approval, or pool_key: the pool vouches for agents that come and go',
      'approval',
    )
    .option('--keystore <place>', 'where its ring goes (default: ring-<name>.json in the home folder)')
    .option('--anchor <place>', 'where its anchor is made (default: anchor-<name>.json in the home folder)')
    .option('--own-mask-key', 'hash masks of this pool differ from those of the others')
    .addHelpText('after', addHelp)
    .action(shell.action((name: string, options: AddOptions) => add(shell, name, options)))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const { chain } = await peopleTrust(session, { current: false })
  const { data } = await answer(session.edge.GET('/v1/pools'))
  const pools = chain.document.pools.map(({ name, key, enrolment }) => ({
    name,
    key: keyId(native, fromBase64(key)),
    enrolment,
    sealing_keys: chain.document.sealing_keys.filter(({ pool }) => pool === name)
      .map(({ kid, state, suite }) => ({ kid, state, suite })),
    agents: data.find((one) => one.name === name)?.agents ?? { pending: 0, approved: 0 },
  }))
  const rows = pools.map(({ name, key, enrolment, sealing_keys, agents }) => [
    name,
    key,
    enrolment,
    sealing_keys.map(({ kid, state }) => `${kid.slice(0, 8)}… ${state}`).join(', '),
    String(agents.approved),
    String(agents.pending),
  ])
  shell.result(pools, table(['pool', 'pool key', 'enrolment', 'sealing keys', 'agents', 'waiting'], rows))
}

async function add(shell: Shell, name: string, options: AddOptions): Promise<void> {
  const rule = EnrolmentRule.safeParse(options.enrolment)
  if (!rule.success) throw new UsageError(`--enrolment is ${EnrolmentRule.options.join(' or ')}.`)
  const session = openSession(shell, options)
  const trust = await peopleTrust(session)
  const begun = draftOf(shell.home, trust)
  const start = begun?.document ?? nextOf(trust)
  const at = placesOf(shell, name, options)
  const here = await ringHere(shell, options)
  const ring = await ringFor(name, { session, start, places: at, options, here })
  const [sealing] = ring.sealing
  if (sealing === undefined) throw new Fault('invalid_file', `The ring at ${at.keystore} has no sealing key.`)
  const { recovery } = start
  if (recovery !== null) writeCopy(copyPath(shell.home, name), ring, { recovery, now: Date.now() })
  const document = edits.edited(start, [
    edits.withTimes(Date.now(), undefined),
    edits.withPool({
      name,
      key: toBase64(native.ed25519.publicKey(fromBase64(ring.pool_key))),
      enrolment: rule.data,
      sealing: publicSealingKey(sealing, name),
    }),
  ])
  const policy = begun?.policy ?? policyFor(trust, document, keysHere(shell, here))
  const draft: Draft = newDraft(document, { previous: lastDsse(trust), policy })
  writeDraft(shell.home, draft)
  if (rule.data === 'pool_key' && at.anchor.startsWith('file:')) {
    shell.warn(
      `agents that join by the pool's key refuse an anchor in a file (anchor_local): make one that outlives them, ` +
        `sallyport anchor init --keystore ${at.keystore} --anchor s3:BUCKET/KEY, before they start.`,
    )
  }
  await makeAnchor(anchorAt(at.anchor), { tenant: document.tenant, pool: name })
  report(shell, { name, places: at, trust, document, sealed: policy !== null || document.policy === null })
}

interface Places {
  readonly keystore: string
  readonly anchor: string
}

function placesOf({ home }: Shell, name: string, { keystore, anchor }: AddOptions): Places {
  const there = (text: string) => text.startsWith('file:') ? `file:${resolve(text.slice(5))}` : text
  return {
    keystore: there(keystore ?? `file:${join(home, `ring-${name}.json`)}`),
    anchor: there(anchor ?? `file:${join(home, `anchor-${name}.json`)}`),
  }
}

/** The ring of the pool that this home knows, or null: it shares its mask key, and opens the policy. */
async function ringHere(shell: Shell, options: AddOptions): Promise<Ring | null> {
  const config = loadConfig({
    flags: { url: options.url, pin: options.pin },
    env: shell.env,
    home: shell.home,
  })
  const path = config.keystore.startsWith('file:') ? config.keystore.slice('file:'.length) : null
  if (path !== null && !existsSync(path)) return null
  return await loadRing(keystoreAt(config.keystore, shell.env))
}

interface Making {
  readonly session: Session
  readonly start: TrustDocument
  readonly places: Places
  readonly options: AddOptions
  readonly here: Ring | null
}

/** Made and stored; one that an interrupted call has stored already is taken. */
async function ringFor(name: string, { session, start, places, options, here }: Making): Promise<Ring> {
  const keystore = keystoreAt(places.keystore, process.env)
  if (keystore.swap === null) {
    throw new Fault(
      'keystore_read_only',
      `${keystore.place} can only be read; give --keystore file:PATH and move it.`,
    )
  }
  const { tenant } = start
  const bare = newRing({ tenant, pool: name, suite: suiteOf(start), now: Date.now() })
  if (here === null && !options.ownMaskKey) {
    throw new UsageError(
      'No ring is here to share its mask key with: run it where one is, or give --own-mask-key.',
    )
  }
  const mask = options.ownMaskKey === true ? bare.mask_key : here?.mask_key ?? bare.mask_key
  const ring: Ring = { ...bare, mask_key: mask, pin: pinOf(session) }
  if (await keystore.swap(null, JSON.stringify(ring, null, 2) + '\n')) return ring
  const stored = await loadRing(keystore)
  if (stored.tenant === tenant && stored.pool === name) return stored
  throw new Fault('already_exists', `${keystore.place} holds the ring of another pool.`)
}

function keysHere(shell: Shell, ring: Ring | null): OpeningKey[] {
  const reader = join(shell.home, places.reader)
  return [
    ...(existsSync(reader) ? [openingKeyOf(readKey(reader, 'reader'))] : []),
    ...(ring === null ? [] : openingKeys(ring)),
  ]
}

/** The policy for the new pool as well, where a key here opens it; null where none does. */
function policyFor(
  { chain }: PeopleTrust,
  document: TrustDocument,
  keys: readonly OpeningKey[],
): Draft['policy'] {
  const { policy, tenant } = document
  if (policy === null || chain.policy === null) return null
  try {
    const envelope = rewrap(native, {
      context: {
        tenant,
        project: null,
        type: 'policy',
        id: tenant,
        version: policy.version,
        schema: schemas.policy,
      },
      envelope: fromBase64(chain.policy),
      keys,
      recipients: policyRecipients(document),
    })
    return { version: policy.version, envelope: toBase64(envelope) }
  } catch (error) {
    if (error instanceof Fault && error.code === 'kid_missing') return null
    throw error
  }
}

interface Report {
  readonly name: string
  readonly places: Places
  readonly trust: PeopleTrust
  readonly document: TrustDocument
  /** Whether the new pool can open the policy from the first moment. */
  readonly sealed: boolean
}

function report(shell: Shell, { name, places, trust, document, sealed }: Report): void {
  if (!sealed) {
    shell.warn('No key here opens the policy, so the pool can run nothing before: sallyport keys rewrap')
  }
  shell.note(
    `The draft is ${draftPath(shell.home)}. Next: sallyport trust sign, then sallyport trust publish\n` +
      `Agents of ${name} take keystore ${places.keystore} and anchor ${places.anchor}; give the ring to nobody else.`,
  )
  const changes = differences(trust.chain.document, document)
  shell.result(
    { pool: name, keystore: places.keystore, anchor: places.anchor, changes, policy_sealed: sealed },
    `Version ${document.version} would have:\n${differenceText(changes)}`,
  )
}
