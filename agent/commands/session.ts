/** Who is signed in to which edge, and what stands behind it: pin, verified trust, project. */
import type { Command } from 'commander'
import { join, resolve } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import type { Pin } from '../../shared/schemas/pin.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { Project } from '../../shared/schemas/project.ts'
import { edgeOf } from '../config.ts'
import { answer, asksOnly, type Edge, edgeFor, everyPage } from '../edge_client/edge_client.ts'
import { readPrivate } from '../files.ts'
import { places, type Profile, readProfile } from '../home.ts'
import { readToken, type TokenSource } from '../kept_token.ts'
import { readPin } from '../trust/ring.ts'
import type { ProjectName } from '../trust/known_projects.ts'
import { configOf } from './agent_options.ts'
import { type Shell, UsageError } from './shell.ts'

export interface SessionOptions {
  readonly url?: string
  readonly tokenFile?: string
  readonly pin?: string
  readonly approval?: string
}

export interface Session {
  readonly url: URL
  readonly edge: Edge
  readonly home: string
  readonly profile: Profile | null
  /** The setting of the floor; null where nothing says that there is one. */
  readonly floor: string | null
  readonly typedPin: string | null
}

/** The options of every command that talks to the edge as a person. */
export function sessionOptions(command: Command): Command {
  return command
    .option('--url <url>', 'address of the edge, when it is not the one signed in to (SALLYPORT_URL)')
    .option('--token-file <file>', 'file with an API token, - for stdin (or SALLYPORT_TOKEN)')
    .option('--pin <pin>', 'pin of the tenant, when it is not the remembered one (SALLYPORT_PIN)')
    .option('--approval <id>', 'what another person has approved, where the tenant wants two')
}

/** Throws `not_signed_in` when there is no edge or no token. */
export function openSession(shell: Shell, options: SessionOptions): Session {
  const { home } = shell
  const profile = readProfile(home)
  const config = configOf(shell, options)
  const url = config.edge ?? edgeOf(profile?.url ?? null)
  if (url === null) throw new Fault('not_signed_in', 'No edge is known here.')
  const token = tokenOf(shell, options) ?? tokenFor(home, url, profile)
  if (token === null) throw new Fault('not_signed_in', `Nobody is signed in to ${url.origin} here.`)
  const floorFile = `file:${join(home, places.floor)}`
  const hasFloor = config.floor !== floorFile || Bun.file(join(home, places.floor)).size > 0
  return {
    url,
    edge: withApproval(edgeFor(url, token, config.network), options.approval),
    home,
    profile,
    floor: hasFloor && config.floor !== 'none' ? config.floor : null,
    typedPin: config.pin,
  }
}

/** What changes something names the approval. */
function withApproval(edge: Edge, approval: string | undefined): Edge {
  if (approval === undefined) return edge
  if (!Id.safeParse(approval).success) throw new UsageError('--approval is the id that the refusal named.')
  edge.use({
    onRequest({ request }) {
      if (request.method === 'GET') return request
      const asks = request.headers.get('approval') === asksOnly.approval
      request.headers.set('approval', asks ? `${asksOnly.approval} ${approval}` : approval)
      return request
    },
  })
  return edge
}

function tokenOf({ env }: Shell, { tokenFile }: SessionOptions): string | null {
  if (tokenFile !== undefined) return readPrivate(resolve(tokenFile), 'API token').trim()
  const given = env['SALLYPORT_TOKEN']
  return given === undefined || given === '' ? null : given.trim()
}

/** The remembered token goes to the edge that it was given by, and to no other. */
function tokenFor(home: string, url: URL, profile: Profile | null): TokenSource | null {
  return profile !== null && new URL(profile.url).origin === url.origin ? readToken(home) : null
}

/** Typed or remembered; never asked of the edge. Throws `not_signed_in`. */
export function pinOf({ profile, typedPin }: Session): Pin {
  if (typedPin !== null) return readPin(typedPin)
  if (profile?.pin) return profile.pin
  throw new Fault(
    'not_signed_in',
    'No pin is known here: without it nobody can tell whether this edge shows the right keys. ' +
      'Ask who ran `sallyport init`, then: sallyport login --pin <pin>',
  )
}

/**
 * By name or id; the remembered one when none is named. What the edge answers is its word alone: the signed index has
 * to say the same (`readIndex`). Throws `not_found`, `project_mismatch`.
 */
export async function findProject({ edge, profile }: Session, wanted?: string): Promise<ProjectName> {
  const known = profile?.project ?? null
  if (known !== null && (wanted === undefined || wanted === known.name || wanted === known.id)) return known
  const all = await projectsOf(edge)
  const named = wanted ?? 'default'
  // What looks like an id is one, and no name that somebody has given to another project.
  const by = Id.safeParse(named).success ? 'id' : 'name'
  const [found, other] = all.filter((one) => one[by] === named)
  if (found === undefined) {
    const names = all.map((one) => one.name).join(', ')
    throw new Fault('not_found', `There is no project ${named}. There are: ${names || 'none'}.`)
  }
  if (other !== undefined) {
    throw new Fault('project_mismatch', `The edge shows two projects of the ${by} ${named}.`)
  }
  return found
}

/** The tenant's projects, as the edge names them. */
export async function projectsOf(edge: Edge): Promise<readonly ProjectName[]> {
  const all = await everyPage((cursor) => answer(edge.GET('/v1/projects', { params: { query: cursor } })))
  return all.map((one) => {
    const parsed = judge(Project.pick({ id: true, name: true }), one)
    if (parsed.success) return parsed.data
    throw new Fault('edge_unexpected', 'The edge shows a project whose id or name is none.')
  })
}
