/** The edge and the compiled agent, killed together while runs append rows to a table of PostgreSQL: each run once. */
import { SQL } from 'bun'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { until } from '../e2e/until.ts'
import { startWorld, type World } from '../e2e/world.ts'
import { type Postgres, startPostgres } from '../postgres.ts'
import type { Rounds } from './instances.ts'
import type { Outcome } from './report.ts'

const ROWS = 50
/** Runs that are started in each round. */
const RUNS = 8

async function furnish(folder: string, postgres: Postgres, sql: SQL): Promise<World> {
  await sql.unsafe(`create table numbers (id integer primary key); create schema raw;
    insert into numbers select * from generate_series(1, ${ROWS})`).simple()
  const { hostname, port, pathname } = new URL(postgres.url())
  const tuple = `connector: postgres, endpoint: ${hostname}, port: ${port}, account: "*", database: ${
    pathname.slice(1)
  }`
  const world = await startWorld({
    folder,
    allow: [
      `{ direction: read, ${tuple}, schema: public, prefix: "*" }`,
      `{ direction: write, ${tuple}, schema: raw, prefix: "*" }`,
    ],
    local: `references: ["\${env:DATABASE}"]\nplain: ["${hostname}:${port}"]\naddresses: ["127.0.0.1"]\n`,
  })
  await world.addConnection('shop', '{ type: postgres, url: "${env:DATABASE}" }')
  return world
}

/** The run's id, once somebody has acknowledged it. */
async function started(
  world: World,
  { token, pipeline }: { readonly token: string; readonly pipeline: string },
) {
  const key = randomUUID()
  const ask = async () => {
    try {
      const response = await fetch(`${world.url}/v1/runs`, {
        method: 'POST',
        headers: {
          'authorization': `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ pipeline_id: pipeline }),
      })
      const body = await response.json() as { id: string }
      return response.ok ? body.id : null
    } catch {
      return null
    }
  }
  return await until(ask, 'the start of a run', 120)
}

async function wrongRows(sql: SQL, runs: number): Promise<string[]> {
  const found = await sql.unsafe(
    `select n.id, count(r.id)::int as times from numbers n left join raw.numbers r using (id)
      group by n.id having count(r.id) <> ${runs} order by n.id`,
  )
  return [...found].map(({ id, times }) => `row ${id} was committed ${times} times by ${runs} runs`)
}

/** In each round both are killed, at random moments of its runs, and started again. */
export async function killEdgeAndAgent({ rounds, random, onRound }: Rounds): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kills-'))
  await currentBinary()
  await using postgres = await startPostgres()
  await using sql = new SQL({ url: postgres.url(), max: 1 })
  await using world = await furnish(folder, postgres, sql)
  const more = 'limits: { retries: 5 }\ntriggers: { api: { per_day: 1000 } }\n'
  const streams = ['{ from: public.numbers, to: raw.numbers, mode: append }']
  const { id: pipeline } = await world.applyPipeline({
    name: 'numbers',
    source: 'shop',
    destination: 'shop',
    streams,
    more,
  })
  const token = readFileSync(join(world.person.home, 'token'), 'utf8').trim()
  const env = { DATABASE: postgres.url() }
  const runs: string[] = []
  let agent = await world.startAgent({ env })
  for (let round = 1; round <= rounds; round++) {
    const starting = Array.from(
      { length: RUNS },
      () => started(world, { token, pipeline }).then((id) => runs.push(id)),
    )
    await new Promise((resolve) => setTimeout(resolve, random() * 1500))
    agent.child.kill('SIGKILL')
    await Promise.all([agent.ended, world.edge.kill()])
    await world.edge.start()
    agent = await world.startAgent({ env })
    await Promise.all(starting)
    onRound(round, `${runs.length} runs acknowledged`)
  }
  const states = await Promise.all(runs.map(async (id) => (await world.endOf(id)).state as string))
  const wrong = states.flatMap((state, at) => state === 'succeeded' ? [] : [`run ${runs[at]} ends ${state}`])
  wrong.push(...await wrongRows(sql, runs.length))
  rmSync(folder, { recursive: true, force: true })
  return {
    fault: 'edge and agent killed under load',
    where: `postgres → postgres, append, ${runs.length} runs`,
    times: rounds,
    met: rounds,
    ends: {},
    wrong,
  }
}
