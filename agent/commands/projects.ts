/** `sallyport projects`: what connections, pipelines and runs belong to. */
import { answer } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { projectsOf, workspaceNamed, workspacesOf } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

interface CreateOptions extends SessionOptions {
  readonly workspace: string
}

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List projects'))
    .addHelpText('after', '\nExamples:\n  sallyport projects list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  sessionOptions(command.command('create').description('Make a project; its name stays'))
    .argument('<name>', 'what it is called')
    .option('--workspace <workspace>', 'the workspace that it is in, by name or id', 'default')
    .addHelpText('after', '\nExamples:\n  sallyport projects create ads --workspace production')
    .action(shell.action((name: string, options: CreateOptions) => create(shell, name, options)))
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const all = await projectsOf(session)
  const places = new Map((await workspacesOf(session)).map(({ id, name }) => [id, name]))
  const rows = all.map(({ name, workspace, id, created }) => [
    printable(name),
    printable(places.get(workspace) ?? workspace),
    id,
    created,
  ])
  shell.result(all, table(['name', 'workspace', 'id', 'since'], rows))
}

async function create(shell: Shell, name: string, options: CreateOptions): Promise<void> {
  const session = openSession(shell, options)
  const { id: workspace } = await workspaceNamed(session, options.workspace)
  const made = await answer(session.edge.POST('/v1/projects', { body: { name, workspace } }))
  shell.result(made, `Made the project ${name} (${made.id}).`)
}
