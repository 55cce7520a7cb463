/** One run, from its lease to its report: verify → open → policy → move → report. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, isFaultCode } from '../../shared/faults.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import { MAX_LOG_BYTES } from '../../shared/schemas/run_log.ts'
import type { AgentEdge, Completion, Held } from '../edge_client/agent_edge.ts'
import { type Level, type Log, openRunLog, type RunLog } from '../logs/log.ts'
import { type LogPlace, mayRelay, sealLog } from '../logs/relay.ts'
import type { Limits, moveRun, Order } from '../runs/move.ts'
import { type OpenedJob, openJobAnew, openPolicy } from '../runs/open.ts'
import { orderedStreams } from '../runs/ordered.ts'
import { checkPolicy } from '../runs/policy_check.ts'
import type { Network } from '../network.ts'
import { guardOf } from '../runs/run_guard.ts'
import { checkRunsOfDay } from '../runs/runs_of_day.ts'
import { keepRefusal } from '../runs/refusal.ts'
import { completionOf, completionOfFault } from '../runs/report.ts'
import { markDone, uncountAttempt } from '../runs/attempts.ts'
import { type VerifiedJob, verifyJob, type VerifyOptions } from '../runs/verify.ts'
import { readPipelineAnchor, updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import type { Footings } from '../trust/footing.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'
import { openingKeys } from '../trust/ring.ts'
import { settled } from '../trust/settled.ts'
import { Lease } from './lease.ts'
import { ProgressReport } from './progress_report.ts'
import type { RunTelemetry } from './run_telemetry.ts'
import { handBackForMs, reportEnd } from './report_end.ts'

export interface RunOptions extends VerifyOptions {
  readonly footings: Pick<Footings, 'read' | 'floor' | 'ring'>
  readonly edge: AgentEdge
  readonly move: typeof moveRun
  /** Whose anchor it is. */
  readonly of: { readonly tenant: string; readonly pool: string }
  /** Read anew for every run. */
  readonly localPolicy: () => LocalPolicy
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths of files connections start here. */
  readonly base: string
  /** Folders of runs are made in here. */
  readonly scratch: string
  readonly logs: { readonly folder: string; readonly level: Level }
  readonly holdMemory: number
  /** The way out of this machine; a direct one if absent. */
  readonly network?: Network
  /** The agent's own log: a line a run. */
  readonly log: Log
  /** The runs that this process works on, by id: an edge may hand out the same one once more. */
  readonly working: Map<string, Working>
  /** Aborts when what is held has to be handed back now. */
  readonly handBack: AbortSignal
  /** Aborts with `cancelled` or `lease_lost` when a poll says that; left out: heartbeats alone do. */
  readonly told?: AbortSignal
  /** Where spans and figures of runs go; nowhere if absent. */
  readonly telemetry?: RunTelemetry
  /** Milliseconds between heartbeats; a third of the lease unless said. */
  readonly beatMs?: number
}

/** The newest attempt at a run here. */
export interface Working {
  readonly fence: number
  readonly ended: Promise<void>
}

/** Why a run ends before its streams have. */
type Stop = 'lease_lost' | 'cancelled' | 'released'

/** How long the report of an end is tried: the edge may be down, and by then has given the run to another. */
const reportForMs = 300_000

/**
 * Never throws: what happens is in the report, in the run's log and in the agent's. A run that is worked on already
 * and comes under a newer lease keeps that one, and begins when the attempt before has ended: what that has made on
 * this machine is its own. Under the same lease it is the same attempt, and under an older one nobody's.
 */
export async function runJob(job: RunJob, options: RunOptions): Promise<void> {
  const { working, log } = options
  const { run: { id }, lease: { fence } } = job
  const before = working.get(id)
  if (before !== undefined) {
    log.write('warn', 'a run that is worked on is handed out once more', { run: id, fence })
    if (before.fence >= fence) return
  }
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  working.set(id, { fence, ended })
  try {
    await carryOut(job, options, before?.ended)
  } finally {
    if (working.get(id)?.ended === ended) working.delete(id)
    resolve()
  }
}

