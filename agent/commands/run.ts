/** `sallyport run FILE`: a pipeline on this machine, with no edge at all. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault, mayMend } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { checkParameters } from '../../shared/parameters.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import type { PipelineLimits } from '../../shared/schemas/pipeline.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { localGuard } from '../connectors/guard.ts'
import { makePrivateFolder } from '../files.ts'
import {
  connectionNamed,
  ofConnection,
  readConnectionsFile,
  type WrittenConnection,
} from '../pipeline_files/connections.ts'
import { checkEnds } from '../pipeline_files/ends.ts'
import { isPattern } from '../pipeline_files/patterns.ts'
import { type PipelineFile, readPipelineFile } from '../pipeline_files/pipeline.ts'
import { resolveReferences } from '../references.ts'
import { beginLocalRun, type LocalRun } from '../runs/local.ts'
import { type Endpoint, moveRun, type Order, type RunResult, type StreamResult } from '../runs/move.ts'
import { checkAction, orderedStreams } from '../runs/ordered.ts'
import { planRun } from '../runs/plan.ts'
import { actionHelp, actionOf, type ActionOptions, questionOf, withActions } from './actions.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { confirm } from './ask.ts'
import { nextStep } from './next_step.ts'
import { withParameter } from './parameters.ts'
import { countText, ProgressView, secondsText } from './progress.ts'
import { planText, resultText } from './run_text.ts'
import { type Define, exits, type Shell } from './shell.ts'

const examples = `
Examples:
  sallyport run orders.yaml
  sallyport run orders.yaml --connections prod/connections.yaml
  sallyport run orders.yaml --param region=eu --param since=2026-01-01
  sallyport run orders.yaml --plan         what would happen; nothing is written
  sallyport run orders.yaml --reset        load everything anew
  sallyport run orders.yaml --backfill --param since=2026-01-01 --param until=2026-02-01
  sallyport run orders.yaml --new          leave an unfinished run of this file behind

Connections are read from connections.yaml beside the file unless --connections says otherwise.
A run that was killed, or that appended before another stream of it failed, is taken up again by the next run of
the same file: what it appended is not doubled. Streams of mode replace are done anew.

What is loaded, by mode:
${actionHelp}`

interface Options extends ActionOptions {
  readonly connections?: string
  readonly plan?: boolean
  readonly new?: boolean
  readonly yes?: boolean
  readonly holdMemory?: string
  readonly param?: ParameterValues
}

export const define: Define = (command, shell) => {
  withActions(agentOptions(command, ['proxy', 'noProxy', 'caFile']))
    .argument('<file>', 'the pipeline file')
    .option(
      '--connections <file>',
      'the connections file (default: connections.yaml beside the pipeline file)',
    )
    .option('--plan', 'show routes, sizes and statements; write nothing')
    .option('--new', 'do not go on with an unfinished run of this file')
    .option('--param <name=value>', 'value of a parameter; once for each', withParameter)
    .option('--hold-memory <MB>', 'memory for DuckDB on restowed routes (default: 512)')
    .addHelpText('after', examples)
    .action(shell.action((file: string, options: Options) => run(shell, file, options)))
}

async function run(shell: Shell, file: string, options: Options): Promise<number> {
  const { file: pipeline, text } = readPipelineFile(file)
  const parameters = checkParameters(pipeline.parameters, options.param ?? {}, { unsigned: false })
  const action = actionOf(options)
  checkAction(action, pipeline.parameters)
  const connections = options.connections ?? join(dirname(file), 'connections.yaml')
  const base = dirname(resolve(connections))
  const { ends, written } = readEnds(shell, pipeline, connections)
  const modes = pipeline.body.streams.map(({ mode }) => mode)
  const question = options.plan === true ? null : questionOf(action, { name: pipeline.name, modes })
  if (question !== null) await confirm(shell, question, { yes: options.yes === true, option: '--yes' })
  const abort = new AbortController()
  const interrupt = () => abort.abort(new Fault('cancelled'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const state = join(shell.home, 'local')
  makePrivateFolder(state)
  const folder = mkdtempSync(join(state, 'run-'))
  const order: Omit<Order, 'runId' | 'fence' | 'attempt'> = {
    ...ends,
    action,
    streams: orderedStreams(pipeline.body.streams, pipeline.parameters, parameters),
    folder,
    base,
    guard: localGuard,
    network: configOf(shell, options).network,
    limits: limitsOf(pipeline.limits),
    signal: abort.signal,
    holdMemory: holdMemoryOf(options.holdMemory),
  }
  try {
    if (options.plan) return await plan(shell, { ...order, runId: 'plan', fence: 0, attempt: 0 })
    const places = [order.source, order.destination].map((one) => leadsTo(one, base))
    using local = beginLocalRun({
      folder: state,
      path: file,
      text,
      // Other values read other rows, and so does another action: that is another run.
      connections: JSON.stringify([
        written,
        places,
        Object.entries(parameters).sort(),
        ...(action === 'run' ? [] : [action]),
      ]),
      appends: modes.includes('append'),
      fresh: options.new === true,
      resets: action === 'reset',
      now: Date.now(),
    })
    return await moveLocal(shell, order, local)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The two connections, references resolved, and as they are written. */
