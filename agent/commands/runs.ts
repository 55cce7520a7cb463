/** `sallyport runs`: started by a signed request, watched in counts and codes; logs are for readers. */
import { toHex } from '../../shared/bytes.ts'
import { Fault, isFaultCode, meaningOf } from '../../shared/faults.ts'
import { checkParameters } from '../../shared/parameters.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { RunRecord } from '../../shared/schemas/run.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { sleep } from '../edge_client/transport.ts'
import { native } from '../primitives.ts'
import { projectText } from '../trust/known_projects.ts'
import { confirm } from './ask.ts'
import { nextStep } from './next_step.ts'
import { withParameter } from './parameters.ts'
import { verifiedPipeline } from './pipeline_show.ts'
import { bytesText, countText, secondsText } from './progress.ts'
import { entryNamed, openProject, type ProjectOptions, signerOf } from './project.ts'
import { defineRunLogs } from './run_logs.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Define, exits, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

interface StartOptions extends ProjectOptions {
  readonly param?: ParameterValues
  readonly reset?: boolean
  readonly backfill?: boolean
  readonly yes?: boolean
  readonly unsigned?: boolean
  readonly watch?: boolean
  readonly expires: string
}

const startHelp = `
The request is signed by your signer key, names the pipeline at exactly the hash of the signed index, and is good
once. With --unsigned the edge takes one of the unsigned runs that the pipeline allows a day: only parameters that are
enumerations can be set there. --reset loads every stream as mode replace; --backfill fills the range that the
parameters give.

Examples:
  sallyport runs start orders --watch
  sallyport runs start orders --backfill --param since=2026-01-01 --param until=2026-02-01
  sallyport runs start orders --reset
  sallyport runs start orders --unsigned --json`

export const define: Define = (command, shell) => {
  sessionOptions(command.command('start').description('Start a run by a signed request'))
    .argument('<pipeline>', 'name or id')
    .option('--project <name>', 'project (default: the remembered one)')
    .option('--param <name=value>', 'value of a parameter; once for each', withParameter)
    .option('--reset', 'load every stream as mode replace: what is in the targets goes')
    .option('--backfill', 'fill the range that the parameters give')
    .option('--yes', 'do not ask before a reset')
    .option('--unsigned', "take one of the pipeline's unsigned runs of the day")
    .option('--expires <minutes>', 'minutes in which the run has to begin, at most 1440', '60')
    .option('--watch', 'wait for the end, and exit by it')
    .addHelpText('after', startHelp)
    .action(shell.action((name: string, options: StartOptions) => start(shell, name, options)))
  sessionOptions(command.command('list').description('List runs, newest first'))
    .option('--pipeline <name>', 'only of this pipeline, by name or id')
    .option('--project <name>', "the pipeline's project (default: the remembered one)")
    .option('--state <state>', 'only in this state')
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
}

interface ListOptions extends ProjectOptions {
  readonly pipeline?: string
  readonly state?: string
  readonly limit: string
}

async function start(shell: Shell, name: string, options: StartOptions): Promise<number> {
  const project = await openProject(shell, options)
  const entry = entryNamed(project, 'pipeline', name)
  const { signed } = await verifiedPipeline(project, entry)
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
  if (action === 'reset') {
    const question = `Load every stream of ${entry.name} anew? What is in its targets is replaced.`
    await confirm(shell, question, { yes: options.yes === true, option: '--yes' })
  }
  const { dsse } = signDocument(native, { type: 'request', document: request, seeds: [signer.private] })
  const run = await answer(edge.POST('/v1/runs', { body: { ...body, request: dsse } }))
  return await started(shell, project.session, { run, watch: options.watch })
}

function actionOf({ reset, backfill }: StartOptions): Request['action'] {
  if (reset === true && backfill === true) throw new UsageError('--reset or --backfill, not both.')
  return reset === true ? 'reset' : backfill === true ? 'backfill' : 'run'
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
  return await ended(shell, await follow(shell, session, run.id))
}

const ends: readonly string[] = ['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead']

/** Looks after which a run that nobody takes is worth a word: about ten seconds. */
const longQueued = 12
const nobody =
  'No agent has taken it yet. Is one running for its pool? sallyport agents list, sallyport doctor'

