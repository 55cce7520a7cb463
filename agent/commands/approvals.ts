/** `sallyport approvals`: what waits for a second person, where a tenant wants two. */
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import type { Define, Shell } from './shell.ts'
import { facts, table } from './table.ts'

const verbs = {
  approve: ['/v1/approvals/{id}/approve', 'Approve a request of another member'],
  refuse: ['/v1/approvals/{id}/refuse', 'Refuse a request, or take your own back'],
} as const

export const define: Define = (command, shell) => {
  sessionOptions(command.command('list').description('List requests that wait, and what became of others'))
    .addHelpText('after', '\nExamples:\n  sallyport approvals list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  for (const verb of ['approve', 'refuse'] as const) {
    sessionOptions(command.command(verb).description(verbs[verb][1]))
      .argument('<id>', 'id of the request')
      .addHelpText(
        'after',
        (verb === 'approve'
          ? '\nIt takes a person with an account, on a machine that they signed in just now (sallyport login, login --fresh);\n' +
            'an API token approves nothing, nor who was let in by who asks less than a day ago.\nWho asked runs the same command again within an hour, with --approval <id>.\n'
          : '') + `\nExamples:\n  sallyport approvals ${verb} 019a…`,
      )
      .action(shell.action((id: string, options: SessionOptions) => decide(shell, { verb, id, options })))
  }
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const session = openSession(shell, options)
  const all = await everyPage((query) => answer(session.edge.GET('/v1/approvals', { params: { query } })))
  const rows = all.map((one) => [
    printable(one.summary),
    printable(one.asked_by_name ?? one.asked_by),
    one.state,
    one.id,
    one.expires,
  ])
  shell.result(all, table(['what', 'asked by', 'state', 'id', 'until'], rows))
}

async function decide(
  shell: Shell,
  { verb, id, options }: {
    readonly verb: keyof typeof verbs
    readonly id: string
    readonly options: SessionOptions
  },
): Promise<void> {
  const { edge } = openSession(shell, options)
  const done = await answer(edge.POST(verbs[verb][0], { params: { path: { id } } }))
  shell.result(
    done,
    facts([
      ['request', done.id],
      ['what', `${printable(done.summary)} (${printable(done.operation)})`],
      ['asked by', printable(done.asked_by_name ?? done.asked_by)],
      ['state', done.state],
    ]),
  )
}
