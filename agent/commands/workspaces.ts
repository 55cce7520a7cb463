/** `sallyport workspaces`: environments that projects live in. */
import { answer } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { workspacesOf } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List workspaces'))
    .addHelpText('after', '\nExamples:\n  sallyport workspaces list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('create').description('Make a workspace'))
    .argument('<name>', 'what it is called')
    .addHelpText('after', '\nExamples:\n  sallyport workspaces create production')
    .action(shell.action((name: string, options: SessionOptions) => create(shell, name, options)))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const all = await workspacesOf(openSession(shell, options))
  const rows = all.map(({ name, environment, id, created }) => [printable(name), environment, id, created])
  shell.result(all, table(['name', 'environment', 'id', 'since'], rows))
}

async function create(shell: Shell, name: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const made = await answer(edge.POST('/v1/workspaces', { body: { name } }))
  shell.result(
    made,
    `Made the workspace ${name} (${made.id}). Next: sallyport projects create NAME --workspace ${name}`,
  )
}