async function carryOut(job: RunJob, options: RunOptions, before?: Promise<void>): Promise<void> {
  const { edge, log, handBack, told } = options
  const held: Held = { run: job.run.id, fence: job.lease.fence }
  const ended = new AbortController()
  let stop: Stop | null = null
  const end = (why: Stop) => {
    stop ??= why
    ended.abort(new Fault(why === 'lease_lost' ? 'lease_lost' : 'cancelled'))
  }
  const onHandBack = () => end('released')
  if (handBack.aborted) onHandBack()
  handBack.addEventListener('abort', onHandBack)
  const onTold = () => end(told?.reason === 'lease_lost' ? 'lease_lost' : 'cancelled')
  if (told?.aborted) onTold()
  told?.addEventListener('abort', onTold, { once: true })
  try {
    await using _lease = new Lease({
      edge,
      held,
      onLost: () => end('lease_lost'),
      onCancel: () => end('cancelled'),
      ...(options.beatMs === undefined ? {} : { everyMs: options.beatMs }),
    })
    const stopping: Stopping = { options, held, signal: ended.signal, stopped: () => stop }
    if (before === undefined || await isOver(before, ended.signal)) {
      const work = (said?: Said) => attemptAndReport(job, stopping, said)
      await (options.telemetry?.run(job.run, work) ?? work())
    } else await reportUnbegun(stopping)
  } catch (error) {
    log.write('error', 'a run could not be reported', { run: job.run.id, error })
  } finally {
    handBack.removeEventListener('abort', onHandBack)
  }
}

interface Stopping {
  readonly options: RunOptions
  readonly held: Held
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
  /** Why it was; null before. */
  readonly stopped: () => Stop | null
}

/** Waits for the attempt before; false where this one is stopped first. */
async function isOver(before: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const { promise: stopped, resolve } = Promise.withResolvers<boolean>()
  if (signal.aborted) return false
  signal.addEventListener('abort', () => resolve(false), { once: true })
  return await Promise.race([before.then(() => true), stopped])
}

async function reportUnbegun(stopping: Stopping): Promise<void> {
  const stop = stopping.stopped()
  if (stop === 'lease_lost') return
  await report(adjusted(completionOfFault(new Fault('cancelled')), stop), stopping)
}

type Said = (completion: Completion) => void

async function attemptAndReport(job: RunJob, stopping: Stopping, said?: Said): Promise<void> {
  const { options, held, signal, stopped } = stopping
  const { log } = options
  using runLog = openRunLog(held.run, { ...options.logs, now: options.now })
  log.write('info', 'a run begins', { run: held.run, attempt: job.run.attempt })
  try {
    const attempt = await attemptRun(job, { options, held, log: runLog, signal })
    const stop = stopped()
    const completion = adjusted(attempt.completion, stop)
    said?.(completion)
    runLog.write('info', 'the run ends', { ...completion, stopped: stop })
    log.write(completion.status === 'refused' ? 'warn' : 'info', 'a run ends', {
      run: held.run,
      status: completion.status,
      code: completion.code,
      stopped: stop,
    })
    try {
      // Before the edge hears of it: what it answers does not decide whether the trigger has had its run.
      if (attempt.counted) await remember(job, { completion, stop }, options)
    } finally {
      if (stopped() !== 'lease_lost') {
        if (attempt.place !== null) await relay(runLog, attempt.place, options)
        await report(completion, stopping)
      }
    }
  } catch (error) {
    runLog.write('error', 'the run could not be reported', { error })
    throw error
  }
}

