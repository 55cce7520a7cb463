/**
 * Two and four edges, each a process of its own, on one libSQL server: every run is handed out once, none is lost, and
 * every fire time has one run.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../e2e/until.ts'
import { Starter } from '../instances/client.ts'
import { startDatabase } from '../instances/database.ts'
import { furnish } from '../instances/estate.ts'
import { startInstances, startSwarm } from '../instances/instances.ts'
import { runsOf, underWay, wrongs } from '../instances/judge.ts'
import { libsqlServer } from '../libsql.ts'

const RUNS = 400
const AGENTS = 24
const MISSED = 4

async function scene(count: number, program: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-instances-'))
  const stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const database = stack.use(await startDatabase(folder, program))
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

type Scene = Awaited<ReturnType<typeof scene>>

/** Asks for runs and rewinds the schedules, as if no edge had been there for some minutes; waits until all is over. */
async function work({ database, estate, instances }: Scene) {
  const starter = new Starter(instances, estate)
  const starting = starter.start(RUNS)
  const schedules = async () => (await database.sql('select count(*) as n from schedule'))[0]?.['n']
  await until(async () => await schedules() === estate.scheduled.length, 'the schedules')
  const first = Math.floor(Date.now() / 60_000 - MISSED) * 60_000
  await database.sql('update schedule set fire = ?, next_at = ?', [first, first])
  await starting
  const fired = async () =>
    Object.groupBy((await runsOf(database)).filter(({ fire }) => fire !== null), ({ pipeline }) => pipeline)
  const missed = Array.from({ length: MISSED }, (_, at) => first + at * 60_000)
  // Of each, these: some had the minute that came while they were made, and some may have the next by now.
  const madeUp = async () => {
    const times = await fired()
    return estate.scheduled.every((pipeline) => {
      const fires = new Set(times[pipeline]?.map(({ fire }) => fire))
      return missed.every((at) => fires.has(at))
    })
  }
  await until(madeUp, 'the missed fire times', 90)
  // None fires any more, so that what is judged stands still.
  await database.sql('update schedule set fire = null, next_at = null')
  await until(async () => await underWay(database) === 0, 'the end of every run', 150)
  const times = await fired()
  for (const pipeline of estate.scheduled) {
    const fires = times[pipeline]?.map(({ fire }) => fire).sort() ?? []
    assert.ok(fires.length >= MISSED, 'a fire time has no run')
    assert.deepEqual(fires, fires.map((_, at) => first + at * 60_000), 'each fire time in turn, once')
  }
  return starter
}

const timeout = 280_000
const real = await libsqlServer()

const scenes = [
  { count: 2, where: 'the fixture', program: null, skip: false },
  { count: 4, where: 'the fixture', program: null, skip: false },
  {
    count: 2,
    where: 'a real server',
    program: real,
    skip: real === null && 'there is none for this machine',
  },
] as const

for (const { count, where, program, skip } of scenes) {
  const name = `${count} edges on ${where}: each run is handed out once, and each fire time has one`
  test(name, { timeout, skip }, async () => {
    await using on = await scene(count, program)
    const starter = await work(on)
    const acknowledged = starter.acknowledged.values()
    const journal = on.swarm.journal()
    assert.deepEqual(await wrongs(on.database, { acknowledged, journal }), [])
    const claims = journal.filter(({ kind }) => kind === 'claimed')
    assert.equal(claims.length, (await runsOf(on.database)).length, 'nothing was handed out again')
  })
}

test(
  '2 edges on a server that misbehaves all the time lose nothing, and do nothing twice',
  { timeout },
  async () => {
    await using on = await scene(2, null)
    await on.database.faults({ every: 40, delayMs: 2 })
    const starter = await work(on)
    await on.database.faults({ every: 0, delayMs: 0 })
    const journal = on.swarm.journal()
    assert.deepEqual(await wrongs(on.database, { acknowledged: starter.acknowledged.values(), journal }), [])
  },
)
