/** `sallyport pipeline`: what moves from where to where, written in a file, signed by its author. */
import type { Command } from 'commander'
import { existsSync, writeFileSync } from 'node:fs'
import { Name } from '../../shared/schemas/fields.ts'
import { connectionNamed, readConnectionsFile } from '../pipeline_files/connections.ts'
import { checkEnds } from '../pipeline_files/ends.ts'
import { readPipelineFile } from '../pipeline_files/pipeline.ts'
import { definePipelineApply } from './pipeline_apply.ts'
import { streamsTable, triggerFacts } from './pipeline_facts.ts'
import { definePipelineDelete } from './pipeline_delete.ts'
import { definePipelineLabels } from './pipeline_labels.ts'
import { definePipelinePriority } from './pipeline_priority.ts'
import { definePipelineShow } from './pipeline_show.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts } from './table.ts'

const starter = (name: string) =>
  `sallyport: 1
name: ${name}
source: shop                 # names of connections: sallyport connection list
destination: warehouse
defaults: { mode: replace }  # or append, merge, history, mirror
streams:
  - { from: public.countries, to: raw.countries }
  - from: public.orders
    to: raw.orders
    mode: merge
    key: [id]
    cursor: { column: updated_at, lag: 5m }
  - { from: "public.customer_*", to: "raw.{table}" }   # every table that is called so
# Without a trigger every run takes a signed request (sallyport runs start). With these the edge may start runs on its
# own: at the times of the schedule, and so many a day when somebody asks.
# triggers: { schedule: { cron: "0 6 * * *", timezone: Europe/Berlin }, api: { per_day: 24 } }
limits: { retries: 3 }
`

export const define: Define = (command, shell) => {
  command.command('init').description('Write a pipeline file to start from')
    .argument('<name>', 'name of the pipeline')
    .option('--out <file>', 'the file (default: <name>.yaml)')
    .addHelpText('after', '\nExamples:\n  sallyport pipeline init orders')
    .action(shell.action((name: string, options: { readonly out?: string }) => init(shell, name, options)))
  command.command('validate').description('Check a pipeline file, without an edge')
    .argument('<file>', 'the pipeline file')
    .option('--connections <file>', 'check also what its connections can do')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport pipeline validate orders.yaml\n' +
        '  sallyport pipeline validate orders.yaml --connections connections.yaml',
    )
    .action(
      shell.action((file: string, options: ValidateOptions) => validate(shell, file, options.connections)),
    )
  definePipelineApply(command as Command, shell)
  definePipelineShow(command as Command, shell)
  definePipelineLabels(command as Command, shell)
  definePipelinePriority(command as Command, shell)
  definePipelineDelete(command as Command, shell)
}

async function init(shell: Shell, name: string, options: { readonly out?: string }): Promise<void> {
  if (!Name.safeParse(name).success) {
    throw new UsageError('A name is letters, digits, dots, dashes and underscores, at most 63.')
  }
  const out = options.out ?? `${name}.yaml`
  if (existsSync(out)) throw new UsageError(`${out} is there already; it is not overwritten.`)
  writeFileSync(out, starter(name), { flag: 'wx' })
  shell.result({ file: out }, `${out} is written. Edit it, then: sallyport pipeline apply ${out}`)
}

interface ValidateOptions {
  readonly connections?: string
}

async function validate(shell: Shell, path: string, connections: string | undefined): Promise<void> {
  const { file } = readPipelineFile(path)
  const { body, name, source, destination, pool, limits } = file
  if (connections !== undefined) {
    const defined = readConnectionsFile(connections)
    const kindOf = (end: string) => connectionNamed(defined, end, connections).type
    checkEnds(body.streams, { source: kindOf(source), destination: kindOf(destination) })
  }
  const list = facts([
    ['pipeline', name],
    ['from', source],
    ['to', destination],
    ['pool', pool],
    ...triggerFacts(file, Date.now()),
    ['attempts', String(1 + limits.retries)],
  ])
  const streams = streamsTable(body.streams)
  shell.result({ valid: true, ...file }, `${list}\n\n${streams}\n\n${path} is valid.`)
}
