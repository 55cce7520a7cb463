/** `sallyport runs dead|redrive|timeline|retention`: what runs have died of, how they are had again, and for how long. */
import type { Command } from 'commander'
import { toHex } from '../../shared/bytes.ts'
import { Fault, isFaultCode, meaningOf } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { Run } from '../../shared/schemas/run.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import { native } from '../primitives.ts'
import { projectText } from '../trust/known_projects.ts'
import { verifiedPipeline } from './pipeline_show.ts'
import { entryNamed, openProject, type Project, type ProjectOptions, signerOf } from './project.ts'
import { pipelineNames } from './runs_watch.ts'
import { openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { exits, type Shell, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

const redriveHelp = `
It is the same run: what it has committed is in the ledger of its destination and is not loaded again, and it goes on
with the streams that failed. A run that has attempts left needs nothing for that. One whose attempts are used up, or
that has ended for its agents, needs --sign: a request signed by your signer key that names the run, and brings as many
attempts as its pipeline gives a run. Agents count both where the edge cannot reach.

Examples:
  sallyport runs redrive 019a…
  sallyport runs redrive 019a… --sign
  sallyport runs dead
  sallyport runs redrive --reason 8f14e45fceea167a --sign`

interface RedriveOptions extends ProjectOptions {
  readonly reason?: string
  readonly sign?: boolean
  readonly expires: string
}

interface DeadOptions extends SessionOptions {
  readonly days: string
}

export function defineRedrive(command: Command, shell: Shell): void {
  sessionOptions(command.command('dead').description('List what runs have died of, the newest first'))
    .option('--days <number>', 'so many days back', '30')
    .addHelpText('after', '\nExamples:\n  sallyport runs dead\n  sallyport runs dead --days 7 --json')
    .action(shell.action((options: DeadOptions) => dead(shell, options)))
  sessionOptions(
    command.command('redrive').description('Have a run attempted again that ended short of its end'),
  )
    .argument('[run]', 'id of the run')
    .option('--reason <reason>', 'all runs that ended for this reason, as `runs dead` shows it')
    .option('--sign', 'by a signed request each: where attempts are used up')
    .option('--project <name>', 'project of the runs (default: the remembered one); with --sign')
    .option('--expires <minutes>', 'minutes in which a signed one has to begin, at most 1440', '60')
    .addHelpText('after', redriveHelp)
    .action(shell.action((id: string | undefined, options: RedriveOptions) => redrive(shell, id, options)))
  sessionOptions(command.command('timeline').description('Show everything that happened to a run'))
    .argument('<run>', 'id of the run')
    .addHelpText('after', '\nExamples:\n  sallyport runs timeline 019a…')
    .action(shell.action((id: string, options: SessionOptions) => timeline(shell, id, options)))
  sessionOptions(command.command('retention').description('Show or change for how long runs are kept'))
    .option('--days <number>', 'keep runs so many days after their end, from 7 to 3650')
    .option('--for-good', 'delete none')
    .addHelpText(
      'after',
      '\nOlder runs go with their counts and logs; the audit log keeps what was done.' +
        '\n\nExamples:\n  sallyport runs retention\n  sallyport runs retention --days 90',
    )
    .action(shell.action((options: RetentionOptions) => retention(shell, options)))
}

interface RetentionOptions extends SessionOptions {
  readonly days?: string
  readonly forGood?: boolean
}

async function retention(shell: Shell, options: RetentionOptions): Promise<void> {
  const { days, forGood = false } = options
  if (days !== undefined && forGood) throw new UsageError('Give --days or --for-good.')
  const number = days === undefined ? null : Number(days)
  if (number !== null && (!Number.isInteger(number) || number < 7 || number > 3650)) {
    throw new UsageError('--days is from 7 to 3650.')
  }
  const { edge } = openSession(shell, options)
  const found = number === null && !forGood
    ? await answer(edge.GET('/v1/retention'))
    : await answer(edge.PUT('/v1/retention', { body: { run_days: number } }))
  const text = found.run_days === null
    ? 'Runs are kept for good. Change that: sallyport runs retention --days 90'
    : `Runs are kept for ${found.run_days} days after their end; the audit log keeps what was done.`
  shell.result(found, text)
}

async function dead(shell: Shell, options: DeadOptions): Promise<void> {
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new UsageError('--days is from 1 to 3650.')
  const session = openSession(shell, options)
  const found = await answer(
    session.edge.GET('/v1/dead-letters', { params: { query: { days } } }),
  )
  const names = await pipelineNames(session, found.data)
  const rows = found.data.map((one) => [
    one.reason,
    names.get(one.pipeline_id) ?? one.pipeline_id,
    one.version === undefined ? '–' : String(one.version),
    one.state,
    one.code ?? '–',
    String(one.runs),
    one.last,
    one.last_run,
  ])
  const headings = ['reason', 'pipeline', 'version', 'state', 'code', 'runs', 'last', 'last run']
  const data = found.data.map((one) => ({ ...one, pipeline: names.get(one.pipeline_id) ?? null }))
  shell.result(data, table(headings, rows) || `No run has died in the last ${days} days.`)
  if (rows.length === 0) return
  if (!found.complete) shell.note('There are more: these are the newest 10,000 runs.')
  shell.note('Their runs: sallyport runs list --reason REASON. Again: sallyport runs redrive --reason REASON')
}

async function redrive(shell: Shell, id: string | undefined, options: RedriveOptions): Promise<number> {
  if ((id === undefined) === (options.reason === undefined)) {
    throw new UsageError('Give the id of a run, or --reason.')
  }
  const signed = options.sign === true ? await openProject(shell, options) : null
  const session = signed?.session ?? openSession(shell, options)
  const runs = id === undefined
    ? await everyPage((cursor) =>
      answer(
        session.edge.GET('/v1/runs', { params: { query: { reason: options.reason as string, ...cursor } } }),
      )
    )
    : [await answer(session.edge.GET('/v1/runs/{id}', { params: { path: { id } } }))]
  const minutes = Number(options.expires)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440) {
    throw new UsageError('--expires is from 1 to 1440 minutes.')
  }
  const sign = signed === null ? null : await signing(shell, signed, { runs, minutes })
  const again: Run[] = []
  for (const run of runs) again.push(await redriven(session, run, sign))
  shell.result(
    id === undefined ? again : again[0],
    again.map((run) => `Run ${run.id} is ${run.state}. Watch it: sallyport runs watch ${run.id}`).join(
      '\n',
    ) ||
      'No run has ended for this reason.',
  )
  return exits.done
}

/** One request for each run: who signs has seen of which pipelines they are. */
async function signing(
  shell: Shell,
  project: Project,
  { runs, minutes }: { readonly runs: readonly Run[]; readonly minutes: number },
): Promise<(run: Run) => Dsse> {
  const signer = signerOf(project, ['runs'])
  const ids = [...new Set(runs.map(({ pipeline_id }) => pipeline_id))]
  const pipelines = new Map(
    await Promise.all(ids.map(async (id) => {
      const entry = entryNamed(project, 'pipeline', id)
      return [id, { entry, pool: (await verifiedPipeline(project, entry)).signed.document.pool }] as const
    })),
  )
  for (const { entry } of pipelines.values()) {
    shell.note(facts([
      ['signed redrive of', `${runs.length} ${runs.length === 1 ? 'run' : 'runs'} of ${entry.name}`],
      ['by version', String(entry.version)],
      ['project', projectText(project.project)],
      ['good for', `${minutes} minutes`],
    ]))
  }
  return (run) => {
    const { entry, pool } = pipelines.get(run.pipeline_id) as {
      entry: { id: string; hash: string }
      pool: string
    }
    const now = Date.now()
    const request: Request = {
      type: 'request',
      tenant: project.trust.chain.document.tenant,
      project: project.project.id,
      action: 'run',
      parameters: {},
      pool,
      index: project.index?.document.number ?? 1,
      pipeline: { id: entry.id, hash: entry.hash },
      redrive: run.id,
      nonce: toHex(native.randomBytes(16)),
      issued: new Date(now).toISOString(),
      expires: new Date(now + minutes * 60_000).toISOString(),
    }
    return signDocument(native, { type: 'request', document: request, seeds: [signer.private] }).dsse
  }
}

async function redriven(session: Session, run: Run, sign: ((run: Run) => Dsse) | null): Promise<Run> {
  const request = sign?.(run)
  const params = { path: { id: run.id } }
  const body = request === undefined ? {} : { request }
  try {
    return await handingIn('runs.write', answer(session.edge.POST('/v1/runs/{id}/redrive', { params, body })))
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'attempts_used') throw error
    throw new Fault(
      'attempts_used',
      `Run ${run.id} is ${run.state}, and its agents attempt it no more: the attempts that were signed are used ` +
        `up, or it ended for a reason that another attempt does not mend. As often again, by your signature: ` +
        `sallyport runs redrive ${run.id} --sign`,
      { cause: error },
    )
  }
}

async function timeline(shell: Shell, id: string, options: SessionOptions): Promise<void> {
  const { edge } = openSession(shell, options)
  const found = await answer(edge.GET('/v1/runs/{id}/timeline', { params: { path: { id } } }))
  const rows = found.events.map(({ at, kind, fence, agent_id, code }) => [
    at,
    kind,
    fence === undefined ? '–' : String(fence),
    agent_id ?? '–',
    code ?? '–',
  ])
  shell.result(found, table(['at', 'event', 'lease', 'agent', 'code'], rows))
  const last = found.events.findLast(({ code }) => code !== undefined)?.code
  if (last !== undefined && isFaultCode(last)) shell.note(`${last}: ${meaningOf(last).help}`)
}
