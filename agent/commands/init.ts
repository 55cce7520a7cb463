/** `sallyport init`: a tenant's keys and first documents, made here; the edge is told what it may know. */
import { existsSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { Id, Key, Name, type Suite } from '../../shared/schemas/fields.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { readUnverified, signDocument } from '../../shared/sign/documents.ts'
import { formatPin } from '../../shared/trust/pin.ts'
import type { LeastPolicies } from '../aws/least_policies.ts'
import { type Config, edgeOf } from '../config.ts'
import { answer, edgeFor } from '../edge_client/edge_client.ts'
import { makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import {
  type KeyKind,
  type KeyPair,
  parseFile,
  places,
  readKey,
  writeKey,
  writeProfile,
  writeToken,
} from '../home.ts'
import { readToken } from '../kept_token.ts'
import { native } from '../primitives.ts'
import { makeAnchor, readAnchor } from '../trust/anchor.ts'
import { type Draft, dropDraft, publishDraft, readDraft, writeDraft } from '../trust/draft.ts'
import { firstTrust, newKey, newRing, withPolicy } from '../trust/new_tenant.ts'
import { readPolicyFile } from '../trust/policy_file.ts'
import { rememberProject } from '../trust/known_projects.ts'
import { localPolicyStarter } from '../trust/local_policy_starter.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { askSecret, askText } from './ask.ts'
import {
  awsPolicies,
  checkFree,
  keepRing,
  type Places,
  placesOf,
  settingLines,
  writeSettings,
} from './init_places.ts'
import { projectsOf } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

interface Options {
  readonly url?: string
  readonly setupTokenFile?: string
  readonly tokenFile?: string
  readonly tenant?: string
  readonly person?: string
  readonly pool: string
  readonly policy?: string
  readonly offlineRoot?: string
  readonly days: string
  readonly suite: string
}

const examples = `
The keys are made on this machine and stay on it. The edge gets a setup token (it wrote one to a file on its first
start), or the token of its operator, and after that only what it may know.

Ring, floor and anchor are files in the home folder unless told otherwise. With a ring in AWS Secrets Manager or objects
in S3, they are made there, agent.yaml says where they are, and the least policies for IAM are printed.

Examples:
  sallyport init --url http://localhost:8787 --setup-token-file data/setup_token --tenant "Acme" --policy policy.yaml
  SALLYPORT_SETUP_TOKEN=… sallyport init --url https://edge.example.com --tenant "Acme"
  sallyport init --url https://edge.example.com --token-file operator-token --tenant "Another"
  sallyport init --url https://edge.example.com --tenant "Acme" --keystore aws-sm:sallyport/default \\
    --floor 's3:acme-sallyport/floor.json?owner=123456789012' --anchor 's3:acme-sallyport/anchor.json?owner=123456789012'`

export const define: Define = (command, shell) => {
  agentOptions(command, ['keystore', 'floor', 'anchor'])
    .option('--url <url>', 'address of the edge (SALLYPORT_URL)')
    .option('--setup-token-file <file>', 'file with the setup token, - for stdin (or SALLYPORT_SETUP_TOKEN)')
    .option('--token-file <file>', "file with the operator's API token, instead of a setup token")
    .option('--tenant <name>', 'name of the tenant')
    .option('--person <name>', 'your name, as others see it')
    .option('--pool <name>', 'name of the first pool of agents', 'default')
    .option('--policy <file>', 'what agents may read and write; without one they may do neither')
    .option('--offline-root <file>', 'where the second root key goes, e.g. on a stick that you take away')
    .option(
      '--suite <number>',
      'how records are sealed: 1 is X25519, 2 is X-Wing, against quantum computers',
      '1',
    )
    .option('--days <days>', 'days until the trust document has to be renewed, at most 400', '365')
    .addHelpText('after', examples)
    .action(shell.action((options: Options) => init(shell, options)))
}

/** What has to survive an interruption between the edge's answer and the end. */
const Progress = z.strictObject({ tenant: Id, pool: Name, log_key: Key.nullable() })
type Progress = z.infer<typeof Progress>

async function init(shell: Shell, options: Options): Promise<void> {
  const { home } = shell
  if (existsSync(join(home, places.profile)) && !existsSync(join(home, places.init))) {
    throw new UsageError(
      `${home} already belongs to a tenant. For another one, set SALLYPORT_HOME to another folder.`,
    )
  }
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 400) throw new UsageError('--days is from 1 to 400.')
  const policy = options.policy === undefined ? null : readPolicyFile(options.policy)
  const url = edgeOf(
    await askText(shell, {
      what: 'address of the edge',
      option: '--url (or SALLYPORT_URL)',
      given: options.url ?? shell.env['SALLYPORT_URL'],
    }),
  )
  if (url === null) throw new UsageError('There is no address of the edge. Give it by --url.')
  const person = await askText(shell, {
    what: 'your name',
    option: '--person',
    given: options.person,
    fallback: userName(),
  })
  const config = configOf(shell, options)
  const at = placesOf(shell, config)
  if (!existsSync(join(home, places.init))) await checkFree(at)
  const keys = keysOf(home, options)
  const progress = await register(shell, { url, person, options, config })
  const made = readDraft(home) ?? await makeDocuments(home, { progress, keys, person, policy, days, at })
  await finish(shell, { url, made, keys, progress, policy: made.policy !== null, config, at })
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'admin'
  }
}

