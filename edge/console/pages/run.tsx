/** One run: why it ended, what it has been through, and what of it was committed. */
import { z } from 'zod'
import { Id } from '../../../shared/schemas/fields.ts'
import { RunRecord, type RunStream, RunTimeline } from '../../../shared/schemas/run.ts'
import { Fault } from '../../../shared/faults.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { holding, type Names, namesOf, shortId } from '../parts/names.ts'
import {
  CancelRun,
  Cause,
  Command,
  isUnderWay,
  NextAttempt,
  ran,
  RedriveRun,
  StateTag,
  triggerNames,
} from '../parts/runs.tsx'
import { Table } from '../parts/table.tsx'
import { type Fact, Facts } from '../parts/facts.tsx'
import { bytes, count, lasting, said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

type Event = z.infer<typeof RunTimeline>['events'][number]

/** What stands in an address as an id; one that cannot be is nothing that is here. Throws Fault `not_found`. */
export function idIn(params: Readonly<Record<string, string>>): string {
  const parsed = Id.safeParse(params['id'])
  if (!parsed.success) throw new Fault('not_found')
  return parsed.data
}

export const runPage = page<ConsoleVisitor>({
  id: 'consoleRun',
  path: '/console/runs/{id}',
  permission: 'runs.read',
  async handle(context) {
    const { ask, visitor, now } = context
    const id = idIn(context.params)
    const [run, timeline, names] = await Promise.all([
      ask(`GET /v1/runs/${id}`, RunRecord),
      ask(`GET /v1/runs/${id}/timeline`, RunTimeline),
      namesOf(context, 'pipelines', 'projects', 'agents'),
    ])
    const mayWrite = await holding(ask, { permission: 'runs.write', projects: [run.project], visitor })
    const may = mayWrite(run.project)
    const name = names.of('pipelines', run.pipeline_id)
    return room(context, {
      title: `${name} ${shortId(id)}`,
      lead: (
        <>
          <StateTag run={run} /> · <a href={`/console/pipelines/${run.pipeline_id}`}>{name}</a> ·{' '}
          {triggerNames[run.trigger]} · made <When at={run.created} />
        </>
      ),
      acts: (
        <>
          <a class='button' href={`/console/runs/${id}`}>Refresh</a>
          {may ? <CancelRun run={run} name={name} /> : null}
        </>
      ),
      children: (
        <>
          <Why run={run} name={name} may={may} now={now} />
          <RunFacts run={run} names={names} now={now} />
          <Timeline events={timeline.events} names={names} />
          <Streams streams={run.streams} />
          <Log id={id} />
        </>
      ),
    })
  },
})

interface Shown {
  readonly run: RunRecord
  readonly now: number
}

function Why({ run, name, may, now }: Shown & { readonly name: string; readonly may: boolean }) {
  if (run.code === undefined && run.redrive === undefined) return null
  const again = run.state === 'queued' && run.next_attempt !== undefined
  return (
    <section class='card' aria-labelledby='why'>
      <h2 id='why'>{isUnderWay(run) ? 'Why the attempt before ended' : 'Why it ended'}</h2>
      {run.code === undefined ? null : (
        <p>
          <Cause code={run.code} />
        </p>
      )}
      {again
        ? (
          <p>
            It is attempted again <NextAttempt at={run.next_attempt as string} now={now} />.
          </p>
        )
        : null}
      {run.reason === undefined ? null : (
        <p>
          <a href={`/console/runs?reason=${run.reason}`}>Runs that ended for the same reason</a>
        </p>
      )}
      {run.redrive === undefined ? null : <Again run={run} name={name} may={may} />}
    </section>
  )
}

function Again({ run, name, may }: Omit<Shown, 'now'> & { readonly name: string; readonly may: boolean }) {
  if (run.redrive === 'signed') {
    return (
      <div class='stack'>
        <p>
          Its attempts are used up. Once the cause is mended, more of them take your signature, which a page
          cannot give: run this on the machine that has your signer key. What the run has committed is not
          loaded twice.
        </p>
        <Command>sallyport runs redrive {run.id} --sign</Command>
      </div>
    )
  }
  if (!may) return <p class='muted'>It has attempts left: who may start runs here can have it redriven.</p>
  return (
    <div class='stack'>
      <p>It has attempts left. What it has committed is not loaded twice.</p>
      <RedriveRun run={run} name={name} />
    </div>
  )
}

function RunFacts({ run, names, now }: Shown & { readonly names: Names }) {
  const agent = run.agent_id
  const facts: readonly Fact[] = [
    ['Project', names.of('projects', run.project)],
    ['Pool', <code>{run.pool}</code>],
    ['Action', said(run.action)],
    ['Attempt', `${run.attempt} of ${run.attempts}`],
    ['Waits', run.state === 'queued' ? <a href='/console/queue'>the queue says for what</a> : null],
    [
      'Agent',
      agent === undefined ? null : <a href={`/console/agents/${agent}`}>{names.of('agents', agent)}</a>,
    ],
    ['Stands for', run.fire === undefined ? null : <When at={run.fire} />],
    [
      'Follows',
      run.after === undefined ? null : <a href={`/console/runs/${run.after}`}>{shortId(run.after)}</a>,
    ],
    ['Started', <When at={run.started} never='not yet' />],
    ['Ended', run.finished === undefined ? null : <When at={run.finished} />],
    ['Took', run.started === undefined ? null : ran(run, now)],
    ['Next attempt', run.next_attempt === undefined ? null : <NextAttempt at={run.next_attempt} now={now} />],
    ['Priority', String(run.priority)],
    ['Version of the pipeline', run.version === undefined ? null : String(run.version)],
    ['Redriven', run.redriven === undefined ? null : `${run.redriven}×`],
    ['Id', <code>{run.id}</code>],
  ]
  return <Facts title='What it is' facts={facts} />
}

const kinds: Readonly<Record<Event['kind'], string>> = {
  created: 'Made',
  claimed: 'Picked up',
  started: 'Began',
  succeeded: 'Succeeded',
  partial: 'Came to a part',
  failed: 'Failed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  released: 'Given back',
  expired: 'Agent lost',
  overrun: 'Took too long',
  withdrawn: 'Withdrawn',
  redriven: 'Redriven',
  ended: 'Ended',
}
const good = ['succeeded']
const bad = ['partial', 'failed', 'refused', 'expired', 'overrun', 'withdrawn']

function Timeline({ events, names }: { readonly events: readonly Event[]; readonly names: Names }) {
  return (
    <section class='card' aria-labelledby='timeline'>
      <h2 id='timeline'>Timeline</h2>
      <ol class='timeline'>
        {events.map((event, i) => (
          <li>
            <When at={event.at} seconds />
            <div>
              <EventTag kind={event.kind} />
              {event.fence === undefined ? null : <span class='muted small'>lease {event.fence}</span>}
              {event.agent_id === undefined
                ? null
                : <span class='muted small'>{names.of('agents', event.agent_id)}</span>}
              <Since events={events} at={i} />
              {event.code === undefined ? null : <Cause code={event.code} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function EventTag({ kind }: { readonly kind: Event['kind'] }) {
  if (good.includes(kind)) return <Tag look='good'>{kinds[kind]}</Tag>
  return bad.includes(kind) ? <Tag look='bad'>{kinds[kind]}</Tag> : <Tag>{kinds[kind]}</Tag>
}

/** How long after the event before, where that is worth saying. */
function Since({ events, at }: { readonly events: readonly Event[]; readonly at: number }) {
  const [before, here] = [events[at - 1], events[at]]
  if (before === undefined || here === undefined) return null
  const ms = Date.parse(here.at) - Date.parse(before.at)
  return ms <= 0 ? null : <span class='muted small nowrap'>after {lasting(ms)}</span>
}

function Streams({ streams }: { readonly streams: readonly RunStream[] }) {
  return (
    <Table<RunStream>
      caption='Streams'
      rows={streams}
      empty={
        <>
          <strong>No stream has moved anything yet.</strong>
          <span>They are counted here from when an agent moves the first rows.</span>
        </>
      }
      columns={[
        { head: 'Stream', cell: ({ index }) => `#${index + 1}` },
        {
          head: 'State',
          cell: ({ status, taken }) => (
            <>
              {status === undefined ? <Tag look='warn'>running</Tag> : <StreamTag status={status} />}
              {taken ? <span class='muted small'>by an attempt before</span> : null}
            </>
          ),
        },
        { head: 'Rows read', cell: ({ rows_read }) => rows_read === undefined ? '–' : count(rows_read) },
        { head: 'Rows written', cell: ({ rows }) => count(rows) },
        { head: 'Rejected', cell: ({ rejected }) => rejected === undefined ? '–' : count(rejected) },
        { head: 'Size', cell: (stream) => <span class='nowrap'>{bytes(stream.bytes)}</span> },
        {
          head: 'Took',
          cell: ({ seconds }) =>
            seconds === undefined ? '–' : <span class='nowrap'>{lasting(seconds * 1000)}</span>,
        },
        { head: 'Why', cell: ({ code }) => code === undefined ? null : <Cause code={code} /> },
      ]}
    />
  )
}

function StreamTag({ status }: { readonly status: NonNullable<RunStream['status']> }) {
  if (status === 'cancelled') return <Tag>{status}</Tag>
  return <Tag look={status === 'succeeded' ? 'good' : 'bad'}>{status}</Tag>
}

function Log({ id }: { readonly id: string }) {
  return (
    <section class='card' aria-labelledby='log'>
      <header>
        <h2 id='log'>Log</h2>
        <p>
          Names of streams and what databases said are sealed to your readers. Open them where the reader key
          is, or on the agent’s machine.
        </p>
      </header>
      <Command>sallyport runs logs {id}</Command>
    </section>
  )
}
