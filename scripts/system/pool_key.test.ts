/** Agents that come and go: nobody approves them, the ring of their pool vouches, and they remember nothing. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt, type Started } from '../e2e/binary.ts'
import type { Json } from '../e2e/tampering_proxy.ts'
import { startWorld, type World } from '../e2e/world.ts'
import { type Moto, startMoto, withoutMoto } from './moto.ts'

const bucket = 'acme-tasks'
const authorization =
  'AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'

describe('a pool whose key vouches for its agents', { skip: withoutMoto }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tasks-'))
  let moto: Moto
  let world: World
  let tasks = 0

  /** A machine that has never been there before. */
  const newTask = () => binaryAt(world.person.path, join(folder, `task-${++tasks}`), moto.env)
  const settings = (more: Record<string, string> = {}) =>
    Object.entries({
      url: world.url,
      keystore: 'aws-sm:sallyport/tasks',
      floor: `s3:${bucket}/floor.json`,
      anchor: `s3:${bucket}/tasks/anchor.json`,
      enrolment: 'pool_key',
      'local-policy': join(folder, 'agent', 'local-policy.yaml'),
      ...more,
    }).flatMap(([name, value]) => [`--${name}`, value])
  const agents = async (): Promise<Json[]> =>
    (await world.does('agents', 'list')).filter(({ pool }: Json) => pool === 'tasks')

  async function startTask(task: Binary): Promise<Started> {
    const agent = task.start(['agent', ...settings()])
    await agent.says(/Asking http/)
    return agent
  }

  async function stop(agent: Started): Promise<void> {
    agent.child.kill('SIGTERM')
    assert.equal((await agent.ended).exit, 0)
  }

  before(async () => {
    moto = await startMoto()
    await fetch(`${moto.direct}/${bucket}`, { method: 'PUT', headers: { authorization } })
    const files = join(folder, 'in')
    mkdirSync(files)
    writeFileSync(join(files, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: files, path: "${files}" }`,
        `{ direction: write, connector: files, path: "${join(folder, 'out')}" }`,
      ],
      local: `files: ["${folder}"]\n`,
      places: {
        keystore: 'aws-sm:sallyport/default',
        floor: `s3:${bucket}/floor.json`,
        anchor: `s3:${bucket}/default/anchor.json`,
        env: moto.env,
      },
    })
    const places = ['--keystore', 'aws-sm:sallyport/tasks', '--anchor', `s3:${bucket}/tasks/anchor.json`]
    await world.does('pools', 'add', 'tasks', '--enrolment', 'pool_key', ...places)
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
    for (const [name, path] of [['in', files], ['out', join(folder, 'out')]] as const) {
      const file = join(folder, `${name}.yaml`)
      writeFileSync(file, `sallyport: 1\nconnections:\n  ${name}: { type: files, path: "${path}" }\n`, {
        mode: 0o600,
      })
      await world.does('connection', 'add', name, '--from', file, '--pool', 'tasks', '--yes')
    }
    await world.applyPipeline({
      name: 'people',
      source: 'in',
      destination: 'out',
      streams: ['{ from: people.csv, to: people.csv, mode: replace }'],
      more: 'pool: tasks\n',
    })
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    await moto?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('an agent joins when it starts, is approved at once, and moves data', async () => {
    const agent = await startTask(newTask())
    const [known] = await agents()
    assert.deepEqual([known.state, known.ephemeral], ['approved', true])
    const run = await world.run('people')
    assert.equal(run.state, 'succeeded', agent.said())
    assert.ok(existsSync(join(folder, 'out', 'people.csv')))
    await stop(agent)
  })

  test('the next task is another agent, and goes on from the same anchor', async () => {
    const before = (await agents()).length
    const task = newTask()
    const agent = await startTask(task)
    assert.equal((await agents()).length, before + 1)
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
    await stop(agent)
    const again = await startTask(task)
    assert.equal((await agents()).length, before + 1)
    await stop(again)
  })

  test('enroll joins as well, and what it joined remembers how', async () => {
    const task = newTask()
    const words = settings()
    const given = words.filter((word, at) => word !== '--enrolment' && words[at - 1] !== '--enrolment')
    const options = given.filter((word, at) =>
      !['--floor', '--local-policy'].includes(word) &&
      !['--floor', '--local-policy'].includes(given[at - 1] ?? '')
    )
    const joined = await task.call(['enroll', ...options, '--pool-key', '--name', 'by-hand', '--json'])
    assert.deepEqual(
      [joined.exit, joined.value.state, joined.value.pool],
      [0, 'approved', 'tasks'],
      joined.stderr,
    )
    const local = given.map((word) =>
      word.startsWith(`s3:${bucket}/tasks`) ? `file:${folder}/anchor.json` : word
    )
    const refused = await task.call(['agent', ...local, '--json'])
    assert.deepEqual([refused.exit, refused.code], [4, 'anchor_local'], refused.stderr)
  })

  test('an anchor on its own disk is refused before anything is asked', async () => {
    const before = (await agents()).length
    const refused = await newTask().call([
      'agent',
      ...settings({ anchor: `file:${folder}/anchor.json` }),
      '--json',
    ])
    assert.deepEqual([refused.exit, refused.code], [4, 'anchor_local'], refused.stderr)
    assert.equal((await agents()).length, before)
  })

  test('a pool that agents are approved for lets none in this way', async () => {
    const more = { keystore: 'aws-sm:sallyport/default', anchor: `s3:${bucket}/default/anchor.json` }
    const refused = await newTask().call(['agent', ...settings(more), '--json'])
    assert.equal(refused.code, 'enrolment_not_allowed', refused.stderr)
  })

  test('one that a person has revoked does not come back with its key', async () => {
    const task = newTask()
    const agent = await startTask(task)
    const { id } = JSON.parse(await Bun.file(join(task.home, 'agent', 'agent.json')).text())
    await world.does('agents', 'revoke', id, '--yes')
    agent.child.kill('SIGKILL')
    await agent.ended
    const refused = await task.call(['agent', ...settings(), '--json'])
    assert.equal(refused.code, 'agent_revoked', refused.stderr)
  })
})
