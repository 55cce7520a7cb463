import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { simulate } from './simulate.ts'

describe('a simulation', () => {
  test('of six seeds finds nothing that may not happen', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { violation, figures } = await simulate(seed)
      assert.equal(violation, null, `npm run simulate -- --seed ${seed}`)
      assert.ok(figures.runs > 0 && figures.commits > figures.runs)
    }
  })

  test('is the same every time for one seed, and another for another', async () => {
    const lines: string[] = []
    const first = await simulate(7, { show: (line) => lines.push(line) })
    const again: string[] = []
    assert.deepEqual(await simulate(7, { show: (line) => again.push(line) }), first)
    assert.deepEqual(again, lines)
    assert.notEqual((await simulate(8)).digest, first.digest)
  })

  test('is the same in another process, whatever ran before it there', () => {
    const main = fileURLToPath(new URL('main_fixture.ts', import.meta.url))
    const digests = [['4', '2'], ['5', '1']].map((of) => {
      const args = ['run', '--no-check', '--allow-all', main, ...of]
      const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '').digest
    })
    assert.equal(digests[0], digests[1])
  })

  test('gives the clocks and timers of the process back', async () => {
    const { setTimeout, clearTimeout } = globalThis
    const { now } = Date
    await simulate(1)
    assert.equal(globalThis.setTimeout, setTimeout)
    assert.equal(globalThis.clearTimeout, clearTimeout)
    assert.equal(Date.now, now)
    assert.ok(!Object.hasOwn(performance, 'now'))
  })
})
