/** A trust document that lists binaries: an agent runs when it is one of them, and stops when it is no longer. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

describe('an agent whose binary is listed, or is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-releases-'))
  let world: World

  const publish = async (...edit: string[]) => {
    await world.does('trust', 'edit', ...edit)
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
  }

  before(async () => {
    const files = join(folder, 'in')
    mkdirSync(files)
    writeFileSync(join(files, 'people.csv'), 'id,name\n1,Ada\n')
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: files, path: "${files}" }`,
        `{ direction: write, connector: files, path: "${join(folder, 'out')}" }`,
      ],
      local: `files: ["${folder}"]\n`,
    })
    await world.addConnection('in', `{ type: files, path: "${files}" }`)
    await world.addConnection('out', `{ type: files, path: "${join(folder, 'out')}" }`)
    const streams = ['{ from: people.csv, to: people.csv, mode: replace }']
    await world.applyPipeline({ name: 'people', source: 'in', destination: 'out', streams })
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