function readEnds(shell: Shell, pipeline: PipelineFile, path: string) {
  const defined = readConnectionsFile(path)
  const [source, destination] = [pipeline.source, pipeline.destination].map((name) =>
    connectionNamed(defined, name, path)
  ) as [WrittenConnection, WrittenConnection]
  checkEnds(pipeline.body.streams, { source: source.type, destination: destination.type })
  // The person at the keyboard is the leave for references.
  const how = { base: dirname(resolve(path)), env: shell.env, permit: () => undefined }
  const endpoint = (name: string, { type, config }: WrittenConnection): Endpoint =>
    ofConnection(path, name, () => {
      const resolved = resolveReferences(config, how).config
      parseConfig(type, resolved)
      return { type, config: resolved }
    })
  return {
    ends: {
      source: endpoint(pipeline.source, source),
      destination: endpoint(pipeline.destination, destination),
    },
    written: [source, destination],
  }
}

async function moveLocal(
  shell: Shell,
  order: Omit<Order, 'runId' | 'fence' | 'attempt'>,
  local: LocalRun,
): Promise<number> {
  if (local.adopted !== null) {
    shell.note(`Going on with run ${local.runId}, which began at ${local.adopted} and did not finish.`)
  }
  const result = await move(shell, {
    ...order,
    runId: local.runId,
    fence: local.attempt,
    attempt: local.attempt,
    // The next run of a file moves what is there then; only an append must not be done twice.
    anew: () => newId(Date.now(), randomBytes),
    onTaken: (index, rows, stream = order.streams[index]) => {
      const { from = `stream ${index + 1}`, to = '' } = stream ?? {}
      shell.note(
        `${from} → ${to}: taken as done. Its ${
          countText(rows)
        } rows were appended by the run that began at ` +
          `${local.adopted}, and are not appended again while that run is unfinished.`,
      )
    },
  })
  // What a pattern comes to is not known here.
  const wanted = order.streams.some(({ from }) => isPattern(from)) ? Infinity : order.streams.length
  const left = order.action === 'reset'
    ? result.status !== 'succeeded'
    : leavesSomething(result, { adopted: local.adopted !== null, wanted })
  if (!left) local.finish()
  return exitOf(result)
}

async function move(shell: Shell, order: Order): Promise<RunResult> {
  const view = new ProgressView(shell)
  const onFault: Order['onFault'] = (index, fault, stream = order.streams[index]) => {
    view.clear()
    explain(shell, stream?.from ?? `stream ${index + 1}`, fault)
  }
  const onRetry: Order['onRetry'] = (_, { fault, ms, stream }) => {
    view.clear()
    explain(shell, stream.from, fault)
    shell.note(`${stream.from}: trying again in ${secondsText(ms / 1000)}.`)
  }
  const shown = shell.json ? {} : { onProgress: view.show, onEnded: view.ended }
  const result = await moveRun({ ...order, onFault, onRetry, ...shown })
  view.clear()
  shell.result(result, resultText(result))
  return result
}

/** Locally the whole story: the fault's own words may name keys and row numbers. */
function explain(shell: Shell, stream: string, error: unknown): void {
  const fault = error instanceof Fault ? error : new Fault('internal', undefined, { cause: error })
  const next = nextStep(fault.code)
  shell.note(`${stream}: ${fault.code}: ${fault.message}${next === null ? '' : ` ${next}`}`)
}

async function plan(shell: Shell, order: Order): Promise<number> {
  const plans = await planRun(order)
  shell.result({ streams: plans }, planText(plans, order.action ?? 'run'))
  return exits.done
}

function limitsOf({ rows, minutes, retries }: PipelineLimits): Order['limits'] {
  return { ...(rows === undefined ? {} : { rows }), ...(minutes === undefined ? {} : { minutes }), retries }
}

function holdMemoryOf(text: string | undefined): number {
  if (text === undefined) return 512
  const value = /^\d{2,7}$/.test(text) ? Number(text) : NaN
  if (!(value >= 64)) {
    throw new Fault('invalid_setting', `--hold-memory: ${text} is not a whole number of MB from 64 on.`)
  }
  return value
}

/** Where a connection leads, its references resolved: the same words in the file may mean another place by now. */
function leadsTo({ type, config }: Endpoint, base: string): string {
  try {
    return JSON.stringify(connectorOf(type).targets(parseConfig(type, config), base))
  } catch {
    // The run itself will say what is wrong with it.
    return ''
  }
}

/**
 * True when the next run of the file has to go on under the same id. Either it is not certain whether a stream is
 * committed: it was interrupted, or its database went away and took the answer to COMMIT along; the ledger tells.
 * Or it has appended, and another stream is still to be mended: a new id would append once more. A committed
 * `replace` is certain, and done anew. `adopted`: an earlier attempt may have appended what this one did not get to.
 */
export function leavesSomething(
  { status, streams }: Pick<RunResult, 'status' | 'streams'>,
  { adopted, wanted }: { adopted: boolean; wanted: number },
): boolean {
  if (status === 'succeeded') return false
  const uncertain = ({ status, route, code }: StreamResult) =>
    status === 'cancelled' ||
    (code !== null && route !== null && (mayMend(code) || code === 'time_over_limit'))
  const appended = ({ status, mode }: StreamResult) => status === 'succeeded' && mode === 'append'
  const notSeen = ({ status, mode, route }: StreamResult) =>
    mode === 'append' && status !== 'succeeded' && route === null
  if (adopted && (streams.length < wanted || streams.some(notSeen))) return true
  return streams.some((stream) => uncertain(stream) || appended(stream))
}

function exitOf({ status }: RunResult): number {
  if (status === 'succeeded') return exits.done
  if (status === 'refused') return exits.refused
  return status === 'cancelled' ? exits.interrupted : exits.failed
}
