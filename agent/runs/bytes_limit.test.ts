import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { contents, files, noServer, openWorld, postgres, type World } from '../engine/postgres_fixture.ts'

let world: World
before(async () => {
  if (noServer) return
  world = await openWorld('bytes_limit')
  await world.source.unsafe(
    `create table many as select n as id, repeat('x', 100) as v from generate_series(1, 2000) n`,
  )
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

const enough = 10_000_000
const few = 50_000

describe('the most bytes of a stream', { skip: noServer }, () => {
  const run = async (from: ReturnType<typeof postgres>, [name, to]: [string, string], bytes: number) => {
    const target = to.endsWith('.parquet') || to.endsWith('.csv')
      ? files(world.folder)
      : postgres(world.targetUrl)
    const streams = [{ from: name, to, mode: 'replace' as const }]
    const { streams: [stream] } = await world.move({ from, to: target, streams, limits: { bytes } })
    return stream?.code ?? stream?.status
  }

  test('are counted on the direct way, and a stream of more leaves its target as it was', async () => {
    await world.target.unsafe('create table kept (id integer, v text); insert into kept values (0, null)')
      .simple()
    const from = postgres(world.sourceUrl)
    assert.equal(await run(from, ['many', 'kept'], few), 'bytes_over_limit')
    assert.deepEqual(await contents(world.target, 'kept'), ['(0,)'])
    assert.equal(await run(from, ['many', 'kept'], enough), 'succeeded')
    assert.equal((await contents(world.target, 'kept')).length, 2000)
  })

  test('are counted on the way through the hold', async () => {
    const from = postgres(world.sourceUrl)
    assert.equal(await run(from, ['many', 'many.parquet'], few), 'bytes_over_limit')
    assert.equal(statSync(join(world.folder, 'many.parquet'), { throwIfNoEntry: false }), undefined)
    assert.equal(await run(from, ['many', 'many.parquet'], enough), 'succeeded')
  })

  test('are the size of files that are read in place', async () => {
    const from = files(world.folder) as unknown as ReturnType<typeof postgres>
    const { size } = statSync(join(world.folder, 'many.parquet'))
    await world.target.unsafe('create table again (id integer, v text)')
    assert.equal(await run(from, ['many.parquet', 'again'], size - 1), 'bytes_over_limit')
    assert.deepEqual(await contents(world.target, 'again'), [])
    assert.equal(await run(from, ['many.parquet', 'again'], size), 'succeeded')
  })
})
