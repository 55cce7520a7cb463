/** Edges on one libSQL server and the agents that ask them, killed under load, over and over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../e2e/until.ts'
import { Starter } from '../instances/client.ts'
import { startDatabase } from '../instances/database.ts'
import { furnish } from '../instances/estate.ts'
import { startInstances, startSwarm, type Swarm } from '../instances/instances.ts'
import { underWay, wrongs } from '../instances/judge.ts'
import type { Outcome } from './report.ts'

const EDGES = 2
const SWARMS = 2
const AGENTS = 12
/** Runs that are started while a round's kills happen. */
const RUNS = 150

export interface Rounds {
  readonly rounds: number
  readonly random: () => number
  readonly onRound: (round: number, said: string) => void
}

/**
 * In each round an edge and the agents of a process are killed, at random moments of the load, and started again. Every
 * request goes on being asked until it is answered. What is judged in the end is the database, against what was
 * acknowledged and what agents were handed.
 */
export async function killInstances({ rounds, random, onRound }: Rounds): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kills-'))
  const stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  await using _ = stack
  const database = stack.use(await startDatabase(folder))
  const instances = stack.use(await startInstances({ folder, count: EDGES, database }))
  const { url } = instances.edges[0] as { url: string }
  const wanted = { pipelines: 8, scheduled: 0, agents: SWARMS * AGENTS }
  const estate = await furnish({ url, setupToken: instances.setupToken, ...wanted })
  const swarms = Array.from({ length: SWARMS }, (_, at) => {
    const agents = estate.agents.slice(at * AGENTS, (at + 1) * AGENTS)
    return stack.use(startSwarm({ folder, name: `swarm-${at}`, instances, agents }))
  })
  const starter = new Starter(instances, estate)
  let met = 0
  for (let round = 1; round <= rounds; round++) {
    const before = starter.acknowledged.size
    const loading = starter.start(RUNS)
    const edge = instances.edges[round % EDGES]
    const swarm = swarms[round % SWARMS] as Swarm
    await until(() => starter.acknowledged.size >= before + 1 + random() * (RUNS / 2), 'the load')
    const unanswered = starter.unanswered
    await Promise.all([edge?.kill(), swarm.killAndReplace()])
    await edge?.start()
    await loading
    if (starter.unanswered > unanswered) met++
    onRound(round, `${starter.acknowledged.size} runs acknowledged, ${starter.unanswered} answers never came`)
  }
  // What dead agents held comes back when its lease runs out.
  await until(async () => await underWay(database) === 0, 'the end of every run', 600)
  const journal = swarms.flatMap((swarm) => swarm.journal())
  const again = journal.filter(({ kind }) => kind === 'claimed').length - starter.acknowledged.size
  return {
    fault: 'edge and agents killed under load',
    where: `${EDGES} edges, ${starter.acknowledged.size} runs`,
    times: rounds,
    met,
    ends: { 'handed out again': again, 'unanswered': starter.unanswered },
    wrong: await wrongs(database, { acknowledged: starter.acknowledged.values(), journal }),
  }
}
