/**
 * Keys that change while pipelines go on: by the binary and the edge, with records by the thousand. Nothing fails,
 * nothing is left behind, and whatever is killed in the middle goes on where it was.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { toHex } from '../../shared/bytes.ts'
import { describeEnvelope, open } from '../../shared/seal/envelope.ts'
import { parseEnvelope } from '../../shared/seal/envelope_bytes.ts'
import type { Started } from './binary.ts'
import { primitives, seedOf } from './forge.ts'
import { envelopeOf, makeRecords, trustOf } from './many_records.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

const records = Number(process.env['SALLYPORT_TEST_RECORDS'] ?? 10_000)
const folder = mkdtempSync(join(tmpdir(), 'sallyport-rotation-'))
const [from, to] = [join(folder, 'in'), join(folder, 'out')]

let world: World
let agent: Started

before(async () => {
  for (const path of [from, to]) mkdirSync(path)
  writeFileSync(join(from, 'numbers.csv'), 'id\n' + Array.from({ length: 100 }, (_, n) => `${n}\n`).join(''))
  world = await startWorld({
    folder,
    allow: [
      `{ direction: read, connector: files, path: ${from} }`,
      `{ direction: write, connector: files, path: ${to} }`,
    ],
    local: `files: ["${from}", "${to}"]\n`,
  })
  await world.addConnection('from', `{ type: files, path: ${from}, format: csv }`)
  await world.addConnection('to', `{ type: files, path: ${to}, format: csv }`)
  await world.applyPipeline({
    name: 'numbers',
    source: 'from',
    destination: 'to',
    streams: ['{ from: numbers.csv, to: numbers.csv, mode: replace }'],
  })
  agent = await world.startAgent()
})

after(async () => {
  await world?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the pipeline again and again until `stop`; gives the states in which the runs have ended. */
function keepRunning() {
  const states: string[] = []
  let going = true
  const over = (async () => {
    while (going) states.push((await world.run('numbers')).state)
  })()
  return {
    states,
    async stop() {
      going = false
      await over
      return states
    },
  }
}

const ring = (): Json => JSON.parse(readFileSync(join(world.person.home, 'ring.json'), 'utf8'))
const keysAtEdge = async (): Promise<Json[]> => (await world.api('GET', '/v1/keys')).body.data
const activeKey = async () => (await keysAtEdge()).find(({ state }) => state === 'active')?.kid as string
const rotate = (...more: string[]) => ['keys', 'rotate', '--yes', '--json', ...more]

async function startAgain() {
  agent = await world.startAgent()
}

describe('a routine rotation', () => {
  test(`of ${records} records fails no run, and leaves nothing on the old key`, async () => {
    await makeRecords(world, records)
    const old = await activeKey()
    const pipelines = keepRunning()
    const ended = await world.person.call(rotate())
    const states = await pipelines.stop()
    assert.equal(ended.exit, 0, ended.stderr)
    const { value } = ended
    assert.equal(value.done, true)
    assert.deepEqual(value.retired, [old])
    assert.ok(states.length > 0)
    assert.deepEqual([...new Set(states)], ['succeeded'])
    const keys = await keysAtEdge()
    assert.deepEqual(
      keys.map(({ kid, state, records: count }) => [kid, state, count === 0]),
      [[old, 'retired', true], [value.active, 'active', false]],
    )
    assert.deepEqual(ring().sealing.map(({ state }: Json) => state), ['retired', 'active'])
    const trust = await trustOf(world)
    assert.equal(trust.version, 3)
  })

  test('is not missed: pipelines run once the old key has left the ring', async () => {
    const whole = ring()
    const path = join(world.person.home, 'ring.json')
    writeFileSync(path, JSON.stringify({ ...whole, sealing: whole.sealing.slice(1) }), { mode: 0o600 })
    assert.equal((await world.run('numbers')).state, 'succeeded')
    writeFileSync(path, JSON.stringify(whole), { mode: 0o600 })
  })

  test('goes on where it was when the command, the agent and the edge are killed in the middle', async () => {
    const old = await activeKey()
    const begun = world.person.start(rotate())
    await begun.says(/makes \w+ the active key/)
    const passing = async () => {
      const key = (await keysAtEdge()).find(({ kid }) => kid === old)
      return key !== undefined && key.records < records * 0.9 && key
    }
    const midway = await until(passing, 'the first records on the new key', 120)
    begun.child.kill('SIGKILL')
    agent.child.kill('SIGKILL')
    await world.edge.kill()
    await Promise.all([begun.ended, agent.ended])
    await world.edge.start()
    await startAgain()
    const pipelines = keepRunning()
    const ended = await world.person.call(rotate())
    const states = await pipelines.stop()
    assert.equal(ended.exit, 0, ended.stderr)
    assert.ok(midway.records > 0, 'it was killed in the middle')
    assert.deepEqual(ended.value.retired.includes(old), true)
    assert.deepEqual([...new Set(states)], ['succeeded'])
    const key = (await keysAtEdge()).find(({ kid }) => kid === old)
    assert.deepEqual([key?.state, key?.records], ['retired', 0])
  })

  test('that is interrupted before its trust document is out makes no second key', async () => {
    const before = ring().sealing.length
    const begun = world.person.start(rotate())
    await begun.says(/is in the ring/)
    begun.child.kill('SIGKILL')
    await begun.ended
    const ended = await world.person.call(rotate('--continue'))
    assert.equal(ended.exit, 0, ended.stderr)
    assert.equal(ring().sealing.length, before + 1)
  })
})

