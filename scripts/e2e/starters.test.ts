/** A webhook as its README has it called, a pipeline that follows, and a pause: through binary, edge and agent. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root } from '../suites.ts'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

describe('what starts a run by itself', () => {
  let folder: string
  let world: World

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-starters-'))
    for (const name of ['in', 'out']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'in', 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: files, path: "${folder}/in" }`,
        `{ direction: write, connector: files, path: "${folder}/out" }`,
      ],
      local: `files: ["${folder}"]\n`,
    })
    await world.addConnection('here', `{ type: files, path: "${folder}/in", format: csv }`)
    await world.addConnection('there', `{ type: files, path: "${folder}/out", format: csv }`)
    await apply('called', 'webhook: { per_day: 2 }')
    await apply('following', 'after: { pipeline: called, per_day: 2 }')
    await apply('timed', 'schedule: { every: 12h, jitter: 10m }')
    await world.startAgent()
  }, { timeout: 120_000 })

  after(async () => {
    await world?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const apply = (name: string, triggers: string) =>
    world.applyPipeline({
      name,
      source: 'here',
      destination: 'there',
      streams: [`{ from: people.csv, to: ${name}.csv, mode: replace }`],
      more: `triggers: { ${triggers} }\n`,
    })

  /** The example of the README, with this url and secret. */
  function example(url: string, secret: string) {
    const text = readFileSync(join(root, 'edge', 'webhooks', 'README.md'), 'utf8')
    const [, script] = /```sh\n(URL=[^`]+)```/.exec(text) ?? []
    const given = script?.replace(/^URL=.*$/m, `URL=${url}`).replace(/^SECRET=.*$/m, `SECRET=${secret}`) ?? ''
    const { status, stdout } = spawnSync('bash', ['-ec', given], { encoding: 'utf8', timeout: 20_000 })
    return { status, json: JSON.parse(stdout) }
  }

  test('a call as the README has it starts a run, and a pipeline that follows has its own', async () => {
    const { url, secret } = await world.does('webhooks', 'create', 'called')
    const { json: { run } } = example(url, secret)
    const ended = await world.endOf(run)
    assert.deepEqual([ended.state, ended.trigger], ['succeeded', 'webhook'])
    assert.equal(readFileSync(join(folder, 'out', 'called.csv'), 'utf8').trim().split('\n').length, 3)
    const follower = await until(
      async () => (await world.does('runs', 'list', '--pipeline', 'following'))[0],
      'a run that follows',
    )
    const second = await world.endOf(follower.id)
    assert.deepEqual([second.state, second.trigger, second.after], ['succeeded', 'after', run])
    const { object } = (await world.machine.call([
      'anchor',
      'show',
      '--pipeline',
      second.pipeline_id,
      '--json',
    ])).value
    assert.deepEqual(object.runs.map(({ trigger }: { trigger: string }) => trigger), ['after'])
    const wrong = example(url, `${secret}x`)
    assert.deepEqual([wrong.status === 0, wrong.json.code], [false, 'unauthenticated'])
  })

  test('a pipeline that is paused takes no call until it is resumed, and the list says so', async () => {
    await world.does('schedules', 'pause', 'called')
    await world.does('schedules', 'pause', 'timed')
    const { url, secret } = await world.does('webhooks', 'rotate', 'called', '--overlap', '0')
    assert.equal(example(url, secret).json.code, 'trigger_not_allowed')
    const [timed] = await world.does('schedules', 'list')
    assert.deepEqual([timed.name, timed.every, timed.jitter, timed.next], ['timed', '12h', 600, undefined])
    assert.ok(timed.paused !== undefined)
    await world.does('schedules', 'resume', 'timed')
    const { next } = await world.does('schedules', 'next', 'timed', '--count', '3')
    assert.equal(next.length, 3)
    assert.equal((await world.does('schedules', 'list'))[0].next, next[0])
    await world.does('schedules', 'resume', 'called')
    assert.equal((await world.endOf(example(url, secret).json.run)).state, 'succeeded')
    await world.does('webhooks', 'delete', 'called', '--yes')
    assert.equal(example(url, secret).json.code, 'unauthenticated')
  })

  test('a file that was signed with whom it follows is unchanged', async () => {
    assert.equal((await apply('following', 'after: { pipeline: called, per_day: 2 }')).unchanged, true)
  })
})
