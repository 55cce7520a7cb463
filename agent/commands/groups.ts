/** `sallyport groups`: members who get their roles together. */
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { confirm } from './ask.ts'
import { groupNamed, groupsOf, memberNamed, membersOf } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

interface DeleteOptions extends SessionOptions {
  readonly yes?: boolean
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List groups'))
    .addHelpText('after', '\nExamples:\n  sallyport groups list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('show').description('Show who is in a group'))
    .argument('<group>', 'name or id')
    .addHelpText('after', '\nExamples:\n  sallyport groups show analysts')
    .action(shell.action((group: string, options: SessionOptions) => show(shell, group, options)))
  sessionOptions(command.command('create').description('Make a group'))
    .argument('<name>', 'what it is called')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport groups create analysts\n  sallyport roles bind viewer --group analysts',
    )
    .action(shell.action((name: string, options: SessionOptions) => create(shell, name, options)))
  sessionOptions(
    command.command('delete').description('Delete a group; its members lose the roles that it gave'),
  )
    .argument('<group>', 'name or id')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  sallyport groups delete analysts')
    .action(shell.action((group: string, options: DeleteOptions) => remove(shell, group, options)))
  for (const verb of ['add', 'drop'] as const) {
    sessionOptions(
      command.command(verb).description(
        verb === 'add' ? 'Put a member into a group' : 'Take a member out of a group',
      ),
    )
      .argument('<group>', 'name or id')
      .argument('<member>', 'name or id')
      .addHelpText('after', `\nExamples:\n  sallyport groups ${verb} analysts "Grace"`)
      .action(
        shell.action((group: string, member: string, options: SessionOptions) =>
          move(shell, { verb, group, member, options })
        ),
      )
  }
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const groups = await groupsOf(openSession(shell, options))
  const rows = groups.map(({ name, members, id, created }) => [printable(name), String(members), id, created])
  shell.result(groups, table(['name', 'members', 'id', 'since'], rows))
}

async function show(shell: Shell, wanted: string, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const group = await groupNamed(session, wanted)
  const path = { id: group.id }
  const inside = await everyPage((query) =>
    answer(session.edge.GET('/v1/groups/{id}/members', { params: { path, query } }))
  )
  const names = new Map((await membersOf(session)).map(({ id, name }) => [id, name]))
  const rows = inside.map(({ member, since }) => [printable(names.get(member) ?? ''), member, since])
  shell.result({ ...group, inside }, table(['name', 'id', 'since'], rows) || 'Nobody is in it.')
}

async function create(shell: Shell, name: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const group = await answer(edge.POST('/v1/groups', { body: { name } }))
  shell.result(group, `Made the group ${name} (${group.id}).`)
}

async function remove(shell: Shell, wanted: string, options: DeleteOptions): Promise<void> {
  const session = openSession(shell, options)
  const { id, name } = await groupNamed(session, wanted)
  await confirm(shell, `Delete the group ${name}?`, { yes: options.yes === true, option: '--yes' })
  await answer(session.edge.DELETE('/v1/groups/{id}', { params: { path: { id } } }))
  shell.result({ id, deleted: true }, `The group ${name} is deleted.`)
}

async function move(
  shell: Shell,
  { verb, group, member, options }: {
    readonly verb: 'add' | 'drop'
    readonly group: string
    readonly member: string
    readonly options: SessionOptions
  },
): Promise<void> {
  const session = openSession(shell, options)
  const into = await groupNamed(session, group)
  const who = await memberNamed(session, member)
  const params = { path: { id: into.id, member: who.id } }
  const added = verb === 'add'
  await answer(
    added
      ? session.edge.PUT('/v1/groups/{id}/members/{member}', { params })
      : session.edge.DELETE('/v1/groups/{id}/members/{member}', { params }),
  )
  shell.result(
    { group: into.id, member: who.id, in: added },
    `${who.name} is ${added ? '' : 'no longer '}in ${into.name}.`,
  )
}
