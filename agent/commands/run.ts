/** `sallyport run FILE`: a pipeline on this machine, with no edge at all. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault, mayMend } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { checkParameters } from '../../shared/parameters.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import { connectorOf, parseConfig } from '../connectors/connectors.ts'
import { localGuard } from '../connectors/guard.ts'
import { makePrivateFolder } from '../files.ts'
import { connectionNamed, readConnectionsFile } from '../pipeline_files/connections.ts'
import { readPipelineFile } from '../pipeline_files/pipeline.ts'
import { resolveReferences } from '../references.ts'
import { beginLocalRun, type LocalRun } from '../runs/local.ts'
import { type Endpoint, moveRun, type Order, type RunResult, type StreamResult } from '../runs/move.ts'
import { orderedStreams } from '../runs/ordered.ts'
import { planRun, type StreamPlan } from '../runs/plan.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { nextStep } from './next_step.ts'
import { withParameter } from './parameters.ts'
import { bytesText, countText, ProgressView, secondsText } from './progress.ts'
import { type Define, exits, type Shell } from './shell.ts'
import { table } from './table.ts'

const examples = `
Examples:
  sallyport run orders.yaml
  sallyport run orders.yaml --connections prod/connections.yaml
  sallyport run orders.yaml --param region=eu --param since=2026-01-01
  sallyport run orders.yaml --plan         what would happen; nothing is written
  sallyport run orders.yaml --new          leave an unfinished run of this file behind

Connections are read from connections.yaml beside the file unless --connections says otherwise.
A run that was killed, or that appended before another stream of it failed, is taken up again by the next run of
the same file: what it appended is not doubled. Streams of mode replace are done anew.`

interface Options {
  readonly connections?: string
  readonly plan?: boolean
  readonly new?: boolean
  readonly holdMemory?: string
  readonly param?: ParameterValues
}

export const define: Define = (command, shell) => {
  agentOptions(command, ['proxy', 'noProxy', 'caFile'])
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
  const connectionsPath = options.connections ?? join(dirname(file), 'connections.yaml')
  const base = dirname(resolve(connectionsPath))
  const defined = readConnectionsFile(connectionsPath)
  const secrets: string[] = []
  const endpoint = (name: string): Endpoint => {
    const { type, config } = connectionNamed(defined, name, connectionsPath)
    // The person at the keyboard is the leave for references.
    const resolved = resolveReferences(config, { base, env: shell.env, permit: () => undefined })
    secrets.push(...resolved.secrets)
    return { type, config: resolved.config }
  }
  const abort = new AbortController()
  const interrupt = () => abort.abort(new Fault('cancelled'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const state = join(shell.home, 'local')
  makePrivateFolder(state)
  const folder = mkdtempSync(join(state, 'run-'))
  const order: Omit<Order, 'runId' | 'fence' | 'attempt'> = {
    source: endpoint(pipeline.source),
    destination: endpoint(pipeline.destination),
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
    const written = [pipeline.source, pipeline.destination].map((name) =>
      connectionNamed(defined, name, connectionsPath)
    )
    const places = [order.source, order.destination].map((one) => leadsTo(one, base))
    using local = beginLocalRun({
      folder: state,
      path: file,
      text,
      // Other values read other rows: that is another run.
      connections: JSON.stringify([written, places, Object.entries(parameters).sort()]),
      appends: pipeline.body.streams.some(({ mode }) => mode === 'append'),
      fresh: options.new === true,
      now: Date.now(),
    })
    return await moveLocal(shell, order, local)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    rmSync(folder, { recursive: true, force: true })
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
    onTaken: (index, rows) => {
      const { from, to } = order.streams[index] as Order['streams'][number]
      shell.note(
        `${from} → ${to}: taken as done. Its ${
          countText(rows)
        } rows were appended by the run that began at ` +
          `${local.adopted}, and are not appended again while that run is unfinished.`,
      )
    },
  })
  if (!leavesSomething(result, { adopted: local.adopted !== null, wanted: order.streams.length })) {
    local.finish()
  }
  return exitOf(result)
}

async function move(shell: Shell, order: Order): Promise<RunResult> {
  const view = new ProgressView(shell)
  const onFault = (index: number, fault: unknown) => {
    view.clear()
    explain(shell, order.streams[index]?.from ?? `stream ${index + 1}`, fault)
  }
  const result = await moveRun({ ...order, onFault, ...(shell.json ? {} : { onProgress: view.show }) })
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

function resultText({ status, streams, seconds, run_id: runId }: RunResult): string {
  const rows = streams.map((one) => [
    one.stream,
    one.target,
    one.mode,
    one.route ?? '–',
    one.code ?? one.status,
    countText(one.rows),
    bytesText(one.bytes),
    secondsText(one.seconds),
  ])
  const list = table(['stream', 'target', 'mode', 'route', 'status', 'rows', 'bytes', 'time'], rows)
  return `${list}\n\nRun ${runId} ${status} in ${secondsText(seconds)}.`
}

async function plan(shell: Shell, order: Order): Promise<number> {
  const plans = await planRun(order)
  shell.result({ streams: plans }, plans.map(planText).join('\n\n'))
  return exits.done
}

function planText(one: StreamPlan): string {
  const size = one.estimated_rows === null ? 'size unknown' : `about ${countText(one.estimated_rows)} rows`
  const bytes = one.estimated_bytes === null ? '' : `, ${bytesText(one.estimated_bytes)}`
  return [
    `${one.stream} → ${one.target}  (${one.mode}, ${one.how})`,
    `  route: ${one.route} – ${one.why}`,
    `  size:  ${size}${bytes}`,
    ...one.statements.map((statement) => `  would run: ${statement}`),
  ].join('\n')
}

function limitsOf({ rows, minutes }: { rows?: number | undefined; minutes?: number | undefined }) {
  return { ...(rows === undefined ? {} : { rows }), ...(minutes === undefined ? {} : { minutes }) }
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
