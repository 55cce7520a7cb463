/** Pipelines: which there are, from where to where, and what starts them. */
import { z } from 'zod'
import { PipelineSummary } from '../../../shared/schemas/pipeline_record.ts'
import { ScheduleSummary } from '../../../shared/schemas/pipeline_schedule.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { namesOf } from '../parts/names.ts'
import { NextFire } from '../parts/schedules.tsx'
import { Table } from '../parts/table.tsx'
import { When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Pipelines = pageOf(PipelineSummary)
const Schedules = z.object({ data: z.array(ScheduleSummary) })

export const pipelinesPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consolePipelines',
  path: '/console/pipelines',
  permission: 'pipelines.read',
  query: listQuery,
  async handle(context) {
    const { ask, now } = context
    const [pipelines, schedules, names] = await Promise.all([
      ask(`GET /v1/pipelines${cursorOf(context.query)}`, Pipelines),
      ask('GET /v1/schedules?limit=200', Schedules),
      namesOf(context, 'connections', 'projects'),
    ])
    const scheduled = new Map(schedules.data.map((one) => [one.pipeline_id, one] as const))
    return room(context, {
      title: 'Pipelines',
      lead: 'What each moves is sealed: this address knows from which connection to which, and when.',
      children: (
        <Table<PipelineSummary>
          caption='Pipelines'
          rows={pipelines.data}
          more={pipelines.more('/console/pipelines')}
          empty={
            <>
              <strong>There is no pipeline.</strong>
              <span>It is written in a file and signed on your own machine:</span>
              <code>sallyport pipeline apply FILE</code>
            </>
          }
          columns={[
            {
              head: 'Pipeline',
              cell: ({ id, name, project }) => (
                <>
                  <a href={`/console/pipelines/${id}`}>{name}</a>
                  <span class='muted small id'>{names.of('projects', project)}</span>
                </>
              ),
            },
            { head: 'From', cell: ({ source }) => names.of('connections', source) },
            { head: 'To', cell: ({ destination }) => names.of('connections', destination) },
            { head: 'Pool', cell: ({ pool }) => pool },
            {
              head: 'Next start',
              cell: ({ id }) => {
                const found = scheduled.get(id)
                return found === undefined
                  ? <span class='muted'>no schedule</span>
                  : <NextFire paused={found.paused} next={found.next} now={now} />
              },
            },
            { head: 'Version', cell: ({ version }) => version },
            { head: 'Changed', cell: ({ updated }) => <When at={updated} /> },
          ]}
        />
      ),
    })
  },
})
