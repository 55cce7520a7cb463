/** `sallyport roles`: what people may do at the edge, and where. Whose signature counts is for the trust document. */
import type { Command } from 'commander'
import { type Permission, permissions } from '../../shared/permissions.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import {
  groupNamed,
  heldText,
  memberNamed,
  namesSeen,
  placeOf,
  type PlaceOptions,
  roleNamed,
  rolesOf,
  withId,
} from './named.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

interface CreateOptions extends SessionOptions {
  readonly permissions: string
}
interface BindOptions extends SessionOptions, PlaceOptions {
  readonly member?: string
  readonly group?: string
}
type ExplainOptions = SessionOptions & PlaceOptions

const both =
  '\nTo sign, a key has to be in the trust document as well, with a scope that covers the project: a role ' +
  'and\na signature are both needed. See: sallyport trust show.\n'

function placeOptions(command: Command): Command {
  return command
    .option('--workspace <workspace>', 'in this workspace, by name or id')
    .option('--project <project>', 'in this project, by name or id')
}

function whoOptions(command: Command): Command {
  return placeOptions(command)
    .option('--member <member>', 'for this member, by name or id')
    .option('--group <group>', 'for everybody in this group, by name or id')
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List roles: the built-in ones and your own'))
    .addHelpText('after', '\nExamples:\n  sallyport roles list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('show').description('Show what a role holds, and who has it where'))
    .argument('<role>', 'name or id')
    .addHelpText('after', '\nExamples:\n  sallyport roles show editor')
    .action(shell.action((role: string, options: SessionOptions) => show(shell, role, options)))
  sessionOptions(command.command('create').description('Make a role of your own'))
    .argument('<name>', 'what it is called')
    .requiredOption('--permissions <permissions>', 'what it holds, with commas')
    .addHelpText(
      'after',
      `\nPermissions: ${permissions.join(', ')}\n\nExamples:\n` +
        '  sallyport roles create "run operator" --permissions runs.read,runs.write,pipelines.read',
    )
    .action(shell.action((name: string, options: CreateOptions) => create(shell, name, options)))
  whoOptions(
    sessionOptions(command.command('bind').description('Give somebody a role, in the tenant or in a place')),
  )
    .argument('<role>', 'name or id')
    .addHelpText(
      'after',
      `${both}\nExamples:\n  sallyport roles bind editor --member "Grace" --project default\n` +
        '  sallyport roles bind auditor --group auditors',
    )
    .action(shell.action((role: string, options: BindOptions) => bind(shell, role, options)))
  whoOptions(
    sessionOptions(command.command('unbind').description('Take a role from somebody, where they have it')),
  )
    .argument('<role>', 'name or id')
    .addHelpText('after', '\nExamples:\n  sallyport roles unbind editor --member "Grace" --project default')
    .action(shell.action((role: string, options: BindOptions) => unbind(shell, role, options)))
  placeOptions(sessionOptions(command.command('explain').description('Why somebody may, or may not')))
    .argument('<member>', 'name or id')
    .argument('<permission>', 'pipelines.write, say')
    .addHelpText('after', '\nExamples:\n  sallyport roles explain "Grace" pipelines.write --project default')
    .action(
      shell.action((member: string, permission: string, options: ExplainOptions) =>
        explain(shell, { member, permission, options })
      ),
    )
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const roles = await rolesOf(openSession(shell, options))
  const rows = roles.map((one) => [
    printable(one.name),
    one.built_in ? 'built in' : 'own',
    String(one.permissions.length),
    one.id,
  ])
  shell.result(roles, table(['name', 'kind', 'permissions', 'id'], rows))
}

async function bindingsOf(
  { edge }: Session,
  query: { readonly role: string; readonly member?: string; readonly group?: string },
) {
  return await everyPage((cursor) =>
    answer(edge.GET('/v1/bindings', { params: { query: { ...query, ...cursor } } }))
  )
}

async function show(shell: Shell, wanted: string, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const role = await roleNamed(session, wanted)
  const bindings = await bindingsOf(session, { role: role.id })
  const names = await namesSeen(session)
  const rows = bindings.map(({ member, group, level, place, id }) => [
    names.get(member ?? group ?? '') ?? '',
    member === undefined ? 'group' : 'member',
    place === undefined ? level : `${level} ${withId(names.get(place), place)}`,
    id,
  ])
  shell.result(
    { ...role, bindings },
    `${facts([['role', printable(role.name)], ['holds', role.permissions.join(', ')]])}\n\n` +
      (table(['who', 'kind', 'where', 'binding'], rows) || 'Nobody has it.'),
  )
}

async function create(shell: Shell, name: string, options: CreateOptions): Promise<void> {
  const held = options.permissions.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const body = { name, permissions: held.map((one) => permission(one, '--permissions')) }
  const { edge } = openSession(shell, options)
  const role = await answer(edge.POST('/v1/roles', { body }))
  shell.result(
    role,
    `Made the role ${name} (${role.id}). Give it to somebody: sallyport roles bind "${name}" --member …`,
  )
}

function permission(text: string, where: string): Permission {
  const known = permissions.find((one) => one === text)
  if (known === undefined) throw new UsageError(`${where}: ${text} is none of ${permissions.join(', ')}.`)
  return known
}

async function who(session: Session, { member, group }: BindOptions) {
  if ((member === undefined) === (group === undefined)) {
    throw new UsageError('Say for whom: --member or --group.')
  }
  if (member !== undefined) {
    const { id, name } = await memberNamed(session, member)
    return { subject: { member: id }, name }
  }
  const { id, name } = await groupNamed(session, group as string)
  return { subject: { group: id }, name }
}

async function bind(shell: Shell, wanted: string, options: BindOptions): Promise<void> {
  const session = openSession(shell, options)
  const { subject, name } = await who(session, options)
  const role = await roleNamed(session, wanted)
  const place = await placeOf(session, options)
  const where = place === null ? { level: 'tenant' as const } : { level: place.level, place: place.id }
  const made = await answer(
    session.edge.POST('/v1/bindings', { body: { ...subject, role: role.id, ...where } }),
  )
  shell.result(made, `${name} is ${role.name} ${whereText(place)} now.`)
}

async function unbind(shell: Shell, wanted: string, options: BindOptions): Promise<void> {
  const session = openSession(shell, options)
  const { subject, name } = await who(session, options)
  const role = await roleNamed(session, wanted)
  const place = await placeOf(session, options)
  const bindings = await bindingsOf(session, { role: role.id, ...subject })
  const found = bindings.find((one) => one.level === (place?.level ?? 'tenant') && one.place === place?.id)
  if (found === undefined) {
    throw new UsageError(
      `${name} is not ${role.name} ${
        whereText(place)
      } by a role of their own. See: sallyport roles show ${wanted}`,
    )
  }
  await answer(session.edge.DELETE('/v1/bindings/{id}', { params: { path: { id: found.id } } }))
  shell.result({ ...found, unbound: true }, `${name} is ${role.name} ${whereText(place)} no more.`)
}

function whereText(place: { readonly level: string; readonly name: string } | null): string {
  return place === null ? 'in the tenant' : `in the ${place.level} ${place.name}`
}

async function explain(
  shell: Shell,
  { member, permission: text, options }: {
    readonly member: string
    readonly permission: string
    readonly options: ExplainOptions
  },
): Promise<void> {
  const wanted = permission(text, 'permission')
  const session = openSession(shell, options)
  const { id, name } = await memberNamed(session, member)
  const place = await placeOf(session, options)
  const at = place === null ? {} : { [place.level]: place.id }
  const query = { member: id, permission: wanted, ...at }
  const said = await answer(session.edge.GET('/v1/access/explain', { params: { query } }))
  const reasons = said.because.map(({ by, ...held }) =>
    by !== 'role'
      ? (by === 'operator' ? 'as operator of the installation' : 'as every active member')
      : `as ${heldText(held)}`
  )
  const { missing } = said
  const called = new Map(
    missing === undefined ? [] : (await rolesOf(session)).map((one) => [one.id, one.name]),
  )
  const lacks = missing === undefined ? [] : missing.active ? ['not an active member'] : [
    `one of these roles: ${missing.roles.map((one) => withId(called.get(one), one)).join(', ')}`,
    `bound at: ${missing.levels.join(' or ')}`,
  ]
  const lines = [
    `${printable(name)} ${said.allowed ? 'may' : 'may not'} ${wanted} ${whereText(place)}.`,
    ...reasons.map((reason) => `  ${reason}`),
    ...lacks.map((lack) => `  missing: ${lack}`),
    ...(said.signing === undefined ? [] : [said.signing]),
  ]
  shell.result(said, lines.join('\n'))
}
