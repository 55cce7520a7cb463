/** The queue: how much waits, since when, and for what; the limits that hold runs back. */
import { z } from 'zod'
import { Agent } from '../../../shared/schemas/agent.ts'
import { PipelineSummary } from '../../../shared/schemas/pipeline_record.ts'
import { Limit, type PoolQueue, QueueState } from '../../../shared/schemas/queue.ts'
import { Run } from '../../../shared/schemas/run.ts'
import { type Ask, page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Limits } from '../parts/limits.tsx'
import { mayAt, type Names, namesOf, shortId } from '../parts/names.ts'
import { Table } from '../parts/table.tsx'
import { Ago, count, counted, Tag, When } from '../parts/text.tsx'
import { type Around, slotsOf, takesWork, waitsFor } from '../parts/waiting.ts'
import type { ConsoleVisitor } from '../visitor.ts'

const Runs = z.object({ data: z.array(Run), next_cursor: z.string().optional() })
const Agents = z.object({ data: z.array(Agent) })
const AllLimits = z.object({ data: z.array(Limit) })
const Pipelines = z.object({ data: z.array(PipelineSummary) })
const Labels = z.object({ labels: z.array(z.string()) })

/** Oldest runs that are shown, and pages of 200 that are looked through for them. */
const SHOWN = 25
const MOST_PAGES = 5

export const queuePage = page<ConsoleVisitor>({
  id: 'consoleQueue',
  path: '/console/queue',
  permission: 'runs.read',
  async handle(context) {
    const { ask, visitor, now } = context
    const everywhere = await mayAt(ask, 'tenant')
    const [queue, limits, agents, pools, queued, names] = await Promise.all([
      ask('GET /v1/queue', QueueState),
      everywhere.has('runs.read') ? ask('GET /v1/limits?limit=200', AllLimits) : null,
      visitor.permissions.has('agents.read') ? ask('GET /v1/agents?limit=200', Agents) : null,
      visitor.permissions.has('agents.read') ? ask('GET /v1/pools', Pools) : null,
      oldestQueued(ask),
      namesOf(context, 'pipelines', 'connections', 'projects'),
    ])
    const shown = queued.runs.slice(-SHOWN).reverse()
    const around: Around = {
      now,
      limits: limits?.data ?? [],
      agents: agents?.data ?? null,
      pipelines: await pipelinesOf(ask, { visitor, runs: shown }),
      connection: (id) => names.of('connections', id),
    }
    return room(context, {
      title: 'Queue',
      lead: 'What is due and no agent has yet. Projects take turns; in a project, priority and age decide.',
      acts: <a class='button' href='/console/queue'>Refresh</a>,
      children: (
        <>
          <Depth pools={queue.pools} agents={around.agents} now={now} />
          {queue.pools.length === 0 ? null : <Lanes pools={queue.pools} names={names} now={now} />}
          {queue.pools.length === 0 ? null : <Waiting runs={shown} {...{ around, names }} all={queued.all} />}
          {limits === null ? null : (
            <Limits
              limits={limits.data}
              names={names}
              pools={pools?.data.map(({ name }) => name) ?? []}
              may={everywhere.has('pipelines.write')}
            />
          )}
        </>
      ),
    })
  },
})

const Pools = z.object({ data: z.array(z.object({ name: z.string() })) })

/** Newest first, as the API lists them; `all`: none is older than the last. */
async function oldestQueued(ask: Ask): Promise<{ readonly runs: Run[]; readonly all: boolean }> {
  const runs: Run[] = []
  let cursor = ''
  for (let page = 0; page < MOST_PAGES; page++) {
    const found: z.infer<typeof Runs> = await ask(`GET /v1/runs?state=queued&limit=200${cursor}`, Runs)
    runs.push(...found.data)
    if (found.next_cursor === undefined) return { runs, all: true }
    cursor = `&cursor=${found.next_cursor}`
  }
  return { runs, all: false }
}

async function pipelinesOf(
  ask: Ask,
  { visitor, runs }: { readonly visitor: ConsoleVisitor; readonly runs: readonly Run[] },
): Promise<Around['pipelines']> {
  if (!visitor.permissions.has('pipelines.read')) return new Map()
  const wanted = new Set(runs.map(({ pipeline_id }) => pipeline_id))
  const { data } = await ask('GET /v1/pipelines?limit=200', Pipelines)
  const found = data.filter(({ id }) => wanted.has(id))
  const labels = await Promise.all(found.map(({ id }) => ask(`GET /v1/pipelines/${id}/labels`, Labels)))
  return new Map(found.map((one, i) => [one.id, { ...one, labels: labels[i]?.labels ?? [] }]))
}

