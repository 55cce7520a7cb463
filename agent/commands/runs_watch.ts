/** `sallyport runs show|watch`: one run in counts, states and codes. */
import { Fault, isFaultCode, meaningOf } from '../../shared/faults.ts'
import type { RunRecord } from '../../shared/schemas/run.ts'
import { answer, everyPage } from '../edge_client/edge_client.ts'
import { sleep } from '../edge_client/transport.ts'
import { nextStep } from './next_step.ts'
import { bytesText, countText, LiveLines, secondsText } from './progress.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import { exits, type Shell, steady, UsageError } from './shell.ts'
import { facts, table } from './table.ts'

const ends: readonly string[] = ['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead']

/** Looks after which a run that nobody takes is worth a word: about ten seconds. */
const longQueued = 12
const nobody =
  'No agent has taken it yet. Is one running for its pool? sallyport agents list, sallyport doctor'

/** Asks until the run has ended, half a second at first and two later. */
export async function follow(shell: Shell, { edge }: Session, id: string): Promise<RunRecord> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Interruption(id))
  process.once('SIGINT', interrupt)
  const watched = new Watched(shell)
  try {
    for (let asked = 0;; asked++) {
      const run = await answer(
        edge.GET('/v1/runs/{id}', { params: { path: { id } }, signal: stop.signal }),
      ) as RunRecord
      watched.show(run)
      if (ends.includes(run.state)) return run
      if (asked === longQueued && run.state === 'queued') watched.say(nobody)
      await sleep(asked < 10 ? 500 : 2000, stop.signal)
      stop.signal.throwIfAborted()
    }
  } finally {
    watched.clear()
    process.off('SIGINT', interrupt)
  }
}

/** Streams that have a line of their own at most. */
const mostLines = 8

/** What is said about a run while it goes on: on a terminal drawn over, elsewhere a line for each change. */
class Watched {
  readonly #shell: Shell
  readonly #lines = new LiveLines()
  readonly #before = new Map<number, { readonly bytes: number; readonly at: number; readonly rate: number }>()
  #said = ''

  constructor(shell: Shell) {
    this.#shell = shell
  }

