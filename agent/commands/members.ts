/** `sallyport members`: the people of a tenant, as the edge knows them. Whose signature counts is another matter. */
import { Fault } from '../../shared/faults.ts'
import { builtInRoles } from '../../shared/permissions.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { confirm } from './ask.ts'
import { handOver } from './hand_over.ts'
import { memberNamed, membersOf, namesSeen, placeOf, type PlaceOptions, roleNamed, seen } from './named.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

interface InviteOptions extends SessionOptions, PlaceOptions {
  readonly role: string
  readonly service?: boolean
  readonly email?: string
  readonly out?: string
}
interface LinkOptions extends SessionOptions {
  readonly email?: string
  readonly out?: string
}
interface RemoveOptions extends SessionOptions {
  readonly yes?: boolean
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List members'))
    .addHelpText('after', '\nExamples:\n  sallyport members list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  defineInviting(command, shell)
  sessionOptions(command.command('role').description('Give a member another role in the tenant'))
    .argument('<member>', 'id or name')
    .argument('<role>', 'name or id')
    .addHelpText(
      'after',
      '\nRoles in a workspace or project: sallyport roles bind.\n\nExamples:\n  sallyport members role "Grace" viewer',
    )
    .action(
      shell.action((member: string, role: string, options: SessionOptions) =>
        change(shell, { member, role, options })
      ),
    )
  sessionOptions(command.command('remove').description('Remove a member and revoke their tokens'))
    .argument('<member>', 'id or name')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  sallyport members remove "Grace"')
    .action(shell.action((name: string, options: RemoveOptions) => remove(shell, name, options)))
  sessionOptions(
    command.command('erase').description(
      'Remove a member and erase everything personal about them, for good',
    ),
  )
    .argument('<member>', 'id or name')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nTheir names beside the audit log go; the hashes in it stay, and every proof and export verifies as before.\n' +
        'What they have signed names their key and stays: see trust edit --remove-signer.\n\nExamples:\n' +
        '  sallyport members erase "Grace"',
    )
    .action(shell.action((name: string, options: RemoveOptions) => erase(shell, name, options)))
}

/** What lets somebody in. */
const defineInviting: Define = (command, shell) => {
  sessionOptions(
    command.command('invite').description('Invite somebody; the invitation is good once, for seven days'),
  )
    .argument('<name>', 'their name')
    .option('--role <role>', `${builtInRoles.join(', ')}, or one of your own`, 'editor')
    .option('--workspace <workspace>', 'only in this workspace, by name or id')
    .option('--project <project>', 'only in this project, by name or id')
    .option('--email <address>', 'send it there; only that address accepts it')
    .option('--service', 'a machine: whoever holds the invitation gets its first token')
    .option('--out <file>', 'write the invitation to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nA member may do at the edge what the role holds. To sign, their key has to be in the trust document as well:\n' +
        'sallyport keys make, then trust edit --add-signer.\n\nExamples:\n' +
        '  sallyport members invite "Grace" --role editor --out invitation.txt\n' +
        '  sallyport members invite "Grace" --email grace@example.com --role viewer --project default\n' +
        '  sallyport members invite deploy --service --role editor --out invitation.txt',
    )
    .action(shell.action((name: string, options: InviteOptions) => invite(shell, name, options)))
  sessionOptions(
    command.command('link').description(
      'Make a link by which a member gets into the console; you, unless said',
    ),
  )
    .argument('[member]', 'id or name')
    .option('--email <address>', 'send it there; only that address accepts it')
    .option('--out <file>', 'write the link to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nThe link leads to an account of their own, or a new one, which then signs in as the member, with the roles\n' +
        'that the member has. Who made a tenant by `sallyport init` begins with it. It is good once, for seven days; an\n' +
        'invitation that nobody has accepted is replaced.\n\nExamples:\n' +
        '  sallyport members link --email ada@example.com\n' +
        '  sallyport members link "Grace" --out link.txt',
    )
    .action(
      shell.action((name: string | undefined, options: LinkOptions) => link(shell, name, options)),
    )
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const members = await membersOf(session)
  const placed = await placedRoles(session)
  const rows = members.map((one) => [
    one.erased === undefined ? printable(one.name) : '(erased)',
    one.kind,
    [...(one.role === undefined ? [] : [placed.names.get(one.role) ?? one.role]), ...placed.of(one.id)].join(
      ', ',
    ),
    one.state,
    one.id,
    one.created,
  ])
  const told = members.map((one) => ({
    ...one,
    at: placed.bindings.filter(({ member }) => member === one.id),
  }))
  shell.result(told, table(['name', 'kind', 'roles', 'state', 'id', 'since'], rows))
}

