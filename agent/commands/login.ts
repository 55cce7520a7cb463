/** `sallyport login`: remembers edge, token and pin. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { edgeOf } from '../config.ts'
import { answer, edgeFor } from '../edge_client/edge_client.ts'
import { places, readProfile, writeProfile, writeToken } from '../home.ts'
import { Fault } from '../../shared/faults.ts'
import { projectText, rememberProject } from '../trust/known_projects.ts'
import { readPin } from '../trust/ring.ts'
import { configOf } from './agent_options.ts'
import { askSecret, askText } from './ask.ts'
import { projectsOf } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'

interface Options {
  readonly url?: string
  readonly tokenFile?: string
  readonly invitationFile?: string
  readonly pin?: string
}

const examples = `
The pin says which keys count. It comes from whoever ran \`sallyport init\`, never from the edge.

Examples:
  sallyport login --url https://edge.example.com --pin <tenant>:1:<hash>
  SALLYPORT_TOKEN=… sallyport login --url https://edge.example.com
  sallyport login --url https://edge.example.com --token-file token.txt
  sallyport login --url https://edge.example.com --invitation-file invitation.txt --pin <pin>`

export const define: Define = (command, shell) => {
  command
    .option('--url <url>', 'address of the edge (SALLYPORT_URL)')
    .option('--token-file <file>', 'file with the API token, - for stdin (or SALLYPORT_TOKEN, or asked for)')
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
  // Read before anything is spent: an invitation is good once.
  const given = options.pin ?? env['SALLYPORT_PIN'] ?? ''
  const typed = given === '' ? null : readPin(given)
  const token = await tokenOf(shell, url, options)
  const edge = edgeFor(url, token, configOf(shell, {}).network)
  const { tenant, name, role } = await answer(edge.GET('/v1/whoami'))
  const pin = typed ?? pinOf(known, tenant)
  if (pin !== null && pin.tenant !== tenant) {
    throw new Fault('pin_mismatch', `The token is of the tenant ${tenant}, the pin of ${pin.tenant}.`)
  }
  const projects = await projectsOf(edge)
  const project = projects.find((one) => one.name === 'default') ?? projects[0] ?? null
  if (project !== null) rememberProject(home, tenant, project)
  writeToken(home, token)
  writeProfile(home, { url: url.origin, tenant, pin, project })
  shell.result(
    { url: url.origin, tenant, name, role, pinned: pin !== null },
    `Signed in to ${url.origin} as ${name}${role === undefined ? '' : ` (${role})`}` +
      (project === null ? '.' : `, project ${projectText(project)}.`),
  )
  if (pin === null) {
    shell.warn(
      'without a pin nothing can be sealed, signed or verified here. Ask who ran `sallyport init` for it, ' +
        'then: sallyport login --pin <pin>',
    )
  }
}

/** Given, asked for, or got by accepting an invitation. */
async function tokenOf(shell: Shell, url: URL, options: Options): Promise<string> {
  const { tokenFile, invitationFile } = options
  if (invitationFile !== undefined || (shell.env['SALLYPORT_INVITATION'] ?? '') !== '') {
    const invitation = await askSecret(shell, {
      what: 'invitation',
      file: invitationFile,
      fileOption: '--invitation-file',
      variable: 'SALLYPORT_INVITATION',
    })
    const { token } = await answer(
      edgeFor(url, invitation, configOf(shell, {}).network).POST('/v1/invitations/accept'),
    )
    // It comes once: kept, whatever goes wrong from here on.
    writeToken(shell.home, token)
    return token
  }
  return await askSecret(shell, {
    what: 'API token',
    file: tokenFile,
    fileOption: '--token-file',
    variable: 'SALLYPORT_TOKEN',
  })
}

/** The remembered pin, when it is of the same tenant. */
function pinOf(known: ReturnType<typeof readProfile>, tenant: string) {
  return known?.pin?.tenant === tenant ? known.pin : null
}
