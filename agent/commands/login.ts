/** `sallyport login`: a device that a person approves in a browser, or an API token; remembers edge, token and pin. */
import { Option } from 'commander'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { edgeOf } from '../config.ts'
import { answer, type Edge, edgeFor } from '../edge_client/edge_client.ts'
import { places, type Profile, readProfile, writeProfile, writeToken } from '../home.ts'
import { keepToken, type Kept, readToken, type Store, stores, tokenText } from '../kept_token.ts'
import { Fault } from '../../shared/faults.ts'
import { permissions } from '../../shared/permissions.ts'
import { type ProjectName, projectText, rememberProject } from '../trust/known_projects.ts'
import { readPin } from '../trust/ring.ts'
import { configOf } from './agent_options.ts'
import { askSecret, askText } from './ask.ts'
import { deviceToken } from './device_login.ts'
import { projectsOf } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'

interface Options {
  readonly url?: string
  readonly tokenFile?: string
  readonly ask?: boolean
  readonly invitationFile?: string
  readonly fresh?: boolean
  readonly tenant?: string
  readonly scopes?: string
  readonly name?: string
  readonly store?: Store
  readonly pin?: string
}

const examples = `
Without an API token it prints an address and a code: open the address in a browser, wherever that is, sign in, compare
the code and approve. It opens nothing by itself. --fresh does the same for a machine that is signed in, where something
needs a person's confirmation of the last five minutes.

The token is kept in the keychain of the system where one answers, else in a file that you alone can read.

The pin says which keys count. It comes from whoever ran \`sallyport init\`, never from the edge.

Examples:
  sallyport login --url https://edge.example.com --pin <tenant>:1:<hash>
  sallyport login --fresh
  sallyport login --tenant 019a9f3e-… --store file
  SALLYPORT_TOKEN=… sallyport login --url https://edge.example.com
  sallyport login --url https://edge.example.com --token-file token.txt
  sallyport login --url https://edge.example.com --invitation-file invitation.txt --pin <pin>`

export const define: Define = (command, shell) => {
  command
    .option('--url <url>', 'address of the edge (SALLYPORT_URL)')
    .option('--fresh', 'approve this machine anew, which is signed in')
    .option('--tenant <id>', 'the tenant that it is for, where you are in several')
    .option('--scopes <permissions>', 'only these of your permissions, with commas (default: all)')
    .option('--name <name>', 'what the person is shown (default: the name of this machine)')
    .addOption(
      new Option('--store <place>', 'where the token is kept (SALLYPORT_STORE)').choices([...stores]),
    )
    .option('--ask', 'ask for an API token instead')
    .option('--token-file <file>', 'file with an API token, - for stdin (or SALLYPORT_TOKEN)')
    .option('--invitation-file <file>', 'file with an invitation to accept instead (or SALLYPORT_INVITATION)')
    .option('--pin <pin>', 'pin of the tenant (SALLYPORT_PIN)')
    .addHelpText('after', examples)
    .action(shell.action((options: Options) => login(shell, options)))
}

async function login(shell: Shell, options: Options): Promise<void> {
  const { home, env } = shell
  if (existsSync(join(home, places.init))) {
    throw new UsageError('An init is unfinished here. Run `sallyport init` again to finish it.')
  }
  const known = readProfile(home)
  const text = await askText(shell, {
    what: 'address of the edge',
    option: '--url (or SALLYPORT_URL)',
    given: options.url ?? env['SALLYPORT_URL'],
    fallback: known?.url,
  })
  const url = edgeOf(text)
  if (url === null) throw new UsageError('There is no address of the edge. Give it by --url.')
  const store = storeOf(shell, options)
  // Read before anything is spent: an invitation is good once.
  const given = options.pin ?? env['SALLYPORT_PIN'] ?? ''
  const typed = given === '' ? null : readPin(given)
  const before = await deviceBefore(home, url, known)
  const token = await tokenOf(shell, url, { ...options, before })
  const { network } = configOf(shell, {})
  const edge = edgeFor(url, token, network)
  const { tenant, name, role, sort = null } = await answer(edge.GET('/v1/whoami'))
  const pin = typed ?? (known?.pin?.tenant === tenant ? known.pin : null)
  const meant = [pin?.tenant, options.tenant].find((one) => one !== undefined && one !== tenant)
  if (meant !== undefined) {
    if (sort === 'device') await signOut(edge)
    const what = meant === options.tenant ? 'you asked for' : 'the pin is of'
    throw new Fault('pin_mismatch', `The token is of the tenant ${tenant}, ${what} ${meant}.`)
  }
  const kept = await keepToken(home, token, { store, host: url.host }).catch(async (error) => {
    // Nobody would know it any more.
    if (sort === 'device') await signOut(edge)
    throw error
  })
  const project = await firstProject(edge)
  if (project !== null) rememberProject(home, tenant, project)
  writeProfile(home, { url: url.origin, tenant, pin, project })
  // The device is signed in once: what it had before is worth nothing any more.
  if (before !== null && before !== token && options.fresh !== true) {
    await signOut(edgeFor(url, before, network))
  }
  report(shell, { url, tenant, name, role: role ?? null, kept, project, pinned: pin !== null })
}

