/** `sallyport pipeline priority`: how a pipeline's runs are ordered among those of its project. */
import type { Command } from 'commander'
import { Priority } from '../../shared/schemas/run.ts'
import { answer } from '../edge_client/edge_client.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface PriorityOptions extends ProjectOptions {
  readonly set?: string
}

export function definePipelinePriority(command: Command, shell: Shell): void {
  sessionOptions(command.command('priority').description("Show or set the priority of a pipeline's runs"))
    .argument('<name>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--set <number>', '0 to 9; 9 goes first, 5 is usual')
    .addHelpText(
      'after',
      '\nIt counts for runs that are made from then on, among those of their project; a step is worth five minutes ' +
        'of waiting.\n\nExamples:\n  sallyport pipeline priority orders\n' +
        '  sallyport pipeline priority orders --set 7',
    )
    .action(shell.action((name: string, options: PriorityOptions) => priority(shell, name, options)))
}

async function priority(shell: Shell, name: string, options: PriorityOptions): Promise<void> {
  const wanted = options.set === undefined ? null : Priority.safeParse(Number(options.set || NaN))
  if (wanted?.success === false) throw new UsageError('--set is from 0 to 9.')
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const { edge } = project.session
  const params = { path: { id: entry.id } }
  const now = wanted === null
    ? await answer(edge.GET('/v1/pipelines/{id}/queueing', { params }))
    : await answer(edge.PUT('/v1/pipelines/{id}/queueing', { params, body: { priority: wanted.data } }))
  shell.result(now, `${entry.name}: priority ${now.priority}`)
}