/** Asks until the run has ended, half a second at first and two later. */
async function follow(shell: Shell, { edge }: Session, id: string): Promise<RunRecord> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Interruption(id))
  process.once('SIGINT', interrupt)
  try {
    for (let asked = 0, said = '';; asked++) {
      const run = await answer(
        edge.GET('/v1/runs/{id}', { params: { path: { id } }, signal: stop.signal }),
      ) as RunRecord
      const line = progressLine(run)
      if (line !== said) shell.note(line)
      said = line
      if (ends.includes(run.state)) return run
      if (asked === longQueued && run.state === 'queued') shell.note(nobody)
      await sleep(asked < 10 ? 500 : 2000, stop.signal)
      stop.signal.throwIfAborted()
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

class Interruption extends UsageError {
  constructor(id: string) {
    super(`No longer watching; the run goes on. Watch it again: sallyport runs watch ${id}`)
  }
}

function progressLine({ state, attempt, attempts, streams, code }: RunRecord): string {
  const rows = streams.reduce((sum, one) => sum + one.rows, 0)
  const bytes = streams.reduce((sum, one) => sum + one.bytes, 0)
  const moved = bytes > 0 ? `, ${countText(rows)} rows, ${bytesText(bytes)}` : ''
  const again = attempt > 1 ? `, attempt ${attempt} of ${attempts}` : ''
  return `${state}${again}${moved}${code === undefined ? '' : `, ${code}`}`
}

function exitOf({ state }: RunRecord): number {
  if (state === 'succeeded') return exits.done
  if (state === 'refused') return exits.refused
  return ends.includes(state) ? exits.failed : exits.done
}

async function ended(shell: Shell, run: RunRecord): Promise<number> {
  shell.result(run, runText(run))
  if (run.code !== undefined && isFaultCode(run.code)) {
    const next = nextStep(run.code)
    shell.note(`${run.code}: ${meaningOf(run.code).help}${next === null ? '' : ` ${next}`}`)
    shell.note(`The whole story is in its log: sallyport runs logs ${run.id}`)
  }
  return exitOf(run)
}

async function look(
  shell: Shell,
  id: string,
  { options, watch }: { options: SessionOptions; watch: boolean },
): Promise<number> {
  const session = openSession(shell, options)
  if (watch) return await ended(shell, await follow(shell, session, id))
  const run = await answer(session.edge.GET('/v1/runs/{id}', { params: { path: { id } } })) as RunRecord
  shell.result(run, runText(run))
  return exits.done
}

function runText(run: RunRecord): string {
  const seconds = run.started !== undefined && run.finished !== undefined
    ? (Date.parse(run.finished) - Date.parse(run.started)) / 1000
    : null
  const list = facts([
    ['run', run.id],
    ['pipeline', run.pipeline_id],
    ['state', `${run.state}${run.code === undefined ? '' : ` (${run.code})`}`],
    ['started by', startedBy(run)],
    ['attempt', `${run.attempt} of at most ${run.attempts}`],
    ['agent', run.agent_id ?? '–'],
    ['created', run.created],
    ...(seconds === null ? [] : [['took', secondsText(seconds)] as const]),
  ])
  const streams = run.streams.map((one) => [
    String(one.index + 1),
    one.route ?? '–',
    one.code ?? one.status ?? 'moving',
    countText(one.rows_read ?? one.rows),
    countText(one.rows),
    bytesText(one.bytes),
    one.seconds === undefined ? '–' : secondsText(one.seconds),
  ])
  const rows = table(['stream', 'route', 'status', 'read', 'written', 'bytes', 'time'], streams)
  return rows === '' ? list : `${list}\n\n${rows}`
}

function startedBy({ trigger, action, fire }: RunRecord): string {
  if (trigger === 'schedule') return `the schedule, for ${fire ?? 'a time that the edge does not tell'}`
  if (trigger === 'api') return 'the API, unsigned'
  return action === 'run' ? 'a signed request' : `a signed request: ${action}`
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
  }
  const runs = await everyPage(
    (cursor) => answer(session.edge.GET('/v1/runs', { params: { query: { ...query, ...cursor } } })),
    limit,
  )
  const rows = runs.map((
    run,
  ) => [run.id, run.pipeline_id, run.state, run.code ?? '–', String(run.attempt), run.created])
  const none = 'There are no such runs. Start one: sallyport runs start PIPELINE'
  shell.result(runs, table(['run', 'pipeline', 'state', 'code', 'attempt', 'created'], rows) || none)
}

async function cancel(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const run = await answer(edge.POST('/v1/runs/{id}/cancel', { params: { path: { id } } }))
  shell.result(
    run,
    run.state === 'cancelled' ? `Run ${id} is cancelled.` : `Run ${id} is asked to stop; it is ${run.state}.`,
  )
}
