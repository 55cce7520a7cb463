/** One pipeline: what starts it, its runs, its place in the queue. */
import { z } from 'zod'
import { fromBase64, fromUtf8 } from '../../../shared/bytes.ts'
import { Fault } from '../../../shared/faults.ts'
import { Pipeline } from '../../../shared/schemas/pipeline.ts'
import { PipelineRecord } from '../../../shared/schemas/pipeline_record.ts'
import { PipelinePause, PipelineSchedule } from '../../../shared/schemas/pipeline_schedule.ts'
import { Run } from '../../../shared/schemas/run.ts'
import { Webhook } from '../../../shared/schemas/webhook.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { eventsOf } from '../parts/events.ts'
import { Act, Form, Select, Submit } from '../parts/form.tsx'
import { mayAt, type Names, namesOf } from '../parts/names.ts'
import { RunTable } from '../parts/runs.tsx'
import { PauseAct } from '../parts/schedules.tsx'
import { Tag } from '../parts/text.tsx'
import { Starts, startsItself, WebhookCard } from '../parts/triggers.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { idIn } from './run.tsx'

const Runs = z.object({ data: z.array(Run) })
const Queueing = z.object({ priority: z.number() })
const Labels = z.object({ labels: z.array(z.string()) })
const NEWEST = 10

export const pipelinePage = page<ConsoleVisitor>({
  id: 'consolePipeline',
  path: '/console/pipelines/{id}',
  permission: 'pipelines.read',
  async handle(context) {
    const { ask, visitor, now } = context
    const id = idIn(context.params)
    const pipeline = await ask(`GET /v1/pipelines/${id}`, PipelineRecord)
    const may = await mayAt(ask, pipeline.project)
    const signed = documentOf(pipeline)
    const { after } = signed.triggers
    const [{ paused }, schedule, webhook, queueing, { labels }, runs, names, followed] = await Promise.all([
      ask(`GET /v1/pipelines/${id}/pause`, PipelinePause),
      optional(ask(`GET /v1/pipelines/${id}/schedule?count=10`, PipelineSchedule)),
      optional(ask(`GET /v1/pipelines/${id}/webhook`, Webhook)),
      ask(`GET /v1/pipelines/${id}/queueing`, Queueing),
      ask(`GET /v1/pipelines/${id}/labels`, Labels),
      may.has('runs.read') ? ask(`GET /v1/runs?pipeline=${id}&limit=${NEWEST}`, Runs) : null,
      namesOf(context, 'connections', 'projects'),
      after === undefined ? null : optional(ask(`GET /v1/pipelines/${after.pipeline}`, PipelineRecord)),
    ])
    const events = visitor.permissions.has('audit.read') ? await eventsOf(ask, { id, webhook }) : null
    const { name } = pipeline
    const pauses = may.has('runs.write') && startsItself(signed)
    return room(context, {
      title: name,
      lead: (
        <>
          {names.of('connections', pipeline.source)} → {names.of('connections', pipeline.destination)}{' '}
          {paused === undefined ? null : <Tag look='warn'>Paused</Tag>}
        </>
      ),
      acts: (
        <>
          <a class='button' href={`/console/pipelines/${id}`}>Refresh</a>
          {pauses ? <PauseAct pipeline={{ id, name, paused: paused !== undefined }} /> : null}
          {may.has('runs.write') ? <RunNow signed={signed} /> : null}
        </>
      ),
      children: (
        <>
          <div class='columns'>
            <Starts {...{ signed, schedule, paused, events, now }} followed={followed?.name} />
            <Place
              {...{ pipeline, labels, names, priority: queueing.priority }}
              may={may.has('pipelines.write')}
            />
          </div>
          <WebhookCard {...{ signed, webhook, events }} may={may.has('pipelines.write')} />
          {runs === null ? null : (
            <RunTable
              caption='Newest runs'
              rows={runs.data}
              names={{ ...names, of: (source, one) => one === id ? name : names.of(source, one) }}
              now={now}
              mayWrite={() => may.has('runs.write')}
              pipeline={false}
              more={runs.data.length === NEWEST ? `/console/runs?pipeline=${id}` : null}
              empty={
                <>
                  <strong>It has not run yet.</strong>
                  <code>sallyport runs start {name}</code>
                </>
              }
            />
          )}
        </>
      ),
    })
  },
})

/** Null for what is not there: a pipeline without a schedule or a webhook, or one that no index lists. */
async function optional<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.class === 'request') return null
    throw error
  }
}

/** What its author signed, as the edge can read it: it was checked when it was stored, and agents check it again. */
function documentOf({ document }: PipelineRecord): Pipeline {
  return Pipeline.parse(JSON.parse(fromUtf8(fromBase64(document.payload))))
}

/** Where the signed document lets anybody who may start runs do so without a signature. */
function RunNow({ signed: { id, name, triggers, parameters } }: { readonly signed: Pipeline }) {
  if (triggers.api === undefined || Object.keys(parameters).length > 0) return null
  return (
    <Act
      call='POST /v1/runs'
      fields={{ pipeline_id: id }}
      next='/console/runs/{id}'
      confirm={`${name} runs once, now. It counts among the ${triggers.api.per_day} a day that were signed.`}
      confirmAs='Run now'
      label={`Run now: ${name}`}
      class='primary'
    >
      Run now
    </Act>
  )
}

const priorities = Array.from({ length: 10 }, (_, i) => 9 - i)
const called: Readonly<Record<number, string>> = { 9: '9: first', 5: '5: usual', 0: '0: last' }

function Place(
  { pipeline, labels, names, priority, may }: {
    readonly pipeline: PipelineRecord
    readonly labels: readonly string[]
    readonly names: Names
    readonly priority: number
    readonly may: boolean
  },
) {
  return (
    <section class='card' aria-labelledby='place'>
      <h2 id='place'>Where it runs</h2>
      <dl class='facts'>
        <dt>Project</dt>
        <dd>{names.of('projects', pipeline.project)}</dd>
        <dt>Pool</dt>
        <dd>
          <code>{pipeline.pool}</code>
        </dd>
        <dt>Labels</dt>
        <dd>{labels.length === 0 ? 'any agent of the pool' : labels.map((label) => <code>{label}</code>)}</dd>
        <dt>Version</dt>
        <dd>{pipeline.version}</dd>
        {may ? null : (
          <>
            <dt>Priority</dt>
            <dd>{priority}</dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <code>{pipeline.id}</code>
        </dd>
      </dl>
      {may
        ? (
          <Form call={`PUT /v1/pipelines/${pipeline.id}/queueing`} label='Priority'>
            <Select
              name='priority'
              label='Priority'
              value={String(priority)}
              as='json'
              hint='Among the runs of its project, for runs made from now on. A step is worth five minutes.'
              options={priorities.map((one) => ({ value: String(one), label: called[one] ?? String(one) }))}
            />
            <div>
              <Submit class=''>Save the priority</Submit>
            </div>
          </Form>
        )
        : null}
    </section>
  )
}
