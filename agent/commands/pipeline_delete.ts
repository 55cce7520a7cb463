/** `sallyport pipeline delete`: out of the signed index first, then off the edge. */
import type { Command } from 'commander'
import { Fault } from '../../shared/faults.ts'
import type { Index } from '../../shared/schemas/index.ts'
import { answer, asksOnly, type Edge, mayFollow } from '../edge_client/edge_client.ts'
import { projectText } from '../trust/known_projects.ts'
import { confirm } from './ask.ts'
import { confirmed, waitOption, type WaitOptions } from './live.ts'
import { confirming, entryNamed, openProject, type ProjectOptions, publish, signerOf } from './project.ts'
import { sessionOptions } from './session.ts'
import type { Shell } from './shell.ts'
import { facts } from './table.ts'

interface DeleteOptions extends ProjectOptions, WaitOptions {
  readonly yes?: boolean
}

export function definePipelineDelete(command: Command, shell: Shell): void {
  waitOption(sessionOptions(
    command.command('delete').description('Take a pipeline out of the signed index, then off the edge'),
  ))
    .argument('<name>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nRuns that wait are cancelled; one that is under way is finished.\n\nExamples:\n' +
        '  sallyport pipeline delete orders\n  sallyport pipeline delete orders --yes --wait 30',
    )
    .action(shell.action((name: string, options: DeleteOptions) => remove(shell, name, options)))
}

async function remove(shell: Shell, name: string, options: DeleteOptions): Promise<void> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const signer = signerOf(project, ['publish'])
  shell.note(facts([
    ['pipeline', `${entry.name}, version ${entry.version}`],
    ['id', entry.id],
    ['project', projectText(project.project)],
  ]))
  await confirm(shell, `Delete ${entry.name}?`, { yes: options.yes === true, option: '--yes' })
  const without = (entries: Index['entries']) =>
    Object.fromEntries(Object.entries(entries).filter(([id]) => id !== entry.id))
  await forget(project.session.edge, entry.id, 'ask')
  const index = await publish(shell, project, { signer, change: without })
  await forget(project.session.edge, entry.id, 'do')
  const pools = project.trust.chain.document.pools.map((pool) => pool.name)
  const { live, text } = await confirmed(shell, options, confirming(project, pools, index))
  shell.result(
    { id: entry.id, name: entry.name, index: index.number, live },
    `${entry.name} is gone as of index ${index.number}. ${text}`,
  )
}

/** Gone already is gone: an interrupted command has got so far. Whether it may go is asked before the index moves. */
async function forget(edge: Edge, id: string, what: 'ask' | 'do'): Promise<void> {
  const params = { path: { id } }
  try {
    if (what === 'ask') await mayFollow(edge.DELETE('/v1/pipelines/{id}', { params, headers: asksOnly }))
    else await answer(edge.DELETE('/v1/pipelines/{id}', { params }))
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'not_found') throw error
  }
}