/** Roles at workspaces and projects, for who may see roles; whoever has those alone is no member without a role. */
async function placedRoles(session: Session) {
  const all = await seen(() =>
    everyPage((cursor) => answer(session.edge.GET('/v1/bindings', { params: { query: cursor } })))
  )
  const bindings = all.filter(({ level }) => level !== 'tenant')
  const names = await namesSeen(session)
  const of = (member: string) =>
    bindings.filter((one) => one.member === member).map(({ role, level, place = '' }) =>
      `${names.get(role) ?? role} at ${level} ${names.get(place) ?? place}`
    )
  return { bindings, names, of }
}

async function invite(shell: Shell, name: string, options: InviteOptions): Promise<void> {
  const session = openSession(shell, options)
  const role = await roleNamed(session, options.role)
  const place = await placeOf(session, options)
  const right = place === null
    ? { role: role.id }
    : { bindings: [{ role: role.id, level: place.level, place: place.id }] }
  const body = {
    name,
    ...right,
    ...(options.service === true ? { kind: 'service' as const } : {}),
    ...(options.email === undefined ? {} : { email: options.email }),
  }
  const { member, invitation } = await answer(session.edge.POST('/v1/members', { body }))
  if (options.email !== undefined) {
    return shell.result({ member }, `${name} is invited; the invitation went to ${options.email}.`)
  }
  if (invitation === undefined) {
    throw new Fault('edge_unexpected', 'The edge invited them, but its answer was lost.')
  }
  shell.note(
    `${name} signs in with it: sallyport login --url ${session.url.origin} --invitation-file FILE --pin <pin>`,
  )
  handOver(shell, { secret: invitation, out: options.out, value: { member } })
}

async function link(shell: Shell, wanted: string | undefined, options: LinkOptions): Promise<void> {
  const session = openSession(shell, options)
  const { edge, url } = session
  const who = wanted === undefined ? await answer(edge.GET('/v1/whoami')) : null
  const { id, name } = who === null
    ? await memberNamed(session, wanted as string)
    : { id: who.member, name: who.name }
  const { email } = options
  const params = { path: { id } }
  const body = email === undefined ? {} : { email }
  const made = await answer(edge.POST('/v1/members/{id}/invitation', { params, body }))
  const value = { member: id, kind: made.kind, expires: made.expires }
  if (email !== undefined) return shell.result(value, `A link for ${printable(name)} went to ${email}.`)
  if (made.invitation === undefined) {
    throw new Fault('edge_unexpected', 'The edge made the link, but its answer was lost.')
  }
  shell.note(
    `For ${printable(name)}, in a browser. Where the edge sends mail, a new account needs --email instead.`,
  )
  handOver(shell, { secret: `${url.origin}/console/invitation#${made.invitation}`, out: options.out, value })
}

async function change(
  shell: Shell,
  { member: wanted, role: name, options }: {
    readonly member: string
    readonly role: string
    readonly options: SessionOptions
  },
): Promise<void> {
  const session = openSession(shell, options)
  const member = await memberNamed(session, wanted)
  const role = await roleNamed(session, name)
  const params = { path: { id: member.id } }
  const changed = await answer(session.edge.PATCH('/v1/members/{id}', { params, body: { role: role.id } }))
  shell.result(
    changed,
    `${member.name} is ${role.name} in the tenant now. What their key may sign is for the trust document: ` +
      'sallyport trust show',
  )
}

async function remove(shell: Shell, wanted: string, options: RemoveOptions): Promise<void> {
  const session = openSession(shell, options)
  const member = await memberNamed(session, wanted)
  await confirm(shell, `Remove ${member.name} (${member.id})?`, {
    yes: options.yes === true,
    option: '--yes',
  })
  await answer(session.edge.DELETE('/v1/members/{id}', { params: { path: { id: member.id } } }))
  shell.result(
    { id: member.id, removed: true },
    `${member.name} is removed. What their key signed still counts until it leaves the trust document: ` +
      'sallyport trust edit --remove-signer …',
  )
}

async function erase(shell: Shell, wanted: string, options: RemoveOptions): Promise<void> {
  const session = openSession(shell, options)
  const { id, name } = await memberNamed(session, wanted, { removed: true })
  await confirm(shell, `Erase everything personal about ${printable(name)} (${id})? It cannot be undone.`, {
    yes: options.yes === true,
    option: '--yes',
  })
  const { names, erased } = await answer(
    session.edge.POST('/v1/members/{id}/erase', { params: { path: { id } } }),
  )
  shell.result(
    { id, erased, names },
    `Erased, with ${names} of their names beside the audit log. Exports and copies of the database from before still ` +
      'hold them.',
  )
}
