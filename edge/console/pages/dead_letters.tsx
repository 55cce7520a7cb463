/** What runs have died of, one line a reason. */
import { z } from 'zod'
import { Id } from '../../../shared/schemas/fields.ts'
import { DeadLetter, DeadLetters } from '../../../shared/schemas/run.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { namesOf } from '../parts/names.ts'
import { Cause, Command, StateTag } from '../parts/runs.tsx'
import { Table } from '../parts/table.tsx'
import { Ago, count, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const spans = [1, 7, 30, 365] as const
const query = z.object({
  days: z.coerce.number().int().min(1).max(3650).optional(),
  pipeline: Id.optional(),
})

export const deadLettersPage = page<ConsoleVisitor, typeof query>({
  id: 'consoleDeadLetters',
  path: '/console/dead-letters',
  permission: 'runs.read',
  query,
  async handle(context) {
    const { ask, now, query: { days = 30, pipeline } } = context
    const of = pipeline === undefined ? '' : `&pipeline=${pipeline}`
    const [dead, names] = await Promise.all([
      ask(`GET /v1/dead-letters?days=${days}${of}`, DeadLetters),
      namesOf(context, 'pipelines'),
    ])
    const address = (days: number) => `/console/dead-letters?days=${days}${of}`
    return room(context, {
      title: 'Dead letters',
      lead: 'Runs that ended short of their end, by what ended them. A run leaves when it is redriven.',
      acts: <a class='button' href={address(days)}>Refresh</a>,
      children: (
        <>
          <nav class='pills' aria-label='How far back'>
            {spans.map((span) => (
              <a href={address(span)} aria-current={span === days ? 'page' : undefined}>
                {span === 1 ? 'Last day' : `Last ${span} days`}
              </a>
            ))}
          </nav>
          <Table<DeadLetter>
            caption='By reason'
            rows={dead.data}
            empty={
              <>
                <strong>Nothing died.</strong>
                <span>Every run of this time came to its end, or still has attempts.</span>
                <a href='/console/runs'>All runs</a>
              </>
            }
            columns={[
              {
                head: 'Pipeline',
                cell: ({ pipeline_id, version }) => (
                  <>
                    <a href={`/console/pipelines/${pipeline_id}`}>{names.of('pipelines', pipeline_id)}</a>
                    {version === undefined ? null : <span class='muted small id'>version {version}</span>}
                  </>
                ),
              },
              { head: 'Ended', cell: ({ state }) => <StateTag run={{ state, cancel: false }} /> },
              { head: 'Why', cell: ({ code }) => <Cause code={code} /> },
              {
                head: 'Runs',
                cell: ({ runs, reason }) => <a href={`/console/runs?reason=${reason}`}>{count(runs)}</a>,
              },
              { head: 'First', cell: ({ first }) => <When at={first} /> },
              {
                head: 'Newest run',
                cell: ({ last, last_run }) => (
                  <a href={`/console/runs/${last_run}`}>
                    <Ago at={last} now={now} />
                  </a>
                ),
              },
            ]}
          />
          {dead.complete ? null : <p class='note'>The newest 10,000 runs were counted; there are more.</p>}
          {dead.data.length === 0 ? null : <HowTo reason={dead.data[0]?.reason as string} />}
        </>
      ),
    })
  },
})

function HowTo({ reason }: { readonly reason: string }) {
  return (
    <section class='card' aria-labelledby='again'>
      <header>
        <h2 id='again'>Have all runs of a reason again</h2>
        <p>
          Mend the cause first. Runs that have attempts left have a button on their own page. Where attempts
          are used up, more of them take your signature: a page has no key, so run this on the machine that
          has it. For the reason in the first line:
        </p>
      </header>
      <Command>sallyport runs redrive --reason {reason} --sign</Command>
    </section>
  )
}