  show(run: RunRecord): void {
    const line = progressLine(run)
    if (!this.#shell.animated) {
      if (line !== this.#said) this.#shell.note(line)
      this.#said = line
      return
    }
    const moving = run.streams.filter(({ status }) => status === undefined)
    const shown = moving.slice(0, mostLines).map((stream) => this.#streamLine(stream))
    const more = moving.length > mostLines ? [`  and ${moving.length - mostLines} streams more`] : []
    this.#lines.draw([steady(line), ...shown, ...more])
  }

  say(text: string): void {
    this.#lines.clear()
    this.#shell.note(text)
  }

  clear(): void {
    this.#lines.clear()
  }

  #streamLine({ index, rows, bytes }: RunRecord['streams'][number]): string {
    const now = performance.now()
    const before = this.#before.get(index) ?? { bytes, at: now, rate: 0 }
    const seconds = (now - before.at) / 1000
    const rate = bytes > before.bytes && seconds > 0 ? (bytes - before.bytes) / seconds : before.rate
    // An agent tells less often than it is asked here: a rate is that between two things told.
    if (bytes !== before.bytes || !this.#before.has(index)) this.#before.set(index, { bytes, at: now, rate })
    const counted = rows > 0 ? `  ${countText(rows)} rows` : ''
    const speed = rate > 0 ? `  ${bytesText(Math.round(rate))}/s` : ''
    return `  stream ${index + 1}${counted}  ${bytesText(bytes)}${speed}`
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
  const refused = rejectedOf(streams)
  const aside = refused > 0 ? `, ${countText(refused)} rejected` : ''
  return `${state}${again}${moved}${aside}${code === undefined ? '' : `, ${code}`}`
}

function rejectedOf(streams: RunRecord['streams']): number {
  return streams.reduce((sum, one) => sum + (one.rejected ?? 0), 0)
}

function exitOf({ state }: RunRecord): number {
  if (state === 'succeeded') return exits.done
  if (state === 'refused') return exits.refused
  return ends.includes(state) ? exits.failed : exits.done
}

/** Says how it ended, and what to do about it; the exit code. */
export async function ended(shell: Shell, session: Session, run: RunRecord): Promise<number> {
  const names = await pipelineNames(session, [run])
  shell.result(withName(run, names), runText(run, names))
  if (run.code !== undefined && isFaultCode(run.code)) {
    const next = nextStep(run.code)
    shell.note(`${run.code}: ${meaningOf(run.code).help}${next === null ? '' : ` ${next}`}`)
    shell.note(`The whole story is in its log: sallyport runs logs ${run.id}`)
  }
  tellRedrive(shell, run)
  return exitOf(run)
}

/** What it takes to have it attempted again, where that is to be had. */
function tellRedrive(shell: Shell, { id, redrive }: RunRecord): void {
  if (redrive === undefined) return
  shell.note(
    redrive === 'free'
      ? `It has attempts left: sallyport runs redrive ${id}`
      : `Its attempts are used up. As often again, from what it has committed on: sallyport runs redrive ${id} --sign`,
  )
}

export async function look(
  shell: Shell,
  id: string,
  { options, watch }: { options: SessionOptions; watch: boolean },
): Promise<number> {
  const session = openSession(shell, options)
  if (watch) return await ended(shell, session, await follow(shell, session, id))
  const run = await answer(session.edge.GET('/v1/runs/{id}', { params: { path: { id } } })) as RunRecord
  const names = await pipelineNames(session, [run])
  shell.result(withName(run, names), runText(run, names))
  tellRedrive(shell, run)
  return exits.done
}

/** A run as the API has it, and what its pipeline is called. */
export function withName<R extends { readonly pipeline_id: string }>(
  run: R,
  names: ReadonlyMap<string, string>,
) {
  return { ...run, pipeline: names.get(run.pipeline_id) ?? null }
}

/** By id, of the pipelines of these runs: as far as the caller may read them, and they are still there. */
export async function pipelineNames(
  { edge }: Session,
  runs: readonly { readonly pipeline_id: string }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(runs.map((run) => run.pipeline_id))
  const [only] = ids
  if (only === undefined) return new Map()
  try {
    const found = ids.size === 1
      ? [await answer(edge.GET('/v1/pipelines/{id}', { params: { path: { id: only } } }))]
      : await everyPage((cursor) => answer(edge.GET('/v1/pipelines', { params: { query: cursor } })))
    return new Map(found.map(({ id, name }) => [id, name]))
  } catch (error) {
    if (error instanceof Fault && (error.code === 'forbidden' || error.code === 'not_found')) return new Map()
    throw error
  }
}

function runText(run: RunRecord, names: ReadonlyMap<string, string>): string {
  const seconds = run.started !== undefined && run.finished !== undefined
    ? (Date.parse(run.finished) - Date.parse(run.started)) / 1000
    : null
  const list = facts([
    ['run', run.id],
    ['pipeline', names.get(run.pipeline_id) ?? run.pipeline_id],
    ['state', `${run.state}${run.code === undefined ? '' : ` (${run.code})`}`],
    ['started by', startedBy(run)],
    ['attempt', `${run.attempt} of at most ${run.attempts}`],
    ...(run.redriven === undefined ? [] : [['redriven', String(run.redriven)] as const]),
    ...(run.reason === undefined ? [] : [['reason', run.reason] as const]),
    ['agent', run.agent_id ?? '–'],
    ['created', run.created],
    ...(seconds === null ? [] : [['took', secondsText(seconds)] as const]),
  ])
  const aside = rejectedOf(run.streams) > 0
  const streams = run.streams.map((one) => [
    String(one.index + 1),
    one.route ?? '–',
    one.taken === true ? 'committed before' : one.code ?? one.status ?? 'moving',
    countText(one.rows_read ?? one.rows),
    countText(one.rows),
    ...(aside ? [countText(one.rejected ?? 0)] : []),
    bytesText(one.bytes),
    one.seconds === undefined ? '–' : secondsText(one.seconds),
  ])
  const headings = [
    'stream',
    'route',
    'status',
    'read',
    'written',
    ...(aside ? ['rejected'] : []),
    'bytes',
    'time',
  ]
  const rows = table(headings, streams)
  return rows === '' ? list : `${list}\n\n${rows}`
}

function startedBy({ trigger, action, fire, after }: RunRecord): string {
  if (trigger === 'schedule') return `the schedule, for ${fire ?? 'a time that the edge does not tell'}`
  if (trigger === 'after') return `the end of the run ${after ?? 'that the edge does not tell'}`
  if (trigger === 'webhook') return 'its webhook'
  if (trigger === 'api') return 'the API, unsigned'
  return action === 'run' ? 'a signed request' : `a signed request: ${action}`
}
