/** `sallyport runs logs`: what a run has logged, on its agent's machine, or as the agent sealed it to readers. */
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { Id, Time, Version } from '../../shared/schemas/fields.ts'
import { type RunLog, RunLogBody } from '../../shared/schemas/receipt.ts'
import { schemas } from '../../shared/seal/context.ts'
import type { OpeningKey } from '../../shared/seal/envelope.ts'
import { verifyPooled } from '../../shared/trust/authority.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { printable } from '../edge_client/problem.ts'
import { openingKeyOf, places, readKey } from '../home.ts'
import { readRunLog } from '../logs/log.ts'
import { native } from '../primitives.ts'
import { openRecord } from '../runs/open.ts'
import { agentOptions, configOf } from './agent_options.ts'
import { type PeopleTrust, peopleTrust, readIndex } from './people_trust.ts'
import { findProject, openSession, type Session, type SessionOptions, sessionOptions } from './session.ts'
import { type Shell, UsageError } from './shell.ts'

interface LogsOptions extends SessionOptions {
  readonly relayed?: boolean
  readonly key?: string
}

const logsHelp = `
On the machine of the agent that ran it, its log is shown from there. Elsewhere it is asked for at the edge, where it
lies sealed to the readers of its project if the policy says "relay: { logs: true }": opened here with your reader
key, one part an attempt, each checked to be signed by the pool and to be of this run.

Examples:
  sallyport runs logs 019a…
  sallyport runs logs 019a… --relayed --json`

export function defineRunLogs(command: Command, shell: Shell): void {
  agentOptions(sessionOptions(command.command('logs').description("Show a run's log")), ['logs'])
    .argument('<run>', 'id of the run')
    .option('--relayed', 'what was sealed to readers, also where the log itself is here')
    .option('--key <file>', 'reader key file (default: the one in the home folder)')
    .addHelpText('after', logsHelp)
    .action(shell.action((id: string, options: LogsOptions) => logs(shell, id, options)))
}

async function logs(shell: Shell, id: string, options: LogsOptions): Promise<void> {
  if (!Id.safeParse(id).success) throw new UsageError('That is no id of a run. See: sallyport runs list')
  const text = options.relayed === true ? null : readRunLog(configOf(shell, options).logs, id)
  if (text !== null) {
    const lines = text.trim().split('\n')
    return shell.result(lines.map((line) => JSON.parse(line) as unknown), lines.map(logLine).join('\n'))
  }
  const attempts = await relayed(shell, id, options)
  const parts = attempts.map(({ fence, agent, created, lines }) =>
    [shell.bold(`lease ${fence}, agent ${agent}, ${created}`), ...lines.map(logLine)].join('\n')
  )
  shell.result({ run: id, attempts: attempts.map(asJson) }, parts.join('\n\n'))
}

interface Attempt {
  readonly fence: number
  readonly agent: string
  readonly created: string
  readonly lines: readonly string[]
}

function asJson({ lines, ...attempt }: Attempt): object {
  return { ...attempt, lines: lines.map((line) => jsonOf(line) ?? line) }
}

const Run = z.object({ id: Id, project: Id, pipeline_id: Id, pool: z.string() })
const Stored = z.object({ fence: Version, document: z.unknown(), sealed: z.string(), created: Time })

/** Throws `not_found` where nothing was sealed, and what the checks throw; nothing unchecked is shown. */
async function relayed(shell: Shell, id: string, options: LogsOptions): Promise<Attempt[]> {
  const session = openSession(shell, options)
  const keys = [readerKey(shell, options.key)]
  const trust = await peopleTrust(session, { current: false })
  const params = { path: { id } }
  const run = shaped(Run, await answer(session.edge.GET('/v1/runs/{id}', { params })))
  await checkPool(shell, { session, trust, run })
  const stored = await everyPage(async (cursor) =>
    await answer(session.edge.GET('/v1/runs/{id}/logs', { params: { ...params, query: cursor } }))
  )
  if (stored.length === 0) {
    throw new Fault(
      'not_found',
      'No log of this run was sealed to readers: policy says so (relay), or it is with the agent that ran it.',
    )
  }
  const attempts: Attempt[] = []
  for (const one of stored) {
    const attempt = open(shaped(Stored, one), { trust, run: { ...run, id }, keys })
    const last = attempts.at(-1)
    if (last !== undefined && attempt.fence <= last.fence) {
      throw new Fault('log_refused', 'The edge shows one attempt twice, or not in their order.')
    }
    attempts.push(attempt)
  }
  return attempts
}