interface Drawn {
  readonly pools: readonly PoolQueue[]
  readonly now: number
}

function Depth({ pools, agents, now }: Drawn & { readonly agents: readonly Agent[] | null }) {
  return (
    <Table<PoolQueue>
      caption='By pool'
      rows={pools}
      empty={
        <>
          <strong>The queue is empty.</strong>
          <span>Every run that is due is in an agent’s hand, and none is due later.</span>
          <a href='/console/runs'>Runs</a>
        </>
      }
      columns={[
        { head: 'Pool', cell: ({ pool }) => pool },
        { head: 'Waiting', cell: ({ waiting }) => count(waiting) },
        { head: 'Oldest', cell: ({ oldest }) => <Oldest at={oldest} now={now} /> },
        { head: 'Held back by a limit', cell: ({ held_back }) => count(held_back) },
        { head: 'Due later', cell: ({ later }) => count(later) },
        ...(agents === null ? [] : [{
          head: 'Agents',
          cell: ({ pool }: PoolQueue) => <Up agents={agents.filter((agent) => agent.pool === pool)} />,
        }]),
      ]}
    />
  )
}

const LONG_MS = 15 * 60_000

function Oldest({ at, now }: { readonly at: string | undefined; readonly now: number }) {
  if (at === undefined) return <span class='muted'>–</span>
  const ago = <Ago at={at} now={now} />
  return now - Date.parse(at) > LONG_MS ? <Tag look='warn'>{ago}</Tag> : ago
}

function Up({ agents }: { readonly agents: readonly Agent[] }) {
  const up = agents.filter(takesWork)
  if (up.length === 0) return <Tag look='bad'>none takes work</Tag>
  const { used, all } = slotsOf(up)
  return (
    <>
      {count(up.length)} up{' '}
      <span class='muted small nowrap'>{count(used)} of {counted(all, 'slot')} used</span>
    </>
  )
}

type Lane = PoolQueue['projects'][number] & { readonly pool: string }

function Lanes({ pools, names, now }: Drawn & { readonly names: Names }) {
  return (
    <Table<Lane>
      caption='Lanes: projects that take turns'
      rows={pools.flatMap(({ pool, projects }) => projects.map((lane) => ({ ...lane, pool })))}
      empty={null}
      columns={[
        { head: 'Project', cell: ({ project }) => names.of('projects', project) },
        { head: 'Pool', cell: ({ pool }) => pool },
        { head: 'Waiting', cell: ({ waiting }) => count(waiting) },
        { head: 'Oldest', cell: ({ oldest }) => <Oldest at={oldest} now={now} /> },
        { head: 'Held back by a limit', cell: ({ held_back }) => count(held_back) },
        { head: 'Due later', cell: ({ later }) => count(later) },
      ]}
    />
  )
}

function Waiting(
  { runs, around, names, all }: {
    readonly runs: readonly Run[]
    readonly around: Around
    readonly names: Names
    readonly all: boolean
  },
) {
  return (
    <>
      <Table<Run>
        caption='What waits, and for what'
        rows={runs}
        empty={<span>An agent has just taken the last of it.</span>}
        columns={[
          {
            head: 'Pipeline',
            cell: ({ id, pipeline_id }) => (
              <>
                <a href={`/console/runs/${id}`}>{names.of('pipelines', pipeline_id)}</a>
                <span class='muted small id'>{shortId(id)}</span>
              </>
            ),
          },
          { head: 'Waits for', cell: (run) => waitsFor(run, around) },
          { head: 'Made', cell: ({ created }) => <When at={created} /> },
          { head: 'Attempt', cell: ({ attempt, attempts }) => `${attempt} of ${attempts}` },
          { head: 'Priority', cell: ({ priority }) => priority },
        ]}
      />
      <p class='muted small'>
        {all ? 'The oldest first.' : 'The oldest of the newest 1,000 that wait.'}{' '}
        <a href='/console/runs?state=queued'>All that wait</a>
      </p>
    </>
  )
}