interface Keys {
  readonly root: KeyPair
  readonly offlineRoot: KeyPair
  readonly offlinePath: string
  readonly signer: KeyPair
  readonly reader: KeyPair
  readonly suite: Suite
}

/** Made, or found where an interrupted `init` left them. */
function keysOf(home: string, { offlineRoot, suite: asked }: Options): Keys {
  if (asked !== '1' && asked !== '2') throw new UsageError('--suite is 1 or 2.')
  const suite: Suite = asked === '1' ? 1 : 2
  const offlinePath = offlineRoot === undefined ? join(home, places.offlineRoot) : resolve(offlineRoot)
  const key = (path: string, kind: KeyKind): KeyPair => {
    if (existsSync(path)) return readKey(path, kind)
    const pair = newKey(kind, suite)
    writeKey(path, kind, { ...pair, now: Date.now() })
    return pair
  }
  return {
    root: key(join(home, places.root), 'root'),
    offlineRoot: key(offlinePath, 'root'),
    offlinePath,
    signer: key(join(home, places.signer), 'signer'),
    reader: key(join(home, places.reader), 'reader'),
    suite,
  }
}

/** Tells the edge the tenant's id, which is made here, and remembers who we are to it. */
async function register(
  shell: Shell,
  { url, person, options, config }: { url: URL; person: string; options: Options; config: Config },
): Promise<Progress & { log_key: string }> {
  const { home } = shell
  const place = join(home, places.init)
  const text = readIfThere(place)
  const known: Progress = text === null
    ? { tenant: newId(Date.now(), native.randomBytes), pool: options.pool, log_key: null }
    : parseFile(Progress, text, place)
  if (known.log_key !== null) return { ...known, log_key: known.log_key }
  const name = await askText(shell, {
    what: 'name of the tenant',
    option: '--tenant',
    given: options.tenant,
  })
  const body = { tenant: { id: known.tenant, name }, person: { name: person } }
  const operator = options.tokenFile !== undefined
  const token = await askSecret(
    shell,
    operator
      ? {
        what: 'API token',
        file: options.tokenFile,
        fileOption: '--token-file',
        variable: 'SALLYPORT_TOKEN',
      }
      : {
        what: 'setup token',
        file: options.setupTokenFile,
        fileOption: '--setup-token-file',
        variable: 'SALLYPORT_SETUP_TOKEN',
      },
  )
  makePrivateFolder(home)
  writeAtomic(place, JSON.stringify(known))
  const edge = edgeFor(url, token, config.network)
  const made = await answer(operator ? edge.POST('/v1/tenants', { body }) : edge.POST('/v1/setup', { body }))
  if (made.token === undefined) {
    throw new Fault(
      'edge_unexpected',
      'The edge made the tenant, but its answer with the token was lost on the way.',
    )
  }
  writeToken(home, made.token)
  writeProfile(home, { url: url.origin, tenant: known.tenant, pin: null, project: null })
  const registered = { ...known, log_key: made.tenant.log_key }
  writeAtomic(place, JSON.stringify(registered))
  return registered
}

interface Making {
  readonly progress: Progress & { log_key: string }
  readonly keys: Keys
  readonly person: string
  readonly policy: Policy | null
  readonly days: number
  readonly at: Places
}

/** Ring, trust document 1 and sealed policy; the draft is written last, so that it stands for all of them. */
async function makeDocuments(
  home: string,
  { progress, keys, person, policy, days, at }: Making,
): Promise<Draft> {
  const now = Date.now()
  const ring = newRing({ tenant: progress.tenant, pool: progress.pool, suite: keys.suite, now })
  const bare = firstTrust({
    ring,
    roots: [keys.root.public, keys.offlineRoot.public],
    signer: keys.signer.public,
    reader: keys.reader.public,
    owner: person,
    logKey: progress.log_key,
    now,
    days,
  })
  const made = policy === null ? { document: bare, policy: null } : withPolicy(bare, policy)
  const seeds = [keys.root.private]
  const { dsse, hash } = signDocument(native, { type: 'trust', document: made.document, seeds })
  const pin = { tenant: progress.tenant, version: 1, hash }
  await keepRing(at.keystore, { ...ring, pin })
  const draft: Draft = { document: dsse, previous: null, policy: made.policy }
  writeDraft(home, draft)
  return draft
}

