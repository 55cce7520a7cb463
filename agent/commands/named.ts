/** What people call things, and which one they mean: by id, or by a name that only one has. */
import { Fault } from '../../shared/faults.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import type { Session } from './session.ts'
import { UsageError } from './shell.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** Throws `not_found`, and a UsageError where several have the name. `what`: `member`, with `list` to see them. */
export function oneNamed<T extends Named>(
  all: readonly T[],
  wanted: string,
  { what, list }: { readonly what: string; readonly list: string },
): T {
  const byId = all.find(({ id }) => id === wanted)
  const found = byId === undefined ? all.filter(({ name }) => name === wanted) : [byId]
  const [one] = found
  if (one === undefined) {
    throw new Fault('not_found', `There is no ${what} ${printable(wanted)}. See: ${list}`)
  }
  if (found.length > 1) {
    throw new UsageError(`${found.length} are called ${wanted}; give the id of the ${what}.`)
  }
  return one
}

export async function membersOf({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/members', { params: { query: cursor } })))
}

/** By name not one that was removed, unless said, and none that was erased. */
export async function memberNamed(
  session: Session,
  wanted: string,
  { removed = false }: { readonly removed?: boolean } = {},
) {
  const counts = ({ state, erased }: { readonly state: string; readonly erased?: string }) =>
    erased === undefined && (removed || state !== 'removed')
  const members = (await membersOf(session)).filter((one) => one.id === wanted || counts(one))
  return oneNamed(members, wanted, { what: 'member', list: 'sallyport members list' })
}

export async function rolesOf({ edge }: Session) {
  return (await answer(edge.GET('/v1/roles'))).data
}

export async function roleNamed(session: Session, wanted: string) {
  return oneNamed(await rolesOf(session), wanted, { what: 'role', list: 'sallyport roles list' })
}

export async function groupsOf({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/groups', { params: { query: cursor } })))
}

export async function groupNamed(session: Session, wanted: string) {
  return oneNamed(await groupsOf(session), wanted, { what: 'group', list: 'sallyport groups list' })
}

export async function workspacesOf({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/workspaces', { params: { query: cursor } })))
}

export async function workspaceNamed(session: Session, wanted: string) {
  return oneNamed(await workspacesOf(session), wanted, {
    what: 'workspace',
    list: 'sallyport workspaces list',
  })
}

export async function projectsOf({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/projects', { params: { query: cursor } })))
}

async function projectNamed(session: Session, wanted: string) {
  return oneNamed(await projectsOf(session), wanted, { what: 'project', list: 'sallyport projects list' })
}

/** What people, groups, own roles, workspaces and projects are called, by id, as far as the caller may see them. */
export async function namesSeen(session: Session): Promise<ReadonlyMap<string, string>> {
  const lists = [membersOf, groupsOf, rolesOf, workspacesOf, projectsOf]
  const all = await Promise.all(
    lists.map((list) => seen<Named>(() => list(session))),
  )
  const named = all.flat().filter(({ id, name }) => name !== '' && name !== id)
  return new Map(named.map(({ id, name }) => [id, printable(name)]))
}

/** What a list answers; nothing for who may not see it. */
export async function seen<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list()
  } catch (error) {
    if (error instanceof Fault && (error.code === 'forbidden' || error.code === 'not_found')) return []
    throw error
  }
}

/** `Runner at project ads (019a…), by group analysts`: by names where the edge tells them, with ids beside. */
export function heldText(
  { role, level, place, group, ...names }: {
    readonly role?: string | undefined
    readonly level: string
    readonly place?: string | undefined
    readonly group?: string | undefined
    readonly role_name?: string | undefined
    readonly place_name?: string | undefined
    readonly group_name?: string | undefined
  },
): string {
  const held = role === undefined ? '' : `${withId(names.role_name, role)} `
  const where = place === undefined ? `the ${level}` : `${level} ${withId(names.place_name, place)}`
  return `${held}at ${where}` + (group === undefined ? '' : ` (by group ${withId(names.group_name, group)})`)
}

/** `ads (019a…)`, or the id alone. */
export function withId(name: string | undefined, id: string): string {
  return name === undefined || name === id ? id : `${printable(name)} (${id})`
}

export interface PlaceOptions {
  readonly workspace?: string
  readonly project?: string
}

/** Where: what the options name, null for the whole tenant. */
export async function placeOf(
  session: Session,
  { workspace, project }: PlaceOptions,
): Promise<{ readonly level: 'workspace' | 'project'; readonly id: string; readonly name: string } | null> {
  if (workspace !== undefined && project !== undefined) {
    throw new UsageError('--workspace or --project, not both.')
  }
  if (workspace !== undefined) {
    const { id, name } = await workspaceNamed(session, workspace)
    return { level: 'workspace', id, name }
  }
  if (project === undefined) return null
  const { id, name } = await projectNamed(session, project)
  return { level: 'project', id, name }
}
