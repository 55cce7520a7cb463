/** `sallyport queue`: what waits for agents, since when, and what holds it back. */
import { answer } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { projectsOf, seen } from './named.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { table } from './table.ts'

const help = `
Waiting are runs that are due and that no agent has, held those of them that wait for a limit of their pipeline or
connection (sallyport limits list), later runs that are not due yet.

Examples:
  sallyport queue
  sallyport queue --json`

export const define: Define = (command, shell) => {
  sessionOptions(command).addHelpText('after', help)
    .action(shell.action((options: SessionOptions) => show(shell, options)))
}

async function show(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const { pools } = await answer(session.edge.GET('/v1/queue'))
  const projects = pools.length === 0 ? [] : await seen(() => projectsOf(session))
  const nameOf = (id: string) => projects.find((one) => one.id === id)?.name ?? id
  const rows = pools.flatMap(({ pool, projects }) =>
    projects.map(({ project, waiting, oldest, held_back, later }) => [
      pool,
      printable(nameOf(project)),
      String(waiting),
      oldest ?? '',
      String(held_back),
      String(later),
    ])
  )
  const text = table(['pool', 'project', 'waiting', 'oldest', 'held', 'later'], rows)
  shell.result(pools, text || 'No run waits.')
}
