/** `sallyport members`: the people of a tenant, as the edge knows them. Whose signature counts is another matter. */
import { Fault } from '../../shared/faults.ts'
import { builtInRoles } from '../../shared/permissions.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { confirm } from './ask.ts'
import { handOver } from './hand_over.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

interface InviteOptions extends SessionOptions {
  readonly role: string
  readonly out?: string
}
interface RemoveOptions extends SessionOptions {
  readonly yes?: boolean
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List members'))
    .addHelpText('after', '\nExamples:\n  sallyport members list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(
    command.command('invite').description('Invite somebody; the invitation is good once, for seven days'),
  )
    .argument('<name>', 'their name')
    .option('--role <role>', builtInRoles.join(', '), 'editor')
    .option('--out <file>', 'write the invitation to this file (mode 0600) instead of printing it')
    .addHelpText(
      'after',
      '\nA member may do at the edge what the role holds. To sign, their key has to be in the trust document as well:\n' +
        'sallyport keys make, then trust edit --add-signer.\n\nExamples:\n' +
        '  sallyport members invite "Grace" --role editor --out invitation.txt',
    )
    .action(shell.action((name: string, options: InviteOptions) => invite(shell, name, options)))
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

async function all({ edge }: Session) {
  return await everyPage((cursor) => answer(edge.GET('/v1/members', { params: { query: cursor } })))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const members = await all(openSession(shell, options))
  const rows = members.map((one) => [
    one.erased === undefined ? printable(one.name) : '(erased)',
    one.role ?? '',
    one.state,
    one.id,
    one.created,
  ])
  shell.result(members, table(['name', 'role', 'state', 'id', 'since'], rows))
}

async function invite(shell: Shell, name: string, options: InviteOptions): Promise<void> {
  const role = builtInRoles.find((one) => one === options.role)
  if (role === undefined) throw new UsageError(`--role is one of ${builtInRoles.join(', ')}.`)
  const session = openSession(shell, options)
  const { member, invitation } = await answer(session.edge.POST('/v1/members', { body: { name, role } }))
  if (invitation === undefined) {
    throw new Fault('edge_unexpected', 'The edge invited them, but its answer was lost.')
  }
  shell.note(
    `${name} signs in with it: sallyport login --url ${session.url.origin} --invitation-file FILE --pin <pin>`,
  )
  handOver(shell, { secret: invitation, out: options.out, value: { member } })
}

type Known = Awaited<ReturnType<typeof all>>[number]

/** The one with this id, or the only one of this name that `counts`. Throws `not_found` or a UsageError. */
async function one(session: Session, wanted: string, counts: (member: Known) => boolean): Promise<Known> {
  const found = (await all(session)).filter((member) =>
    member.id === wanted || (member.name === wanted && counts(member))
  )
  const [member] = found
  if (member === undefined) {
    throw new Fault('not_found', `There is no member ${printable(wanted)}. See: sallyport members list`)
  }
  if (found.length > 1) throw new UsageError(`${found.length} members are called ${wanted}; give the id.`)
  return member
}

async function remove(shell: Shell, wanted: string, options: RemoveOptions): Promise<void> {
  const session = openSession(shell, options)
  const member = await one(session, wanted, ({ state }) => state !== 'removed')
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
  const { id, name } = await one(session, wanted, ({ erased }) => erased === undefined)
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
