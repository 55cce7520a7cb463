/** `sallyport run FILE`: a pipeline on this machine, with no edge at all. */
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault, meaningOf } from '../../shared/faults.ts'
import { localGuard } from '../connectors/guard.ts'
import { makePrivateFolder } from '../files.ts'
import { connectionNamed, readConnectionsFile } from '../pipeline_files/connections.ts'
import { readPipelineFile } from '../pipeline_files/pipeline.ts'
import { resolveReferences } from '../references.ts'
import { beginLocalRun } from '../runs/local.ts'
import { type Endpoint, moveRun, type Order, type RunResult, type StreamResult } from '../runs/move.ts'
import { planRun, type StreamPlan } from '../runs/plan.ts'
import { nextStep } from './next_step.ts'
import { bytesText, countText, ProgressView, secondsText } from './progress.ts'
import { type Define, exits, type Shell } from './shell.ts'
import { table } from './table.ts'

const examples = `
Examples:
  sallyport run orders.yaml
  sallyport run orders.yaml --connections prod/connections.yaml
  sallyport run orders.yaml --plan         what would happen; nothing is written
  sallyport run orders.yaml --new          leave an unfinished run of this file behind

Connections are read from connections.yaml beside the file unless --connections says otherwise.
A run that was killed is taken up again by the next run of the same file: what it committed is not doubled.`

interface Options {
  readonly connections?: string
  readonly plan?: boolean
  readonly new?: boolean
  readonly holdMemory?: string
}

export const define: Define = (command, shell) => {
  command
    .argument('<file>', 'the pipeline file')
    .option(
      '--connections <file>',
      'the connections file (default: connections.yaml beside the pipeline file)',
    )
    .option('--plan', 'show routes, sizes and statements; write nothing')
    .option('--new', 'do not go on with an unfinished run of this file')
    .option('--hold-memory <MB>', 'memory for DuckDB on restowed routes (default: 512)')
    .addHelpText('after', examples)
    .action(shell.action((file: string, options: Options) => run(shell, file, options)))
}

async function run(shell: Shell, file: string, options: Options): Promise<number> {
  const { file: pipeline, text } = readPipelineFile(file)
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
    streams: pipeline.body.streams,
    folder,
    base,
    guard: localGuard,
    limits: limitsOf(pipeline.limits),
    signal: abort.signal,
    holdMemory: holdMemoryOf(options.holdMemory),
  }
  try {
    if (options.plan) return await plan(shell, { ...order, runId: 'plan', fence: 0, attempt: 0 })
    const appends = pipeline.body.streams.some(({ mode }) => mode === 'append')
    const local = beginLocalRun({
      folder: state,
      path: file,
      text,
      appends,
      fresh: options.new === true,
      now: Date.now(),
    })
    if (local.adopted !== null) {
      shell.note(`Going on with run ${local.runId}, which began at ${local.adopted} and did not finish.`)
    }
    const result = await move(shell, {
      ...order,
      runId: local.runId,
      fence: local.attempt,
      attempt: local.attempt,
    })
    if (!mayHaveCommitted(result)) local.finish()
    return exitOf(result)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    rmSync(folder, { recursive: true, force: true })
  }
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

/**
 * True when a stream is committed, or may be: it was interrupted, or its database went away and took the answer to
 * COMMIT along. The next run of the file then goes on under the same id, and the ledger tells.
 */
function mayHaveCommitted({ status, streams }: RunResult): boolean {
  if (status === 'succeeded') return false
  const perhaps = ({ status, route, code }: StreamResult) =>
    status === 'cancelled' || (code !== null && meaningOf(code).class === 'transient' && route !== null)
  return streams.some((stream) => stream.status === 'succeeded' || perhaps(stream))
}

function exitOf({ status }: RunResult): number {
  if (status === 'succeeded') return exits.done
  if (status === 'refused') return exits.refused
  return status === 'cancelled' ? exits.interrupted : exits.failed
}