function readerKey(shell: Shell, file: string | undefined): OpeningKey {
  const path = file === undefined ? join(shell.home, places.reader) : resolve(file)
  if (existsSync(path)) return openingKeyOf(readKey(path, 'reader'))
  throw new UsageError(`There is no reader key at ${path}. Make one: sallyport keys make --reader`)
}

interface Opening {
  readonly trust: PeopleTrust
  readonly run: z.infer<typeof Run>
  readonly keys: readonly OpeningKey[]
}

function open({ fence, document: dsse, sealed, created }: z.infer<typeof Stored>, opening: Opening): Attempt {
  const { trust: { chain, floor }, run, keys } = opening
  const deny = floor?.deny ?? []
  const { document } = verifyPooled(native, {
    trust: chain.document,
    deny,
    type: 'log',
    pool: run.pool,
    dsse,
  })
  const wanted: Partial<RunLog> = { project: run.project, run: run.id, pipeline: run.pipeline_id, fence }
  const other = Object.entries(wanted).find(([field, value]) => document[field as keyof RunLog] !== value)
  if (other !== undefined) throw new Fault('log_refused', `The log is of another ${other[0]}.`)
  const { tenant, project, agent, commitment } = document
  const { lines } = openRecord(sealed, {
    context: { tenant, project, type: 'log', id: run.id, version: fence, schema: schemas.log },
    keys,
    commitment,
    schema: RunLogBody,
  })
  return { fence, agent, created, lines }
}

interface Checking {
  readonly session: Session
  readonly trust: PeopleTrust
  readonly run: z.infer<typeof Run>
}

/** The edge says which pipeline and pool a run was of: another pool's signature must not pass for the pipeline's. */
async function checkPool(shell: Shell, { session, trust, run }: Checking): Promise<void> {
  const project = await findProject(session, run.project)
  const index = await readIndex(session, trust, project)
  const entry = index?.document.entries[run.pipeline_id]
  if (index === null || entry === undefined || entry.kind !== 'pipeline') {
    return shell.warn('the signed index does not list the pipeline of this run (any more).')
  }
  const { verifiedPipeline } = await import('./pipeline_show.ts')
  const listed = { ...entry, id: run.pipeline_id }
  const { signed } = await verifiedPipeline({ session, trust, project, index }, listed)
  if (signed.document.pool === run.pool) return
  shell.warn(`${entry.name} is for the pool ${signed.document.pool}; this log was signed by ${run.pool}.`)
}

function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = judge(schema, value)
  if (parsed.success) return parsed.data
  const where = parsed.error?.issues[0]?.path.join('.') || 'the top level'
  throw new Fault('edge_unexpected', `The edge's answer is not what its description says, at ${where}.`)
}

function jsonOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : null
  } catch {
    return null
  }
}

/** A line for people: time, level, message, then what belongs to it. Nothing in it steers a terminal. */
function logLine(line: string): string {
  const parsed = jsonOf(line)
  if (parsed === null) return printable(line)
  const { time, level, message, ...rest } = parsed
  const more = Object.entries(rest).map(([name, value]) =>
    `${name}=${typeof value === 'string' ? value : brief(value)}`
  )
  const at = time === undefined ? '' : String(time).slice(11, 23)
  return printable([at.padEnd(12), String(level).padEnd(5), String(message), ...more].join('  '))
}

function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { code, message, stack: _, cause, ...rest } = value as Record<string, unknown>
  if (message === undefined) return JSON.stringify(value)
  const because = cause === undefined ? '' : ` (because: ${brief(cause)})`
  const more = Object.keys(rest).length <= 1 ? '' : ` ${JSON.stringify(rest)}`
  return `${code === undefined ? '' : `${String(code)}: `}${String(message)}${more}${because}`
}
