/** Runs as rows of a table and in words, alike on every page that shows some. */
import type { Child } from 'hono/jsx'
import { type FaultCode, meaningOf } from '../../../shared/faults.ts'
import type { Run, RunState } from '../../../shared/schemas/run.ts'
import { Act } from './form.tsx'
import { type Names, shortId } from './names.ts'
import { type Column, Table } from './table.tsx'
import { Ago, lasting, Tag, When } from './text.tsx'

const looks: Readonly<Record<RunState, 'good' | 'warn' | 'bad' | undefined>> = {
  queued: undefined,
  leased: 'warn',
  running: 'warn',
  succeeded: 'good',
  partial: 'bad',
  failed: 'bad',
  refused: 'bad',
  cancelled: undefined,
  dead: 'bad',
}

/** What the states are called: `leased` is one that an agent has, and has not begun. */
export const stateNames: Readonly<Record<RunState, string>> = {
  queued: 'Queued',
  leased: 'Starting',
  running: 'Running',
  succeeded: 'Succeeded',
  partial: 'Partial',
  failed: 'Failed',
  refused: 'Refused',
  cancelled: 'Cancelled',
  dead: 'Dead',
}

export const triggerNames: Readonly<Record<Run['trigger'], string>> = {
  request: 'Signed request',
  api: 'API',
  schedule: 'Schedule',
  webhook: 'Webhook',
  after: 'After another pipeline',
}

export function StateTag({ run }: { readonly run: Pick<Run, 'state' | 'next_attempt' | 'cancel'> }) {
  const look = looks[run.state]
  const retries = run.state === 'queued' && run.next_attempt !== undefined
  const stops = run.cancel && isUnderWay(run)
  const words = stops ? 'Cancelling' : retries ? 'Retrying' : stateNames[run.state]
  return <Tag {...(look === undefined ? retries || stops ? { look: 'warn' } : {} : { look })}>{words}</Tag>
}

export function isUnderWay({ state }: Pick<Run, 'state'>): boolean {
  return state === 'queued' || state === 'leased' || state === 'running'
}

/** A code with what it means. */
export function Cause({ code }: { readonly code: FaultCode | undefined }) {
  if (code === undefined) return null
  return (
    <>
      <code>{code}</code> <span class='muted small help'>{meaningOf(code).help}</span>
    </>
  )
}

/** How long it has been at work, or was. */
export function ran({ started, finished }: Pick<Run, 'started' | 'finished'>, now: number): string {
  if (started === undefined) return '–'
  return lasting(Math.max(0, (finished === undefined ? now : Date.parse(finished)) - Date.parse(started)))
}

export function CancelRun({ run, name }: { readonly run: Run; readonly name: string }) {
  if (!isUnderWay(run) || run.cancel) return null
  return (
    <Act
      call={`POST /v1/runs/${run.id}/cancel`}
      confirm={`The run of ${name} ends: what it has not committed is not loaded.`}
      confirmAs='Cancel the run'
      label={`Cancel the run ${shortId(run.id)} of ${name}`}
      class='slim danger'
    >
      Cancel
    </Act>
  )
}

/** Only where it takes no signature: a page has no key. */
export function RedriveRun({ run, name }: { readonly run: Run; readonly name: string }) {
  if (run.redrive !== 'free') return null
  return (
    <Act
      call={`POST /v1/runs/${run.id}/redrive`}
      confirm={`The run of ${name} is attempted again, as the same run: what it has committed is not loaded twice.`}
      confirmAs='Redrive'
      label={`Redrive the run ${shortId(run.id)} of ${name}`}
      class='slim primary'
    >
      Redrive
    </Act>
  )
}

/** A command for the reader's own machine. */
export function Command({ children }: { readonly children: Child }) {
  return <pre tabindex={0} aria-label='Command'><code>{children}</code></pre>
}

/** `mayWrite`: whether the visitor may cancel and redrive in that project. */
export function RunTable(
  props: {
    readonly caption: string
    readonly rows: readonly Run[]
    readonly names: Names
    readonly now: number
    readonly mayWrite: (project: string) => boolean
    readonly empty: Child
    readonly more?: string | null
    /** Where all are of one pipeline its name says nothing. */
    readonly pipeline?: boolean
  },
) {
  const { rows, names, now, mayWrite, pipeline = true, ...table } = props
  const acts: Column<Run>[] = rows.some((run) => mayWrite(run.project) && hasActs(run))
    ? [{
      head: 'What you can do',
      acts: true,
      cell: (run) => {
        const name = names.of('pipelines', run.pipeline_id)
        if (!mayWrite(run.project)) return null
        return (
          <div class='row end'>
            <RedriveRun run={run} name={name} />
            <CancelRun run={run} name={name} />
          </div>
        )
      },
    }]
    : []
  return (
    <Table<Run>
      {...table}
      rows={rows}
      columns={[
        {
          head: pipeline ? 'Pipeline' : 'Run',
          cell: (run) => (
            <>
              <a href={`/console/runs/${run.id}`}>
                {pipeline ? names.of('pipelines', run.pipeline_id) : shortId(run.id)}
              </a>
              {pipeline ? <span class='muted small id'>{shortId(run.id)}</span> : null}
            </>
          ),
        },
        {
          head: 'State',
          cell: (run) => (
            <>
              <StateTag run={run} /> {run.code === undefined ? null : <code class='small'>{run.code}</code>}
            </>
          ),
        },
        { head: 'Attempt', cell: ({ attempt, attempts }) => `${attempt} of ${attempts}` },
        { head: 'Trigger', cell: ({ trigger }) => triggerNames[trigger] },
        { head: 'Made', cell: ({ created }) => <When at={created} /> },
        { head: 'Took', cell: (run) => <span class='nowrap'>{ran(run, now)}</span> },
        ...acts,
      ]}
    />
  )
}

const hasActs = (run: Run) => (isUnderWay(run) && !run.cancel) || run.redrive === 'free'

/** When the run will be attempted again. */
export function NextAttempt({ at, now }: { readonly at: string; readonly now: number }) {
  return (
    <>
      <Ago at={at} now={now} /> (<When at={at} />)
    </>
  )
}
