/** Agents: which are up, how they are, and taking one out of work. */
import { z } from 'zod'
import { Agent } from '../../../shared/schemas/agent.ts'
import { Run } from '../../../shared/schemas/run.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { AgentLabels, AgentTag, DrainAct, RingAge, Skew, Slots } from '../parts/agents.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { holding, namesOf } from '../parts/names.ts'
import { Command, RunTable } from '../parts/runs.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { type Fact, Facts } from '../parts/facts.tsx'
import { Ago, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'
import { idIn } from './run.tsx'

const Agents = pageOf(Agent)

export const agentsPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleAgents',
  path: '/console/agents',
  permission: 'agents.read',
  query: listQuery,
  async handle(context) {
    const { ask, visitor, now } = context
    const agents = await ask(`GET /v1/agents${cursorOf(context.query)}`, Agents)
    const may = visitor.permissions.has('agents.write')
    return room(context, {
      title: 'Agents',
      lead:
        'They move the data, inside your network. One that is silent for 45 seconds is lost, and its runs go to others.',
      acts: <a class='button' href='/console/agents'>Refresh</a>,
      children: (
        <Table<Agent>
          caption='Agents'
          rows={[...agents.data].sort(byNeed)}
          more={agents.more('/console/agents')}
          empty={
            <>
              <strong>There is no agent.</strong>
              <span>Nothing runs without one. On the machine that is to move the data:</span>
              <code>sallyport enroll</code>
            </>
          }
          columns={[
            {
              head: 'Agent',
              cell: ({ id, name, pool }) => (
                <>
                  <a href={`/console/agents/${id}`}>{name}</a>
                  <span class='muted small id'>pool {pool}</span>
                </>
              ),
            },
            ...columns(now),
            ...(may && agents.data.some(({ state }) => state === 'approved')
              ? [{ head: 'What you can do', acts: true, cell: (agent: Agent) => <DrainAct agent={agent} /> }]
              : []),
          ]}
        />
      ),
    })
  },
})

function columns(now: number): Column<Agent>[] {
  return [
    {
      head: 'State',
      cell: (agent) => (
        <>
          <AgentTag agent={agent} />
          <span class='muted small id nowrap'>
            seen <Ago at={agent.last_seen} now={now} />
          </span>
        </>
      ),
    },
    { head: 'Slots', cell: (agent) => <Slots agent={agent} /> },
    {
      head: 'Health',
      cell: (agent) =>
        agent.health === undefined ? <span class='muted'>–</span> : (
          <ul class='plain tight'>
            <li>
              <span>
                Clock <Skew agent={agent} />
              </span>
            </li>
            <li>
              <span>
                Ring <RingAge agent={agent} now={now} />
              </span>
            </li>
          </ul>
        ),
    },
    { head: 'Labels', cell: (agent) => <AgentLabels agent={agent} /> },
    {
      head: 'Version',
      cell: ({ version, health }) => (
        <>
          <code>{health?.version ?? version}</code>
          {health === undefined
            ? null
            : <span class='muted small id nowrap'>protocol {health.protocol}</span>}
        </>
      ),
    },
  ]
}

/** Those that somebody has to look at first, those that are gone last. */
function byNeed(a: Agent, b: Agent): number {
  return rank(a) - rank(b)
}

function rank({ state, lost, stopped, draining }: Agent): number {
  if (state === 'revoked') return 5
  if (state === 'pending') return 1
  if (stopped !== undefined) return 4
  if (lost !== undefined) return 0
  return draining === undefined ? 3 : 2
}

const Runs = z.object({ data: z.array(Run) })

export const agentPage = page<ConsoleVisitor>({
  id: 'consoleAgent',
  path: '/console/agents/{id}',
  permission: 'agents.read',
  async handle(context) {
    const { ask, visitor, now } = context
    const agent = await ask(`GET /v1/agents/${idIn(context.params)}`, Agent)
    const sees = visitor.permissions.has('runs.read')
    const [held, names] = await Promise.all([
      sees ? inHand(context.ask, agent.id) : null,
      namesOf(context, 'pipelines'),
    ])
    const mayWrite = await holding(ask, {
      permission: 'runs.write',
      projects: (held ?? []).map(({ project }) => project),
      visitor,
    })
    return room(context, {
      title: agent.name,
      lead: (
        <>
          <AgentTag agent={agent} /> · pool {agent.pool} · seen <Ago at={agent.last_seen} now={now} />
        </>
      ),
      acts: (
        <>
          <a class='button' href={`/console/agents/${agent.id}`}>Refresh</a>
          {visitor.permissions.has('agents.write') ? <DrainAct agent={agent} /> : null}
        </>
      ),
      children: (
        <>
          {agent.state === 'pending' ? <Pending agent={agent} /> : null}
          <AgentFacts agent={agent} now={now} />
          {held === null ? null : (
            <RunTable
              caption='In its hand'
              rows={held}
              {...{ names, now, mayWrite }}
              empty={<span>It holds no run.</span>}
            />
          )}
        </>
      ),
    })
  },
})

async function inHand(ask: Parameters<typeof holding>[0], agent: string): Promise<Run[]> {
  const lists = await Promise.all(
    (['leased', 'running'] as const).map((state) => ask(`GET /v1/runs?state=${state}&limit=200`, Runs)),
  )
  return lists.flatMap(({ data }) => data).filter(({ agent_id }) => agent_id === agent)
}

function Pending({ agent }: { readonly agent: Agent }) {
  return (
    <section class='card' aria-labelledby='pending'>
      <header>
        <h2 id='pending'>It waits for approval</h2>
        <p>
          Compare the fingerprint below with the one that its machine shows, by another way than this page.
          Then, on your own machine:
        </p>
      </header>
      <Command>sallyport agents approve {agent.id}</Command>
    </section>
  )
}

function AgentFacts({ agent, now }: { readonly agent: Agent; readonly now: number }) {
  const { health } = agent
  const facts: readonly Fact[] = [
    ['Slots', <Slots agent={agent} />],
    ['Clock', <Skew agent={agent} />],
    ['Labels', <AgentLabels agent={agent} />],
    ['Version', <code>{health?.version ?? agent.version}</code>],
    ['Protocol', health === undefined ? null : String(health.protocol)],
    ['Newest key of its ring', health === undefined ? null : <RingAge agent={agent} now={now} />],
    ['Last report', health === undefined ? null : <When at={health.reported} />],
    ['Enrolled', <When at={agent.created} />],
    ['Approved', agent.approved === undefined ? null : <When at={agent.approved} />],
    ['Draining since', agent.draining === undefined ? null : <When at={agent.draining} />],
    ['Lost since', agent.lost === undefined ? null : <When at={agent.lost} />],
    ['Stopped', agent.stopped === undefined ? null : <When at={agent.stopped} />],
    ['Revoked', agent.revoked === undefined ? null : <When at={agent.revoked} />],
    ['Stays', agent.ephemeral ? 'Until a day of silence: it joined by its pool’s key' : null],
    ['Fingerprint', <code>{agent.fingerprint}</code>],
    ['Id', <code>{agent.id}</code>],
  ]
  return <Facts title='How it is' facts={facts} />
}
