/** `sallyport runs`: started by a signed request, watched in counts and codes; logs are for readers. */
import { toHex } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { checkParameters } from '../../shared/parameters.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { RunRecord } from '../../shared/schemas/run.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import { native } from '../primitives.ts'
import { checkAction } from '../runs/ordered.ts'
import { projectText } from '../trust/known_projects.ts'
import { actionHelp, actionOf, type ActionOptions, questionOf, withActions } from './actions.ts'
import { confirm } from './ask.ts'
import { withParameter } from './parameters.ts'
import { bodyFor, verifiedPipeline } from './pipeline_show.ts'
import { entryNamed, openProject, type ProjectOptions, signerOf } from './project.ts'
import { defineRedrive } from './redrive.ts'
import { defineRunLogs } from './run_logs.ts'
import { ended, follow, look, pipelineNames, withName } from './runs_watch.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

interface StartOptions extends ProjectOptions, ActionOptions {
  readonly param?: ParameterValues
  readonly yes?: boolean
  readonly unsigned?: boolean
  readonly watch?: boolean
  readonly expires: string
}

const startHelp = `
The request is signed by your signer key, names the pipeline at exactly the hash of the signed index, and is good
once. With --unsigned the edge takes one of the unsigned runs that the pipeline allows a day: only parameters that are
enumerations can be set there, and it is a run as the schedule would do it.

What is loaded, by mode:
${actionHelp}
Examples:
  sallyport runs start orders --watch
  sallyport runs start orders --backfill --param since=2026-01-01 --param until=2026-02-01
  sallyport runs start orders --reset
  sallyport runs start orders --resync
  sallyport runs start orders --unsigned --json`

export const define: Define = (command, shell) => {
  withActions(sessionOptions(command.command('start').description('Start a run by a signed request')))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--param <name=value>', 'value of a parameter; once for each', withParameter)
    .option('--unsigned', "take one of the pipeline's unsigned runs of the day")
    .option('--expires <minutes>', 'minutes in which the run has to begin, at most 1440', '60')
    .option('--watch', 'wait for the end, and exit by it')
    .addHelpText('after', startHelp)
    .action(shell.action((name: string, options: StartOptions) => start(shell, name, options)))
  sessionOptions(command.command('list').description('List runs, newest first'))
    .option('--pipeline <name>', 'only of this pipeline, by name or id')
    .option('--project <name>', "the pipeline's project (default: the remembered one)")
    .option('--state <state>', 'only in this state')
    .option('--reason <reason>', 'only those that ended for this reason, as `runs dead` shows it')
    .option(
      '--since <time>',
      'only those that were made from then on: 2026-11-22, or a time of that day in UTC',
    )
    .option('--until <time>', 'only those that were made before then')
    .option('--limit <number>', 'at most so many', '20')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport runs list\n  sallyport runs list --pipeline orders --state failed',
    )
    .action(shell.action((options: ListOptions) => list(shell, options)))
  for (
    const [name, description] of [['show', 'Show a run'], ['watch', 'Wait for the end of a run']] as const
  ) {
    sessionOptions(command.command(name).description(description))
      .argument('<run>', 'id of the run')
      .addHelpText('after', `\nExamples:\n  sallyport runs ${name} 019a…`)
      .action(
        shell.action((id: string, options: SessionOptions) =>
          look(shell, id, { options, watch: name === 'watch' })
        ),
      )
  }
  sessionOptions(command.command('cancel').description('Ask for a run to be cancelled'))
    .argument('<run>', 'id of the run')
    .addHelpText('after', '\nExamples:\n  sallyport runs cancel 019a…')
    .action(shell.action((id: string, options: SessionOptions) => cancel(shell, id, options)))
  defineRunLogs(command, shell)
  defineRedrive(command, shell)
}

interface ListOptions extends ProjectOptions {
  readonly pipeline?: string
  readonly state?: string
  readonly reason?: string
  readonly since?: string
  readonly until?: string
  readonly limit: string
}

