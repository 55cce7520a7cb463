/** What starts a pipeline: its schedule, its webhook, another pipeline, and who asks for a run. */
import type { Child } from 'hono/jsx'
import type { Pipeline } from '../../../shared/schemas/pipeline.ts'
import type { PipelineSchedule } from '../../../shared/schemas/pipeline_schedule.ts'
import type { Webhook } from '../../../shared/schemas/webhook.ts'
import { LOOKED_THROUGH, type TriggerEvents } from './events.ts'
import { Act, Field, Form, Submit } from './form.tsx'
import { shortId } from './names.ts'
import { Fires, NextFire, rulesOf } from './schedules.tsx'
import { Ago, count, counted, When } from './text.tsx'

/** Whether anything but a person or a program that asks for a run starts it: that is what a pause holds up. */
export function startsItself({ triggers: { schedule, after, webhook } }: Pipeline): boolean {
  return schedule !== undefined || after !== undefined || webhook !== undefined
}

export function Starts(
  { signed: { triggers }, followed, schedule, paused, events, now }: {
    readonly signed: Pipeline
    /** Name of the pipeline that it follows, where there is one that may be seen. */
    readonly followed: string | undefined
    readonly schedule: PipelineSchedule | null
    readonly paused: string | undefined
    readonly events: TriggerEvents | null
    readonly now: number
  },
) {
  const { api, after, webhook } = triggers
  const ways: readonly (readonly [string, Child])[] = [
    ['Schedule', schedule === null ? null : <Fires schedule={schedule} />],
    ['Next', schedule === null ? null : <NextFire paused={paused} next={schedule.next[0]} now={now} />],
    ['Paused', schedule !== null || paused === undefined ? null : <When at={paused} />],
    ['Rules', schedule === null ? null : rulesOf(schedule)],
    [
      'After',
      after === undefined ? null : (
        <>
          <a href={`/console/pipelines/${after.pipeline}`}>{followed ?? shortId(after.pipeline)}</a>{' '}
          {after.on.join(', ')}, at most {count(after.per_day)} a day
        </>
      ),
    ],
    ['Webhook', webhook === undefined ? null : `at most ${count(webhook.per_day)} runs a day`],
    ['API', api === undefined ? null : `at most ${count(api.per_day)} runs a day`],
    ['Signed request', 'from who may sign runs'],
  ]
  return (
    <section class='card' aria-labelledby='starts'>
      <h2 id='starts'>What starts it</h2>
      <dl class='facts'>
        {ways.filter(([, value]) => value !== null).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {schedule === null || schedule.next.length < 2 ? null : <Next times={schedule.next} now={now} />}
      {schedule === null || events === null ? null : <Skipped events={events} />}
    </section>
  )
}

function Next({ times, now }: { readonly times: readonly string[]; readonly now: number }) {
  return (
    <details class='more'>
      <summary>Next {times.length} starts</summary>
      <ol class='times'>
        {times.map((at) => (
          <li>
            <When at={at} />{' '}
            <span class='muted small'>
              <Ago at={at} now={now} />
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}

function Skipped({ events: { skipped } }: { readonly events: TriggerEvents }) {
  const [last] = skipped
  if (last === undefined) {
    return (
      <p class='muted small'>
        Nothing skipped in the newest {count(LOOKED_THROUGH)} entries of the audit log.
      </p>
    )
  }
  const why = last.missed ? 'it was missed, and not made up for' : 'a run was under way'
  return (
    <p class='note warn'>
      Last skipped: the fire of <When at={last.fire} />, as {why}. {counted(skipped.length, 'skip')}{' '}
      in the newest {count(LOOKED_THROUGH)} entries of the audit log.
    </p>
  )
}

export function WebhookCard(
  { signed: { id, name, triggers }, webhook, events, may }: {
    readonly signed: Pipeline
    readonly webhook: Webhook | null
    readonly events: TriggerEvents | null
    readonly may: boolean
  },
) {
  if (webhook === null && triggers.webhook === undefined) return null
  return (
    <section class='card' aria-labelledby='webhook'>
      <header>
        <h2 id='webhook'>Webhook</h2>
        <p>Where another program starts {name}, signed with a secret of its own.</p>
      </header>
      {webhook === null
        ? may
          ? (
            <Act
              call={`POST /v1/pipelines/${id}/webhook`}
              once={{ field: 'secret', called: 'the secret of the webhook' }}
              class=''
            >
              Make the webhook
            </Act>
          )
          : <p class='muted'>There is none. Who may change pipelines here can make it.</p>
        : <Made {...{ id, name, webhook, events, may }} />}
      {webhook !== null && triggers.webhook === undefined
        ? <p class='note warn'>What was signed allows it no run: calls of it start nothing.</p>
        : null}
    </section>
  )
}

function Made(
  { id, name, webhook, events, may }: {
    readonly id: string
    readonly name: string
    readonly webhook: Webhook
    readonly events: TriggerEvents | null
    readonly may: boolean
  },
) {
  return (
    <>
      <dl class='facts'>
        <dt>Address</dt>
        <dd>
          <code>{webhook.url}</code>
        </dd>
        <dt>Made</dt>
        <dd>
          <When at={webhook.created} />
        </dd>
        <dt>Secret changed</dt>
        <dd>
          <When at={webhook.rotated} />
        </dd>
        {webhook.older_until === undefined ? null : (
          <>
            <dt>The one before counts until</dt>
            <dd>
              <When at={webhook.older_until} />
            </dd>
          </>
        )}
      </dl>
      {events === null ? null : <Refused events={events} />}
      {may ? <Change id={id} name={name} /> : null}
    </>
  )
}

function Refused({ events: { refused } }: { readonly events: TriggerEvents }) {
  const [last] = refused
  if (last === undefined) {
    return (
      <p class='muted small'>
        No call refused in the newest {count(LOOKED_THROUGH)} entries of the audit log.
      </p>
    )
  }
  return (
    <p class='note warn'>
      <strong>Calls are refused: the signature does not hold.</strong> Last said <When at={last.time} />
      {last.failures > 1 ? `, ${last.failures} times within ten minutes` : ''}. A caller has an old secret or
      a wrong clock, or somebody tries. No run was started by it.
    </p>
  )
}

function Change({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <div class='row bottom'>
      <Form
        call={`POST /v1/pipelines/${id}/webhook/rotate`}
        once={{ field: 'secret', called: 'the new secret of the webhook' }}
        confirm={`Callers of ${name} need the new secret before the one of now stops counting.`}
        confirmAs='Change the secret'
        label='Change the secret'
        class='filter'
      >
        <Field
          name='overlap_hours'
          label='Hours that the old secret still counts'
          type='number'
          min={0}
          max={720}
          value={24}
          required
        />
        <Submit class=''>Change the secret</Submit>
      </Form>
      <Act
        call={`DELETE /v1/pipelines/${id}/webhook`}
        confirm={`No call starts ${name} any more. A new webhook has another address.`}
        confirmAs='Delete the webhook'
        class='danger'
      >
        Delete the webhook
      </Act>
    </div>
  )
}