async function report(completion: Completion, { options, held }: Stopping): Promise<void> {
  const { edge, log, handBack } = options
  await reportEnd((signal) => edge.complete(held, completion, signal), {
    forMs: reportForMs,
    handBack,
    onLost: () => log.write('warn', 'the lease was lost before the end was reported', { run: held.run }),
  })
}

/** A run that is handed back is whole or not begun; one that ended all the same is reported as it ended. */
function adjusted(completion: Completion, stop: Stop | null): Completion {
  if (stop !== 'released' || completion.status === 'succeeded' || completion.status === 'refused') {
    return completion
  }
  return { status: 'released', retry: true, streams: [] }
}

interface Attempt {
  readonly options: RunOptions
  readonly held: Held
  readonly log: Log
  readonly signal: AbortSignal
}

interface Attempted {
  readonly completion: Completion
  /** Whether the anchor counts it: what was refused before that changes nothing about its run. */
  readonly counted: boolean
  /** Where the log belongs; null where nobody may have it. */
  readonly place: LogPlace | null
}

/** Throws nothing but what says that the anchor cannot be written. */
async function attemptRun(job: RunJob, attempt: Attempt): Promise<Attempted> {
  const { options, log, signal } = attempt
  const folder = join(options.scratch, `${job.run.id}-${job.lease.fence}`)
  let counted = false
  let place: LogPlace | null = null
  try {
    const verified = await verifyJob(job, options, signal)
    counted = true
    const opened = await openJobAnew(verified, options.footings)
    place = placeOf(verified, { policy: opened.policy, attempt })
    await checkDay(job, { options, policy: opened.policy })
    const order = prepare(job, { ...attempt, verified, opened, folder })
    await options.edge.started(attempt.held, signal)
    using progress = new ProgressReport(options.edge, attempt.held)
    const result = await options.move({ ...order, onProgress: (at) => progress.update(at) })
    const refused = result.streams.find(({ status }) => status === 'refused')?.code ?? null
    if (refused !== null) await keep(job, options, new Fault(refused))
    return { completion: completionOf(result), counted, place }
  } catch (error) {
    log.write('error', 'the run is not carried out', { error })
    if (error instanceof Fault && error.class === 'refused') await keep(job, options, error)
    const before = error instanceof Fault && error.code === 'trigger_used' ? await endOf(job, options) : null
    return { completion: before ?? completionOfFault(error), counted, place }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function keep(job: RunJob, { anchor, of, now }: RunOptions, fault: Fault): Promise<void> {
  await keepRefusal(anchor, of, { fault, run: job.run.id, now: now() })
}

/**
 * How the run ended when its trigger was used, or null. An edge that never heard of it – it was down, or the lease had
 * passed on – hands the run out again: it is told once more, and nothing is opened for it.
 */
async function endOf(job: RunJob, { anchor, of, log }: RunOptions): Promise<Completion | null> {
  const object = await readPipelineAnchor(anchor, { ...of, pipeline: job.run.pipeline_id })
  const ended = object?.runs.find(({ id }) => id === job.run.id)?.ended ?? null
  if (ended === null) return null
  log.write('warn', 'a run that has ended is handed out again', { run: job.run.id, code: 'trigger_used' })
  const { status, code } = ended
  return { status, ...(code !== null && isFaultCode(code) ? { code } : {}), retry: false, streams: [] }
}

interface Placing {
  readonly policy: Policy
  readonly attempt: Attempt
}

function placeOf({ footing, pipeline }: VerifiedJob, { policy, attempt }: Placing): LogPlace | null {
  const { project, id } = pipeline.signed.document
  const { held, options } = attempt
  const place: LogPlace = { footing, project, pipeline: id, agent: options.agentId, held }
  return mayRelay(policy, place) ? place : null
}

/** Throws `limit_reached` when the pipeline has had the runs of the day that the policy allows. */
async function checkDay(
  job: RunJob,
  { options, policy }: { readonly options: RunOptions; readonly policy: Policy },
): Promise<void> {
  const most = policy.limits?.runs_per_day
  if (most === undefined) return
  const of = { ...options.of, pipeline: job.run.pipeline_id }
  checkRunsOfDay((await readPipelineAnchor(options.anchor, of))?.runs ?? [], { id: job.run.id, most })
}

/** For as long as it is worth it: the log stays here too, and the end of the run waits. */
const relayForMs = 30_000

/** To the readers of now, under the policy of now: a run may have taken hours since both were looked at. */
async function relay(runLog: RunLog, place: LogPlace, options: RunOptions): Promise<void> {
  const { edge, handBack, footings } = options
  try {
    const signal = AbortSignal.timeout(handBack.aborted ? handBackForMs : relayForMs)
    const footing = await settled(() => footings.read(signal), { ...options, signal })
    const now = { ...place, footing }
    if (!mayRelay(openPolicy(footing, openingKeys(footing.ring)), now)) return
    await edge.putLog(place.held, sealLog(runLog.written(MAX_LOG_BYTES), now), signal)
  } catch (error) {
    runLog.write('warn', 'the log could not be handed to its readers', { error })
  }
}

interface Preparing extends Attempt {
  readonly verified: VerifiedJob
  readonly opened: OpenedJob
  readonly folder: string
}

function prepare(job: RunJob, { verified, opened, options, log, signal, folder }: Preparing): Order {
  const local = options.localPolicy()
  const { document } = verified.pipeline.signed
  const allowed = checkPolicy(opened, document.limits, {
    local,
    base: options.base,
    env: options.env,
    hide: (secrets) => log.hide(secrets),
  })
  log.write('info', 'the run is verified, opened and allowed', {
    pipeline: document.name,
    attempt: verified.attempt,
    streams: opened.body.streams.length,
    action: verified.order.action,
    parameters: Object.keys(verified.order.parameters),
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const limits: Limits = {
    ...(allowed.limits.rows === undefined ? {} : { rows: allowed.limits.rows }),
    ...(allowed.limits.bytes === undefined ? {} : { bytes: allowed.limits.bytes }),
    ...(document.limits.minutes === undefined ? {} : { minutes: document.limits.minutes }),
    // Attempts of the run so far count: what is left is shared by the tries of this one.
    retries: Math.max(0, document.limits.retries + 1 - verified.attempt),
  }
  return {
    runId: job.run.id,
    fence: job.lease.fence,
    attempt: verified.attempt,
    action: verified.order.action,
    admit: allowed.admit,
    source: allowed.source,
    destination: allowed.destination,
    streams: orderedStreams(opened.body.streams, document.parameters, verified.order.parameters),
    folder,
    base: options.base,
    guard: guardOf(local, allowed.derived),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...(options.telemetry === undefined ? {} : { around: options.telemetry }),
    limits,
    signal,
    holdMemory: options.holdMemory,
    onRetry: (index, { fault, tries, ms }) =>
      log.write('warn', 'a stream is tried again', {
        stream: index,
        error: fault,
        tries,
        ms: Math.round(ms),
      }),
    onFault: (index, error) => log.write('error', 'a stream fails', { stream: index, error }),
  }
}

interface End {
  readonly completion: Completion
  readonly stop: Stop | null
}

/** The trigger has had its run, unless another attempt of it may come. */
async function remember(
  job: RunJob,
  { completion: { status, code, retry }, stop }: End,
  { anchor, of, now }: RunOptions,
): Promise<void> {
  // Without its lease an attempt has the last word on nothing but what it has committed.
  if (stop === 'lease_lost' && status !== 'succeeded') return
  if (retry && status !== 'released') return
  await updatePipelineAnchor(anchor, { ...of, pipeline: job.run.pipeline_id }, (one) => {
    if (status === 'released') return uncountAttempt(one, job.run.id)
    return markDone(one, job.run.id, { ended: { status, code: code ?? null }, now: now() })
  })
}
