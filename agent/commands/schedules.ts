/** `sallyport schedules`: when pipelines start on their own, and whether they do. */
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { timesText } from './pipeline_facts.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { openSession, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { table } from './table.ts'

const MOST_SHOWN = 100

interface NextOptions extends ProjectOptions {
  readonly count: string
}

export const define: Define = (command, shell) => {
  sessionOptions(
    command.command('list').description('List pipelines with a schedule, and when each starts next'),
  )
    .addHelpText('after', '\nExamples:\n  sallyport schedules list')
    .action(shell.action((options: SessionOptions) => list(shell, options)))
  for (const does of ['pause', 'resume'] as const) {
    sessionOptions(command.command(does).description(descriptions[does]))
      .argument('<pipeline>', 'name or id')
      .option('--project <name>', 'project (default: the remembered one)')
      .addHelpText('after', `\nExamples:\n  sallyport schedules ${does} orders`)
      .action(shell.action((name: string, options: ProjectOptions) => change(shell, name, { options, does })))
  }
  sessionOptions(command.command('next').description('Show when a pipeline starts next, by its schedule'))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--count <number>', 'so many times', '5')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport schedules next orders\n  sallyport schedules next orders --count 20',
    )
    .action(shell.action((name: string, options: NextOptions) => next(shell, name, options)))
}

const descriptions = {
  pause: 'Pause a pipeline: neither schedule nor webhook nor another pipeline starts it',
  resume: 'Resume a pipeline: it goes on with the next time that comes',
}

async function list(shell: Shell, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const all = await everyPage((cursor) => answer(edge.GET('/v1/schedules', { params: { query: cursor } })))
  const rows = all.map(({ name, paused, next, overlap, catch_up, ...times }) => [
    printable(name),
    printable(timesText(times)),
    overlap,
    catch_up,
    paused === undefined ? next ?? 'never' : `paused since ${paused}`,
  ])
  const none = 'No pipeline has a schedule. One is signed in its file: triggers: { schedule: { every: 1h } }'
  shell.result(all, table(['pipeline', 'fires', 'while one runs', 'missed', 'next'], rows) || none)
}

async function change(
  shell: Shell,
  name: string,
  { options, does }: { readonly options: ProjectOptions; readonly does: 'pause' | 'resume' },
): Promise<void> {
  const project = await openProject(shell, options)
  const { id, name: called } = entryNamed(project, 'pipeline', name)
  const { edge } = project.session
  const params = { path: { id } }
  if (does === 'pause') {
    const paused = await answer(edge.POST('/v1/pipelines/{id}/pause', { params }))
    shell.result(
      paused,
      `${called} is paused: only who asks for a run gets one. Runs that are there go on.\n` +
        `Resume it: sallyport schedules resume ${called}`,
    )
    return
  }
  const resumed = await answer(edge.POST('/v1/pipelines/{id}/resume', { params }))
  shell.result(resumed, `${called} goes on with the next time that comes; what it missed is not made up for.`)
}

async function next(shell: Shell, name: string, options: NextOptions): Promise<void> {
  const count = Number(options.count)
  if (!Number.isInteger(count) || count < 1 || count > MOST_SHOWN) {
    throw new UsageError(`--count is from 1 to ${MOST_SHOWN}.`)
  }
  const project = await openProject(shell, options)
  const { id, name: called } = entryNamed(project, 'pipeline', name)
  const params = { path: { id }, query: { count } }
  const found = await answer(project.session.edge.GET('/v1/pipelines/{id}/schedule', { params }))
  const text = found.paused === undefined
    ? found.next.join('\n')
    : `${called} is paused since ${found.paused}. Resume it: sallyport schedules resume ${called}`
  shell.result(found, text)
}
