/**
 * Keys that change while pipelines go on, with records by the thousand: no run fails, nothing is left behind, and
 * whatever is killed in the middle goes on where it was.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeRecords, trustOf } from '../e2e/many_records.ts'
import { rotate, type Scene, startScene } from '../e2e/rotation_scene.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { until } from '../e2e/until.ts'

const records = Number(process.env['SALLYPORT_TEST_RECORDS'] ?? 10_000)
const folder = mkdtempSync(join(tmpdir(), 'sallyport-rotation-'))

let scene: Scene

before(async () => (scene = await startScene(folder)))

after(async () => {
  await scene?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe(`a rotation of ${records} records`, () => {
  test('fails no run, and leaves nothing on the old key', async () => {
    const { world } = scene
    await makeRecords(world, records)
    const old = await scene.activeKey()
    const pipelines = scene.keepRunning()
    const ended = await world.person.call(rotate())
    const states = await pipelines.stop()
    assert.equal(ended.exit, 0, ended.stderr)
    assert.equal(ended.value.done, true)
    assert.deepEqual(ended.value.retired, [old])
    assert.ok(states.length > 0)
    assert.deepEqual([...new Set(states)], ['succeeded'])
    assert.deepEqual(
      (await scene.keys()).map(({ kid, state, records: count }) => [kid, state, count === 0]),
      [[old, 'retired', true], [ended.value.active, 'active', false]],
    )
    assert.deepEqual(scene.ring().sealing.map(({ state }: Json) => state), ['retired', 'active'])
    assert.equal((await trustOf(world)).version, 3)
  })

  test('is not missed: pipelines run once the old key has left the ring', async () => {
    const ring = scene.ring()
    scene.writeRing({ ...ring, sealing: ring.sealing.slice(1) })
    assert.equal((await scene.world.run('numbers')).state, 'succeeded')
    scene.writeRing(ring)
  })

  test('goes on where it was when the command, the agent and the edge are killed in the middle', async () => {
    const { world } = scene
    const old = await scene.activeKey()
    const begun = world.person.start(rotate())
    await begun.says(/makes \w+ the active key/)
    const passing = async () => {
      const key = (await scene.keys()).find(({ kid }) => kid === old)
      return key !== undefined && key.records < records * 0.9 && key
    }
    const midway = await until(passing, 'the first records on the new key', 120)
    begun.child.kill('SIGKILL')
    scene.agent.child.kill('SIGKILL')
    await world.edge.kill()
    await Promise.all([begun.ended, scene.agent.ended])
    await world.edge.start()
    scene.agent = await world.startAgent()
    const pipelines = scene.keepRunning()
    const ended = await world.person.call(rotate())
    const states = await pipelines.stop()
    assert.equal(ended.exit, 0, ended.stderr)
    assert.ok(midway.records > 0, 'it was killed in the middle')
    assert.ok(ended.value.retired.includes(old))
    assert.deepEqual([...new Set(states)], ['succeeded'])
    const key = (await scene.keys()).find(({ kid }) => kid === old)
    assert.deepEqual([key?.state, key?.records], ['retired', 0])
  })
})