describe('after a compromise', () => {
  test('bodies are new, the pin has moved, and the credentials to change are listed', async () => {
    const [id] = await makeRecords(world, 50)
    const before = await envelopeOf(world, id as string)
    const leaked = ring()
    const ended = await world.person.call(rotate('--compromised'))
    assert.equal(ended.exit, 0, ended.stderr)
    const now = await envelopeOf(world, id as string)
    assert.notDeepEqual(parseEnvelope(now).body, parseEnvelope(before).body)
    assert.deepEqual(describeEnvelope(now).kids, [ended.value.active])
    const { pin } = ring()
    assert.equal(ended.value.pin, `${pin.tenant}:${pin.version}:${pin.hash}`)
    assert.ok(pin.version > leaked.pin.version)
    assert.deepEqual(ended.value.credentials.map(({ name }: Json) => name).sort(), ['from', 'to'])
    const keys = leaked.sealing.map((key: Json) => ({
      suite: key.suite,
      privateKey: new Uint8Array(Buffer.from(key.private, 'base64')),
    }))
    const context = {
      tenant: world.tenant,
      project: world.project,
      type: 'connection',
      id: id as string,
      version: 50,
      schema: 'connection/1',
    } as const
    assert.ok(open(primitives, { context, envelope: before, keys }).length > 0)
    assert.throws(() => open(primitives, { context, envelope: now, keys }), { code: 'kid_missing' })
    assert.equal((await world.run('numbers')).state, 'succeeded')
    const text = await world.person.call(['trust', 'verify', '--pin', ended.value.pin, '--json'])
    assert.equal(text.exit, 0, text.stderr)
  })
})

describe('readers', () => {
  const pipeline = async () => {
    const { body } = await world.api('GET', '/v1/pipelines')
    const { id } = body.data[0]
    const { body: record } = await world.api('GET', `/v1/pipelines/${id}`)
    const context = {
      tenant: world.tenant,
      project: world.project,
      type: 'pipeline',
      id: id as string,
      version: record.version as number,
      schema: 'pipeline/1',
    } as const
    return { context, envelope: new Uint8Array(Buffer.from(record.sealed, 'base64')) }
  }
  const edit = async (...words: string[]) => {
    await world.does('trust', 'edit', ...words)
    await world.does('trust', 'sign', '--yes')
    await world.does('trust', 'publish', '--yes')
  }

  test('open what there is once they are added and records are passed on, and not once they are taken out', async () => {
    const out = join(folder, 'grace.json')
    const made = await world.does('keys', 'make', '--reader', '--out', out)
    const keys = [{ suite: 1 as const, privateKey: seedOf(out) }]
    const before = await pipeline()
    assert.throws(() => open(primitives, { ...before, keys }), { code: 'kid_missing' })
    await edit('--add-reader', made.public, '--owner', 'Grace')
    const added = await world.does('keys', 'rewrap')
    assert.deepEqual(added.remaining, {})
    const opened = open(primitives, { ...(await pipeline()), keys })
    assert.ok(toHex(opened).length > 0)
    await edit('--remove-reader', made.id)
    const removed = await world.does('keys', 'rewrap')
    assert.deepEqual(removed.remaining, {})
    const could = removed.removed_readers.find(({ kid }: Json) => kid === made.id)
    assert.ok(could.could_read.some(({ name }: Json) => name === 'numbers'))
    const after = await pipeline()
    assert.throws(() => open(primitives, { ...after, keys }), { code: 'kid_missing' })
    assert.equal((await world.run('numbers')).state, 'succeeded')
  })
})

describe('what was published', () => {
  test('is live when an agent says so, and not before', async () => {
    const file = join(folder, 'more.yaml')
    writeFileSync(
      file,
      `sallyport: 1\nconnections:\n  more: { type: files, path: ${from}, format: csv }\n`,
      { mode: 0o600 },
    )
    const add = ['connection', 'add', 'more', '--from', file, '--yes', '--json']
    const ended = await world.person.call([...add, '--wait', '60'])
    assert.deepEqual(ended.value.live, [{ pool: 'default', agent: world.agentId }], ended.stderr)
    const unasked = await world.person.call(add)
    assert.deepEqual(unasked.value.live, [])
    agent.child.kill('SIGTERM')
    await agent.ended
    const silent = await world.person.call([...add, '--wait', '1'])
    assert.equal(silent.exit, 0, silent.stderr)
    assert.deepEqual(silent.value.live, [])
  })
})