interface Finishing {
  readonly url: URL
  readonly made: Draft
  readonly keys: Keys
  readonly progress: Progress
  readonly policy: boolean
  readonly config: Config
  readonly at: Places
}

async function finish(shell: Shell, finishing: Finishing): Promise<void> {
  const { home } = shell
  const { url, made, progress, config, at } = finishing
  const { tenant, pool } = progress
  const { hash } = readUnverified(native, 'trust', made.document)
  const pin = { tenant, version: 1, hash }
  const edge = edgeFor(url, readToken(home), config.network)
  await publishDraft(made, { edge, floor: at.floor })
  // One that is there was made by an `init` that was interrupted after it, or it is somebody else's.
  if (!await makeAnchor(at.anchor, { tenant, pool })) await readAnchor(at.anchor, { tenant, pool })
  const local = join(home, places.localPolicy)
  if (!existsSync(local)) writeAtomic(local, localPolicyStarter)
  const [project = null] = await projectsOf(edge)
  if (project !== null) rememberProject(home, tenant, project)
  writeProfile(home, { url: url.origin, tenant, pin, project })
  dropDraft(home)
  const lines = await settingLines(home, config)
  const written = writeSettings(home, lines)
  const policies = await awsPolicies(config)
  rmSync(join(home, places.init), { force: true })
  report(shell, { ...finishing, pin: formatPin(pin), tenant, policies, unwritten: written ? [] : lines })
}

interface Report extends Finishing {
  readonly pin: string
  readonly tenant: string
  /** Null where nothing is in AWS. */
  readonly policies: LeastPolicies | null
  /** Lines that agent.yaml lacks, because there is one already. */
  readonly unwritten: readonly string[]
}

function report(shell: Shell, done: Report): void {
  const { url, pin, tenant, keys, policy, at: { keystore, floor, anchor }, policies, unwritten } = done
  const { home } = shell
  const at = (name: string) => join(home, name)
  const value = {
    tenant,
    url: url.origin,
    pin,
    home,
    ring: keystore.place,
    floor: floor?.place ?? null,
    anchor: anchor.place,
    local_policy: at(places.localPolicy),
    root_key: at(places.root),
    offline_root_key: keys.offlinePath,
    signer: keyId(native, keys.signer.public),
    policy,
    ...(policies === null ? {} : { aws: policies }),
  }
  const list = facts([
    ['tenant', tenant],
    ['edge', url.origin],
    ['pin', pin],
    ['ring', `${value.ring}   the pool's secret keys: agents need it, nobody else`],
    ['floor', value.floor ?? 'none: an edge can keep a revocation back'],
    ['anchor', value.anchor],
    ['local policy', `${value.local_policy}   what this machine allows its agent`],
    ['root key', value.root_key],
    ['second root key', value.offline_root_key],
    ['signer', `${value.signer}   signs connections, pipelines, indexes and requests`],
  ])
  const steps = [
    'Keep the pin where others find it without asking the edge: whoever joins types it once.',
    `Take the second root key offline: move ${keys.offlinePath} to a place that no machine reads.`,
    ...(policy ? [] : [
      'Say what agents may read and write: sallyport policy --help shows a file; then\n' +
      '     sallyport trust edit --policy policy.yaml && sallyport trust sign && sallyport trust publish',
    ]),
    ...(unwritten.length === 0 ? [] : [`Add to agent.yaml:\n     ${unwritten.join('\n     ')}`]),
    'Sign in at the console, where people and their roles are: sallyport members link --help',
    'Start an agent, here or where the data is: sallyport enroll, then sallyport agent',
    'Add connections and a pipeline: sallyport connection add --help, sallyport pipeline init --help',
  ]
  const next = steps.map((step, at) => `  ${at + 1}. ${step}`).join('\n')
  const text = `${shell.bold('The tenant is there.')}\n\n${list}\n\n${shell.bold('Next')}\n${next}`
  shell.result(value, policies === null ? text : `${text}\n\n${policiesText(shell, policies)}`)
}

function policiesText(shell: Shell, { agents, publishers, staff }: LeastPolicies): string {
  const titles = {
    'The least that IAM has to allow agents': agents,
    'and who publishes': publishers,
    'and security staff, who keep the ring': staff,
  }
  return Object.entries(titles)
    .filter(([, { Statement }]) => Statement.length > 0)
    .map(([title, policy]) => `${shell.bold(title)}\n${JSON.stringify(policy, null, 2)}`)
    .join('\n\n')
}