interface Done {
  readonly url: URL
  readonly tenant: string
  readonly name: string
  readonly role: string | null
  readonly kept: Kept
  readonly project: ProjectName | null
  readonly pinned: boolean
}

function report(shell: Shell, { url, tenant, name, role, kept, project, pinned }: Done): void {
  const { store, place, why } = kept
  shell.result(
    { url: url.origin, tenant, name, role, pinned, store, place },
    `Signed in to ${url.origin} as ${name}${role === null ? '' : ` (${role})`}` +
      (project === null ? '.' : `, project ${projectText(project)}.`) + `\nThe token is in ${place}.`,
  )
  if (why !== null && !shell.json) shell.note(`${why} So it is in that file, for you alone to read.`)
  if (pinned) return
  shell.warn(
    'without a pin nothing can be sealed, signed or verified here. Ask who ran `sallyport init` for it, ' +
      'then: sallyport login --pin <pin>',
  )
}

/** The option, or the variable; null leaves it to what there is. */
function storeOf({ env }: Shell, { store }: Options): Store | null {
  const said = store ?? env['SALLYPORT_STORE'] ?? ''
  if (said === '') return null
  const known = stores.find((one) => one === said)
  if (known === undefined) throw new UsageError(`SALLYPORT_STORE is one of ${stores.join(', ')}.`)
  return known
}

/** The token by which this home is signed in as a device to that edge; null where it is not. */
async function deviceBefore(home: string, url: URL, known: Profile | null): Promise<string | null> {
  const source = known?.url === url.origin ? readToken(home) : null
  if (source === null) return null
  // Whatever the keychain says of an old token, it does not stand in the way of a new one.
  const text = await tokenText(source).catch((error) => {
    if (error instanceof Fault) return null
    throw error
  })
  return text?.startsWith('sp_dev_') === true ? text : null
}

/** What has ended anyhow needs no signing out. */
async function signOut(edge: Edge): Promise<void> {
  try {
    await answer(edge.DELETE('/v1/tokens/current'))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

async function firstProject(edge: Edge): Promise<ProjectName | null> {
  try {
    const projects = await projectsOf(edge)
    return projects.find((one) => one.name === 'default') ?? projects[0] ?? null
  } catch (error) {
    // A role that sees no projects is one nevertheless.
    if (error instanceof Fault && error.code === 'forbidden') return null
    throw error
  }
}

/** Given, asked for, got by accepting an invitation, or by a person who approves this machine. */
async function tokenOf(
  shell: Shell,
  url: URL,
  options: Options & { readonly before: string | null },
): Promise<string> {
  const { tokenFile, invitationFile, before } = options
  const { network } = configOf(shell, {})
  const set = (name: string) => (shell.env[name] ?? '') !== ''
  if (options.fresh === true) {
    if (before === null) {
      throw new UsageError(
        'This machine is not signed in as a device there, so there is nothing to approve anew: sallyport login',
      )
    }
    return await deviceToken(shell, { ...asking(options), url, network, current: before })
  }
  if (invitationFile !== undefined || set('SALLYPORT_INVITATION')) {
    const invitation = await askSecret(shell, {
      what: 'invitation',
      file: invitationFile,
      fileOption: '--invitation-file',
      variable: 'SALLYPORT_INVITATION',
    })
    const { token } = await answer(edgeFor(url, invitation, network).POST('/v1/invitations/accept'))
    // It comes once: kept, whatever goes wrong from here on.
    writeToken(shell.home, token)
    return token
  }
  if (tokenFile !== undefined || options.ask === true || set('SALLYPORT_TOKEN')) {
    return await askSecret(shell, {
      what: 'API token',
      file: tokenFile,
      fileOption: '--token-file',
      variable: 'SALLYPORT_TOKEN',
    })
  }
  return await deviceToken(shell, { ...asking(options), url, network, current: null })
}

function asking({ scopes, name, tenant }: Options) {
  const wanted = scopes?.split(',').map((one) => one.trim()).filter((one) => one !== '') ?? null
  const unknown = wanted?.find((one) => !(permissions as readonly string[]).includes(one))
  if (unknown !== undefined) {
    throw new UsageError(`--scopes: ${unknown} is none of ${permissions.join(', ')}.`)
  }
  return { scopes: wanted, device: name, tenant }
}
