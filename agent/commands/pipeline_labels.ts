/** `sallyport pipeline labels`: which agents of its pool a pipeline is for. */
import { type Command, Option } from 'commander'
import { answer } from '../edge_client/edge_client.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface LabelOptions extends ProjectOptions {
  readonly set?: string
  readonly none?: boolean
}

export function definePipelineLabels(command: Command, shell: Shell): void {
  sessionOptions(
    command.command('labels').description('Show or set the labels that agents need to be handed its runs'),
  )
    .argument('<name>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .addOption(new Option('--set <labels>', 'these, with commas between, in place of those it has'))
    .addOption(new Option('--none', 'any agent of its pool may run it').conflicts('set'))
    .addHelpText(
      'after',
      '\nAgents have labels by their setting of that name. Runs wait until an agent has all that are wanted.\n\n' +
        'Examples:\n  sallyport pipeline labels orders\n  sallyport pipeline labels orders --set region=eu,gpu\n' +
        '  sallyport pipeline labels orders --none',
    )
    .action(shell.action((name: string, options: LabelOptions) => labels(shell, name, options)))
}

async function labels(shell: Shell, name: string, options: LabelOptions): Promise<void> {
  const wanted = wantedBy(options)
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const { edge } = project.session
  const params = { path: { id: entry.id } }
  const now = wanted === null
    ? await answer(edge.GET('/v1/pipelines/{id}/labels', { params }))
    : await answer(edge.PUT('/v1/pipelines/{id}/labels', { params, body: { labels: wanted } }))
  const text = now.labels.length === 0 ? 'any agent of its pool' : `agents with ${now.labels.join(', ')}`
  shell.result(now, `${entry.name}: ${text}`)
}

/** Null: only to be shown. */
function wantedBy({ set, none }: LabelOptions): string[] | null {
  if (none === true) return []
  if (set === undefined) return null
  const wanted = set.split(',').map((one) => one.trim()).filter((one) => one !== '')
  if (wanted.length === 0) throw new UsageError('--set names no label; --none takes all away.')
  return wanted
}
