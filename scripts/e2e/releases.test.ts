/** A trust document that lists binaries: an agent runs when it is one of them, and stops when it is no longer. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startPeopleWorld } from './people_world.ts'
import type { World } from './world.ts'

describe('an agent whose binary is listed, or is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-releases-'))
  let world: World

  const publish = async (...edit: string[]) => {
    await world.does('trust', 'edit', ...edit)
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
  }

  before(async () => {
    world = await startPeopleWorld({
      folder,
      rows: ['1,Ada'],
    })
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('runs as one of them, and is refused from the next decision on when another is listed alone', async () => {
    await publish('--add-release', world.machine.path)
    const agent = await world.startAgent()
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
    const { document } = await world.does('trust', 'show')
    await publish('--add-release', 'f'.repeat(64))
    await publish('--remove-release', document.releases[0])
    const refused = await world.run('people')
    assert.deepEqual([refused.state, refused.code], ['refused', 'release_refused'], agent.said())
    agent.child.kill('SIGTERM')
    await agent.ended
  })

  test('does not start when it is not listed', async () => {
    const ended = await world.machine.call(['agent', '--json'])
    assert.deepEqual([ended.exit, ended.code], [4, 'release_refused'], ended.stderr)
  })
})
