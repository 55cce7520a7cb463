/** An upgrade puts another file in the binary's place while the agent runs: what runs goes on as it is. */
import assert from 'node:assert/strict'
import { copyFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Refusing } from './refusing.ts'
import { startRefusing } from './refusing.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const skip = !server ? 'no PostgreSQL given' : process.platform !== 'linux' ? 'asks for Linux' : false
let all: Refusing

before(async () => {
  if (skip) return
  all = await startRefusing(server ?? '', 'replaced', {
    allow: (folder) => [`{ direction: write, connector: files, path: "${join(folder, 'out')}" }`],
  })
})
after(() => all?.[Symbol.asyncDispose]())

describe('an agent whose binary was replaced', { skip }, () => {
  test('goes on, also with what it starts itself again for', async () => {
    const { world, folder } = all
    await world.addConnection('lake', `{ type: files, path: "${join(folder, 'out')}" }`)
    await world.applyPipeline({
      name: 'to-lake',
      source: 'here',
      destination: 'lake',
      streams: ['{ from: people.csv, to: people.parquet, mode: replace }'],
    })
    await all.succeeds('to-lake')
    const next = `${world.machine.path}.next`
    copyFileSync(world.machine.path, next)
    renameSync(next, world.machine.path)
    const run = await all.succeeds('to-lake')
    assert.deepEqual([run.streams[0].route, run.streams[0].rows], ['restowed', 3])
  })
})
