import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { draft, ids, start, time, World } from '../runs/world_fixture.ts'
import { updateAnchor } from '../trust/anchor.ts'
import { remembered, seenFolder } from '../trust/anchor_memory.ts'
import { enterPipeline } from '../trust/pipeline_anchor.ts'
import { runProgram } from './program.ts'
import { exits, Shell } from './shell.ts'

/** A machine with the world's ring, as an agent of it sees it. */
class Machine {
  readonly #world: World
  readonly state: string
  readonly path: string

  constructor(world: World) {
    this.#world = world
    this.state = join(world.folder, 'state')
    this.path = join(world.folder, 'anchor.json')
    mkdirSync(this.state, { mode: 0o700 })
    writeFileSync(join(world.folder, 'ring.json'), JSON.stringify(world.ring), { mode: 0o600 })
  }

  get agent() {
    return remembered(this.#world.anchor, { folder: join(this.state, seenFolder), keep: true })
  }

  async run(...words: string[]) {
    const { folder } = this.#world
    let said = ''
    const sink = { write: (piece: string) => (said += piece) }
    const env = {
      SALLYPORT_HOME: folder,
      SALLYPORT_KEYSTORE: `file:${folder}/ring.json`,
      SALLYPORT_ANCHOR: `file:${this.path}`,
      SALLYPORT_STATE: this.state,
    }
    const shell = new Shell({ env, stdout: sink, stderr: sink, stdin: {} })
    const exit = await runProgram(['anchor', ...words, '--json'], shell)
    return { exit, said, value: () => JSON.parse(said) }
  }
}

describe('sallyport anchor', () => {
  test('init makes one, once, and none where an agent has seen one', async () => {
    await using world = new World(draft())
    const machine = new Machine(world)
    assert.equal((await machine.run('init')).exit, exits.done)
    assert.equal((await machine.run('init')).exit, exits.usage)
    await updateAnchor(machine.agent, world.ring, (one) => ({ ...one, clock: time(start) }))
    rmSync(machine.path)
    const { exit, said } = await machine.run('init')
    assert.equal(exit, exits.usage)
    assert.match(said, /--after-loss/)
  })

  test('init --after-loss makes it anew, and an agent that has seen a newer one goes on with it', async () => {
    await using world = new World(draft())
    await world.settle()
    const machine = new Machine(world)
    const old = readFileSync(machine.path, 'utf8')
    await updateAnchor(machine.agent, world.ring, (one) => ({ ...one, clock: time(start) }))
    writeFileSync(machine.path, old, { mode: 0o600 })
    const { exit, said } = await machine.run('show')
    assert.equal(exit, exits.refused)
    assert.match(said, /anchor_rolled_back/)
    assert.equal((await machine.run('init', '--after-loss')).exit, exits.usage, 'nobody was asked')
    const { lost } = (await machine.run('init', '--after-loss', '--yes')).value()
    assert.equal((await machine.run('show')).value().lost, lost)
    await updateAnchor(machine.agent, world.ring, (one) => ({ ...one, clock: time(start) }))
  })

  test('show --pipeline tells what is remembered of one', async () => {
    await using world = new World(draft())
    await world.settle()
    const machine = new Machine(world)
    assert.equal((await machine.run('show', '--pipeline', ids.pipeline)).value().listed, null)
    await enterPipeline(machine.agent, world.of, { since: time(start), now: start })
    const { listed, object } = (await machine.run('show', '--pipeline', ids.pipeline)).value()
    assert.deepEqual(listed, { since: time(start), kept: true })
    assert.deepEqual(object.runs, [])
  })
})