async function start(shell: Shell, name: string, options: StartOptions): Promise<number> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const { signed, sealed } = await verifiedPipeline(project, entry)
  const { edge } = project.session
  const body = { pipeline_id: entry.id }
  const parameters = options.param ?? {}
  const action = actionOf(options)
  checkParameters(signed.document.parameters, parameters, { unsigned: options.unsigned === true })
  if (options.unsigned === true) {
    if (action !== 'run') throw new UsageError(`--${action} takes a signed request: leave --unsigned out.`)
    if (signed.document.triggers.api === undefined) {
      throw new Fault(
        'trigger_not_allowed',
        `${entry.name} takes signed requests only: leave --unsigned out.`,
      )
    }
    return await started(shell, project.session, {
      run: await answer(edge.POST('/v1/runs', { body: { ...body, parameters } })),
      watch: options.watch,
    })
  }
  const minutes = Number(options.expires)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440) {
    throw new UsageError('--expires is from 1 to 1440 minutes.')
  }
  checkAction(action, signed.document.parameters)
  const signer = signerOf(project, ['runs'])
  const now = Date.now()
  const request: Request = {
    type: 'request',
    tenant: project.trust.chain.document.tenant,
    project: project.project.id,
    action,
    parameters,
    pool: signed.document.pool,
    index: project.index?.document.number ?? 1,
    pipeline: { id: entry.id, hash: entry.hash },
    nonce: toHex(native.randomBytes(16)),
    issued: new Date(now).toISOString(),
    expires: new Date(now + minutes * 60_000).toISOString(),
  }
  shell.note(facts([
    ['signed request for', `${entry.name}, version ${entry.version}`],
    ['id', entry.id],
    ['project', projectText(project.project)],
    ['pool', request.pool],
    ['action', action],
    ...Object.entries(parameters).map(([name, value]) => [`parameter ${name}`, value] as const),
    ['good until', request.expires],
  ]))
  // Modes are sealed: who has no reader key is asked about what may be.
  const modes = bodyFor(shell.home, signed, sealed)?.streams.map(({ mode }) => mode) ?? null
  const question = questionOf(action, { name: entry.name, modes })
  if (question !== null) await confirm(shell, question, { yes: options.yes === true, option: '--yes' })
  const { dsse } = signDocument(native, { type: 'request', document: request, seeds: [signer.private] })
  const made = answer(edge.POST('/v1/runs', { body: { ...body, request: dsse } }))
  const run = await handingIn('runs.write', made)
  return await started(shell, project.session, { run, watch: options.watch })
}

interface Started {
  readonly run: { readonly id: string; readonly state: string }
  readonly watch: boolean | undefined
}

async function started(shell: Shell, session: Session, { run, watch }: Started): Promise<number> {
  if (watch !== true) {
    shell.result(run, `Run ${run.id} is ${run.state}. Watch it: sallyport runs watch ${run.id}`)
    return exits.done
  }
  shell.note(`Run ${run.id}`)
  return await ended(shell, session, await follow(shell, session, run.id))
}

async function list(shell: Shell, options: ListOptions): Promise<void> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit is a whole number from 1 on.')
  const project = options.pipeline === undefined ? null : await openProject(shell, options)
  const session = project?.session ?? openSession(shell, options)
  const query = {
    ...(project === null || options.pipeline === undefined
      ? {}
      : { pipeline: entryNamed(project, 'pipeline', options.pipeline).id }),
    ...(options.state === undefined ? {} : { state: options.state as RunRecord['state'] }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.since === undefined ? {} : { since: timeOf('--since', options.since) }),
    ...(options.until === undefined ? {} : { until: timeOf('--until', options.until) }),
  }
  const runs = await everyPage(
    (cursor) => answer(session.edge.GET('/v1/runs', { params: { query: { ...query, ...cursor } } })),
    limit,
  )
  const names = await pipelineNames(session, runs)
  const rows = runs.map((run) => [
    run.id,
    names.get(run.pipeline_id) ?? run.pipeline_id,
    run.state,
    run.action,
    run.code ?? '–',
    String(run.attempt),
    run.created,
  ])
  const none = 'There are no such runs. Start one: sallyport runs start PIPELINE'
  shell.result(
    runs.map((run) => withName(run, names)),
    table(['run', 'pipeline', 'state', 'action', 'code', 'attempt', 'created'], rows) || none,
  )
}

/** A day is its beginning. */
function timeOf(option: string, text: string): string {
  const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (Number.isNaN(ms)) {
    throw new UsageError(`${option} is a day or a time: 2026-11-22, 2026-11-22T08:30:00Z.`)
  }
  return new Date(ms).toISOString()
}

async function cancel(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const run = await answer(edge.POST('/v1/runs/{id}/cancel', { params: { path: { id } } }))
  shell.result(
    run,
    run.state === 'cancelled' ? `Run ${id} is cancelled.` : `Run ${id} is asked to stop; it is ${run.state}.`,
  )
}
