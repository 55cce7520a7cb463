/** `sallyport anchor`: what agents remember where the edge cannot reach. */
import { join } from 'node:path'
import type { Anchor, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { anchorAt, makeAnchor, readAnchor, remakeAnchor } from '../trust/anchor.ts'
import { remembered, seenFolder, wasSeen } from '../trust/anchor_memory.ts'
import { readPipelineAnchor } from '../trust/pipeline_anchor.ts'
import { loadRing } from '../trust/ring.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { confirm } from './ask.ts'
import { entryNamed, openProject, type ProjectOptions } from './project.ts'
import { type Define, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

interface InitOptions {
  readonly afterLoss?: boolean
  readonly yes?: boolean
}

interface ShowOptions extends ProjectOptions {
  readonly pipeline?: string
}

const initHelp = `
An agent never makes its anchor, so that deleting it cannot make an agent forget.

--after-loss is for an anchor that was lost, damaged or put back to an older state. What can still be read is kept. What
cannot is which triggers have had their run, so every one from before now is refused (trigger_before_anchor): requests
that were signed, fire times of schedules, and unsigned runs of today. Sign a request for what has to run before the
next fire time, and look first whether it has run already. Limits of runs a day start again at none.

Examples:
  sallyport anchor init
  sallyport anchor init --anchor file:/var/lib/sallyport/anchor.json
  sallyport anchor init --after-loss`

export const define: Define = (command, shell) => {
  agentOptions(command.command('init').description('Make the anchor, once, where the agent is set up'), [
    'keystore',
    'anchor',
    'state',
  ])
    .option('--after-loss', 'make it anew where it was lost or rolled back')
    .option('--yes', 'do not ask before it is made anew')
    .addHelpText('after', initHelp)
    .action(shell.action((options: InitOptions) => init(shell, options)))
  agentOptions(command.command('show').description('Show what agents remember, and the last refusals'), [
    'keystore',
    'anchor',
    'state',
  ])
    .option(
      '--pipeline <name>',
      'what is remembered of this pipeline, by id, or by name where you are signed in',
    )
    .option('--project <name>', "the pipeline's project (default: the remembered one)")
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport anchor show\n  sallyport anchor show --pipeline orders\n  sallyport anchor show --json',
    )
    .action(shell.action((options: ShowOptions) => show(shell, options)))
}

async function place(shell: Shell, options: object) {
  const config = configOf(shell, options)
  const ring = await loadRing(keystoreAt(config.keystore, shell.env))
  return { ring, store: anchorAt(config.anchor), seen: join(config.state, seenFolder) }
}

async function init(shell: Shell, options: InitOptions): Promise<void> {
  const { ring, store, seen } = await place(shell, options)
  if (options.afterLoss === true) {
    await confirm(
      shell,
      `Make the anchor at ${store.place} anew? Triggers from before now are refused then.`,
      {
        yes: options.yes === true,
        option: '--yes',
      },
    )
    const { lost, tenant, pool } = await remakeAnchor(store, ring, Date.now())
    return shell.result(
      { anchor: store.place, tenant, pool, lost },
      `The anchor at ${store.place} is made anew. Triggers from before ${lost} are refused.`,
    )
  }
  if (wasSeen(seen, ring)) {
    throw new UsageError(
      `An agent of this machine has seen an anchor of this pool before. If it is lost: sallyport anchor init --after-loss`,
    )
  }
  if (!await makeAnchor(store, ring)) {
    throw new UsageError(`There is an anchor at ${store.place}; it is not replaced.`)
  }
  shell.result(
    { anchor: store.place, tenant: ring.tenant, pool: ring.pool },
    `The anchor is at ${store.place}.`,
  )
}

async function show(shell: Shell, options: ShowOptions): Promise<void> {
  const { ring, store: bare, seen } = await place(shell, options)
  const store = remembered(bare, { folder: seen, keep: false })
  const anchor = await readAnchor(store, ring)
  if (options.pipeline === undefined) {
    return shell.result(anchor, rootText(anchor, store.place))
  }
  const pipeline = await pipelineId(shell, options.pipeline, options)
  const { tenant, pool } = ring
  const object = await readPipelineAnchor(store, { tenant, pool, pipeline })
  const listed = anchor.pipelines[pipeline]
  shell.result({ pipeline, listed: listed ?? null, object }, pipelineText(pipeline, { listed, object }))
}

/** The signed index knows names; the anchor knows ids alone. */
async function pipelineId(shell: Shell, name: string, options: ShowOptions): Promise<string> {
  if (Id.safeParse(name).success) return name
  return entryNamed(await openProject(shell, options), 'pipeline', name).id
}

function rootText(anchor: Anchor, place: string): string {
  const { trust, checkpoint, pipelines, lost, clock, generation } = anchor
  const kept = Object.values(pipelines).filter((one) => one.kept).length
  const list = facts([
    ['anchor', place],
    ['tenant', anchor.tenant],
    ['pool', anchor.pool],
    ['generation', String(generation)],
    ...(lost === null ? [] : [['made anew', `at ${lost}; triggers from before are refused`] as const]),
    ['agents acted at', clock ?? 'no time yet'],
    ['trust document', trust === null ? 'none seen yet' : `version ${trust.version}, ${trust.hash}`],
    ...Object.entries(anchor.index).map(([project, { number, hash }]) =>
      [`index of ${project}`, `number ${number}, ${hash}`] as const
    ),
    ['pipelines', `${Object.keys(pipelines).length} listed, ${kept} with runs`],
    ['audit log', checkpoint === null ? 'no checkpoint yet' : `${checkpoint.split('\n')[1]} entries`],
  ])
  const refused = table(
    ['refused', 'times', 'first', 'last'],
    Object.entries(anchor.refused).map((
      [code, { count, first, last }],
    ) => [code, String(count), first.at, last.at]),
  )
  const refusals = table(
    ['refused at', 'code', 'run'],
    anchor.refusals.map(({ at, code, run }) => [at, code, run ?? '–']),
  )
  return [list, ...(refused === '' ? ['No refusals.'] : [refused, refusals])].join('\n\n')
}

interface Remembered {
  readonly listed: Anchor['pipelines'][string] | undefined
  readonly object: PipelineAnchor | null
}

function pipelineText(pipeline: string, { listed, object }: Remembered): string {
  if (listed === undefined) {
    return `No agent of this pool has seen an index that lists the pipeline ${pipeline}.`
  }
  const list = facts([
    ['pipeline', pipeline],
    ['listed since', listed.since],
    ['last fire time', object?.fired ?? 'none yet'],
    ['agents acted at', object?.clock ?? 'no time yet'],
    ...(listed.kept && object === null ? [['LOST', 'sallyport anchor init --help'] as const] : []),
  ])
  const runs = table(
    ['run', 'trigger', 'counts for', 'attempts', 'ended', 'remembered until'],
    (object?.runs ?? []).map(({ id, trigger, day, attempts, ended, until }) => [
      id,
      trigger,
      day,
      String(attempts),
      ended === null ? '–' : ended.code ?? ended.status,
      until,
    ]),
  )
  return `${list}\n\n${runs === '' ? 'No runs are remembered.' : runs}`
}
