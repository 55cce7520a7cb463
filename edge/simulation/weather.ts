/** What goes wrong, and when: drawn from the seed before anything begins. After that all is well. */
import type { Acts } from './acts.ts'
import type { AgentNode } from './agent_node.ts'
import type { EdgeNode } from './edge_node.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'
import type { VirtualTime } from './virtual_time.ts'

export interface Struck {
  readonly time: VirtualTime
  readonly acts: Acts
  readonly random: Random
  readonly trace: Trace
  readonly network: Network
  readonly edges: readonly EdgeNode[]
  readonly agents: readonly AgentNode[]
}

/** Plans the misfortunes of `forMs`, and their end. */
export function storm(struck: Struck, forMs: number): void {
  const { time, acts, random, network, edges, agents } = struck
  const often = (most: number, act: (struck: Struck) => void) => {
    const times = random.between(0, most)
    for (let count = 0; count < times; count++) {
      acts.plan(random.between(0, forMs), time.world, (own) => act({ ...struck, random: own }))
    }
  }
  for (const node of [...edges, ...agents]) node.skewMs = random.between(-15_000, 15_000)
  for (const agent of agents) {
    agent.failing = random.chance(0.3) ? 0.2 : 0.02
    agent.hanging = random.chance(0.2) ? 0.15 : 0
  }
  for (const { line } of edges) line.loss = random.chance(0.3) ? 0.05 : 0
  Object.assign(network.weather, {
    loss: random.chance(0.5) ? random.fraction() * 0.08 : 0,
    twice: random.chance(0.5) ? random.fraction() * 0.2 : 0,
    late: random.chance(0.5) ? random.fraction() * 0.05 : 0,
  })
  often(3, downEdge)
  often(4, downAgent)
  often(5, ({ random, agents }) => {
    random.pick(agents).freeze(random.between(1_000, 90_000), random.chance(0.6))
  })
  often(3, cutOff)
  often(2, cutDatabase)
  time.after(forMs, () => clear(struck), time.world)
}

function downEdge({ time, random, edges }: Struck): void {
  const edge = random.pick(edges)
  if (random.chance(0.25)) edge.stop()
  else edge.crash()
  time.after(random.between(100, 20_000), () => edge.start(), time.world)
}

function downAgent({ time, random, agents }: Struck): void {
  const agent = random.pick(agents)
  if (random.chance(0.25)) agent.stop()
  else agent.crash()
  time.after(random.between(100, 60_000), () => agent.start(), time.world)
}

/** Between an agent and one edge, or all of them. */
function cutOff({ time, random, trace, network, edges, agents }: Struck): void {
  const agent = random.pick(agents)
  const from = random.chance(0.5) ? edges : [random.pick(edges)]
  trace.say(`${agent.name} is cut off from ${from.map(({ name }) => name).join(', ')}`)
  for (const edge of from) network.cut(agent.name, edge.name)
  time.after(random.between(1_000, 80_000), () => {
    for (const edge of from) network.heal(agent.name, edge.name)
  }, time.world)
}

function cutDatabase({ time, random, trace, edges }: Struck): void {
  const edge = random.pick(edges)
  trace.say(`${edge.name} is cut off from the database`)
  edge.line.cut = true
  time.after(random.between(500, 30_000), () => edge.line.cut = false, time.world)
}

/** Clocks stay wrong. */
function clear({ time, trace, network, edges, agents }: Struck): void {
  trace.say('the storm is over')
  Object.assign(network.weather, { loss: 0, twice: 0, late: 0 })
  for (const edge of edges) {
    Object.assign(edge.line, { cut: false, loss: 0 })
    for (const agent of agents) network.heal(agent.name, edge.name)
    edge.start()
  }
  for (const agent of agents) {
    Object.assign(agent, { failing: 0, hanging: 0 })
    agent.up?.freezeUntil(time.now)
    agent.start()
  }
}
