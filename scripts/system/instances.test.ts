/**
 * Two and four edges, each a process of its own, on one libSQL server: every run is handed out once, none is lost, and
 * every fire time has one run.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { edgeSql } from '../e2e/edge_rows.ts'
import { until } from '../e2e/until.ts'
import { Starter } from '../instances/client.ts'
import { startDatabase } from '../instances/database.ts'
import { furnish } from '../instances/estate.ts'
import { startInstances, startSwarm } from '../instances/instances.ts'
import { runsOf, underWay, wrongs } from '../instances/judge.ts'

const RUNS = 400
const AGENTS = 24
const MISSED = 4

async function scene(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-instances-'))
  const stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const database = stack.use(await startDatabase(folder))
  const instances = stack.use(await startInstances({ folder, count, database }))
  const estate = await furnish({
    url: instances.edges[0]?.url as string,
    setupToken: instances.setupToken,
    pipelines: 8,
    scheduled: 30,
    agents: AGENTS,
  })
  const swarm = stack.use(startSwarm({ folder, name: 'swarm', instances, agents: estate.agents }))
  return { database, instances, estate, swarm, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

for (const count of [2, 4]) {
  describe(`${count} edges on one database`, () => {
    test(
      'hand every run out once, lose none, and start one run for every fire time',
      { timeout: 170_000 },
      async () => {
        await using on = await scene(count)
        const { database, estate, swarm } = on
        const starter = new Starter(on.instances, estate)
        const starting = starter.start(RUNS)
        // As if no edge had been there for some minutes: each schedule has several fire times to make up for.
        await until(() => {
          const [row] = edgeSql(database.path, 'select count(*) as n from schedule')
          return row?.['n'] === estate.scheduled.length
        }, 'the schedules')
        const first = Math.floor(Date.now() / 60_000 - MISSED) * 60_000
        edgeSql(database.path, 'update schedule set next_at = ?', [first])
        await starting
        const fired = () => runsOf(database).filter(({ fire }) => fire !== null)
        await until(() => fired().length >= MISSED * estate.scheduled.length, 'the missed fire times', 60)
        // None fires any more, so that what is judged stands still.
        edgeSql(database.path, 'update schedule set next_at = null')
        await until(() => underWay(database) === 0, 'the end of every run', 60)
        assert.deepEqual(
          wrongs(database, { acknowledged: starter.acknowledged.values(), journal: swarm.journal() }),
          [],
        )
        const times = Object.groupBy(fired(), ({ pipeline }) => pipeline)
        for (const pipeline of estate.scheduled) {
          const fires = times[pipeline]?.map(({ fire }) => fire).sort() ?? []
          assert.deepEqual(fires, fires.map((_, at) => first + at * 60_000), 'each fire time in turn, once')
        }
        const claims = swarm.journal().filter(({ kind }) => kind === 'claimed')
        assert.equal(claims.length, runsOf(database).length, 'nothing was handed out again')
      },
    )
  })
}
