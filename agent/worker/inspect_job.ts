/** An order to look at a connection, from its lease to its report: verify → open → policy → look → seal → report. */
import { Fault } from '../../shared/faults.ts'
import type { CatalogueBody } from '../../shared/schemas/catalogue.ts'
import { type InspectJob, MAX_CATALOGUE_BYTES } from '../../shared/schemas/inspection.ts'
import { discover } from '../catalogue/discover.ts'
import { verifyInspection } from '../catalogue/inspection_check.ts'
import { Look } from '../catalogue/look.ts'
import { openInspection, permit } from '../catalogue/permit.ts'
import { checkRelay, sealCatalogue } from '../catalogue/seal_catalogue.ts'
import { passes, testConnection } from '../catalogue/test_connection.ts'
import type { AgentEdge, InspectionEnd } from '../edge_client/agent_edge.ts'
import { type Level, type Log, openRunLog } from '../logs/log.ts'
import { directNetwork, type Network } from '../network.ts'
import { openPolicy } from '../runs/open.ts'
import { keepRefusal } from '../runs/refusal.ts'
import type { VerifyOptions } from '../runs/verify.ts'
import type { Footings } from '../trust/footing.ts'
import type { LocalPolicy } from '../trust/local_policy.ts'
import { openingKeys } from '../trust/ring.ts'
import { settled } from '../trust/settled.ts'
import { reportEnd } from './report_end.ts'

export interface InspectOptions extends VerifyOptions {
  readonly footings: Pick<Footings, 'read' | 'floor' | 'ring'>
  readonly edge: AgentEdge
  /** Whose anchor it is. */
  readonly of: { readonly tenant: string; readonly pool: string }
  /** Read anew for every order. */
  readonly localPolicy: () => LocalPolicy
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths of files connections start here. */
  readonly base: string
  readonly scratch: string
  readonly logs: { readonly folder: string; readonly level: Level }
  readonly network?: Network
  readonly log: Log
  /** Orders that this process has had, and until when they are good: each is carried out once. */
  readonly had: Map<string, number>
  /** Aborts when what is held has to be handed back now. */
  readonly handBack: AbortSignal
}

/** The lease is two minutes and is not renewed. */
const lookForMs = 100_000
const reportForMs = 60_000
const most = { mostStreams: 20_000, mostBytes: Math.floor(MAX_CATALOGUE_BYTES * 0.75) }

/** Never throws: what happens is in the report, in the order's log and in the agent's. */
export async function inspectJob(job: InspectJob, options: InspectOptions): Promise<void> {
  const { handBack, log } = options
  const { inspection, lease: { fence } } = job
  const ended = AbortSignal.any([handBack, AbortSignal.timeout(lookForMs)])
  log.write('info', 'a look at a connection begins', { inspection })
  try {
    const end = await attempt(job, options, ended)
    const { status, code } = end
    log.write(status === 'refused' ? 'warn' : 'info', 'a look at a connection ends', {
      inspection,
      status,
      code,
    })
    await reportEnd((signal) => options.edge.completeInspection({ inspection, fence }, end, signal), {
      forMs: reportForMs,
      handBack,
      onLost: () => log.write('warn', 'the lease was lost before the end was reported', { inspection }),
    })
  } catch (error) {
    log.write('error', 'a look at a connection could not be reported', { inspection, error })
  }
}

/** Throws nothing but what says that the anchor cannot be written. */
async function attempt(job: InspectJob, options: InspectOptions, ended: AbortSignal): Promise<InspectionEnd> {
  const { handBack, anchor, of, now } = options
  using log = openRunLog(job.inspection, { ...options.logs, now })
  try {
    const found = await untilAborted(carryOut(job, { options, log, signal: ended }), ended)
    return { status: 'succeeded', ...found }
  } catch (error) {
    log.write('error', 'the order is not carried out', { error })
    if (handBack.aborted) return { status: 'released', count: 0 }
    const fault = ended.aborted ? new Fault('time_over_limit') : faultOf(error)
    if (fault.class !== 'refused') return { status: 'failed', code: fault.code, count: 0 }
    await keepRefusal(anchor, of, { fault, run: job.inspection, now: now() })
    return { status: 'refused', code: fault.code, count: 0 }
  }
}

function faultOf(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault('engine_failed', undefined, { cause: error })
}

interface Carrying {
  readonly options: InspectOptions
  readonly log: Log
  readonly signal: AbortSignal
}

async function carryOut(
  job: InspectJob,
  { options, log, signal }: Carrying,
): Promise<Pick<InspectionEnd, 'count' | 'found'>> {
  const { footings, agentId, now } = options
  const verified = await verifyInspection(job, options, signal)
  const { action, direction, project, expires } = verified.order.signed.document
  once(job.inspection, Date.parse(expires), options)
  const opened = await openInspection(verified, footings)
  checkRelay(opened.policy, { footing: verified.footing, project })
  const { base, env } = options
  const local = options.localPolicy()
  const hide = (secrets: readonly string[]) => log.hide(secrets)
  const permitted = permit(opened, { direction, local, base, env, hide })
  log.write('info', 'the order is verified, opened and allowed', { action, direction })
  await using look = new Look({
    type: opened.connection.kind,
    parsed: permitted.parsed,
    base,
    guard: permitted.guard,
    network: options.network ?? directNetwork,
    scratch: options.scratch,
    id: job.inspection,
  })
  const asked = { ...permitted, direction, names: opened.names, now }
  const found = action === 'test'
    ? await testConnection(look, asked, signal)
    : await discover(look.source(), {
      patterns: opened.names,
      ...most,
      allowed: (name) => passes(() => permitted.allow(name)),
      now,
    }, signal)
  // To the readers of now, under the policy of now.
  const footing = await settled(() => footings.read(signal), { ...options, signal })
  checkRelay(openPolicy(footing, openingKeys(footing.ring)), { footing, project })
  return {
    count: countOf(found),
    found: sealCatalogue(found, { order: verified, footing, agent: agentId, now: now() }),
  }
}

/** Throws `trigger_used` when this process has had it; what has expired is forgotten. */
function once(id: string, until: number, { had, now }: InspectOptions): void {
  for (const [one, end] of had) if (end <= now()) had.delete(one)
  if (had.has(id)) throw new Fault('trigger_used', 'This order has been carried out here.')
  had.set(id, until)
}

function countOf(found: CatalogueBody): number {
  if (found.action === 'discover') return found.streams.length
  return found.checks.filter(({ code }) => code !== null).length
}

/** A connector that hears nothing is not waited for. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    signal.throwIfAborted()
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    work.catch(() => undefined)
  }
}
