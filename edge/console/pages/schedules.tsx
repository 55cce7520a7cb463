/** Pipelines that start on their own by the clock: when next, how late, and which are paused. */
import { ScheduleSummary } from '../../../shared/schemas/pipeline_schedule.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { holding, namesOf } from '../parts/names.ts'
import { Fires, NextFire, overlapNames, PauseAct } from '../parts/schedules.tsx'
import { Table } from '../parts/table.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Schedules = pageOf(ScheduleSummary)

export const schedulesPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleSchedules',
  path: '/console/schedules',
  permission: 'pipelines.read',
  query: listQuery,
  async handle(context) {
    const { ask, visitor, now } = context
    const [schedules, names] = await Promise.all([
      ask(`GET /v1/schedules${cursorOf(context.query)}`, Schedules),
      namesOf(context, 'projects'),
    ])
    const { data } = schedules
    const projects = data.map(({ project }) => project)
    const mayWrite = await holding(ask, { permission: 'runs.write', projects, visitor })
    return room(context, {
      title: 'Schedules',
      lead:
        'A schedule is part of what its author signed: here it can be paused, and never made to run more often.',
      acts: <a class='button' href='/console/schedules'>Refresh</a>,
      children: (
        <Table<ScheduleSummary>
          caption='By next start'
          rows={[...data].sort(byNext)}
          more={schedules.more('/console/schedules')}
          empty={
            <>
              <strong>No pipeline has a schedule.</strong>
              <span>
                Write one into the pipeline’s file under <code>triggers</code>, sign and publish it:
              </span>
              <code>sallyport pipeline apply FILE</code>
            </>
          }
          columns={[
            {
              head: 'Pipeline',
              cell: ({ pipeline_id, name, project }) => (
                <>
                  <a href={`/console/pipelines/${pipeline_id}`}>{name}</a>
                  <span class='muted small id'>{names.of('projects', project)}</span>
                </>
              ),
            },
            { head: 'Fires', cell: (schedule) => <Fires schedule={schedule} /> },
            { head: 'Next', cell: ({ paused, next }) => <NextFire {...{ paused, next, now }} /> },
            { head: 'While one runs', cell: ({ overlap }) => overlapNames[overlap] },
            { head: 'Missed fires', cell: ({ catch_up }) => missedNames[catch_up] },
            ...(projects.some(mayWrite)
              ? [{
                head: 'What you can do',
                acts: true,
                cell: ({ pipeline_id: id, name, project, paused }: ScheduleSummary) =>
                  mayWrite(project)
                    ? <PauseAct pipeline={{ id, name, paused: paused !== undefined }} />
                    : null,
              }]
              : []),
          ]}
        />
      ),
    })
  },
})

const missedNames = { none: 'dropped', last: 'last one runs', all: 'all run' } as const

/** What is late or comes soonest first; paused ones, which have no next, last. */
function byNext(a: ScheduleSummary, b: ScheduleSummary): number {
  const [x, y] = [a.next ?? '9', b.next ?? '9']
  return x < y ? -1 : x > y ? 1 : 0
}
