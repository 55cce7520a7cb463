/** The life of a tenant's keys by the commands that people type: rotation, compromise, readers, recovery, receipts. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { toHex } from '../../shared/bytes.ts'
import { describeEnvelope, open } from '../../shared/seal/envelope.ts'
import { parseEnvelope } from '../../shared/seal/envelope_bytes.ts'
import { primitives, seedOf } from './forge.ts'
import { envelopeOf, makeRecords, trustOf } from './many_records.ts'
import { rotate, type Scene, startScene } from './rotation_scene.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))

let scene: Scene

before(async () => (scene = await startScene(folder)))

after(async () => {
  await scene?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const call = (...words: string[]) => scene.world.person.call([...words, '--json'])

async function edit(...words: string[]) {
  await scene.world.does('trust', 'edit', ...words)
  await scene.world.does('trust', 'sign', '--yes')
  await scene.world.does('trust', 'publish', '--yes')
}

describe('the keys of a tenant', () => {
  test('are listed with their age, what is sealed to them, and who holds them', async () => {
    const sealing = await until(async () => {
      const keys = await scene.world.does('keys', 'list')
      const one = keys.find(({ use }: Json) => use === 'sealing')
      return one.holders.length > 0 && one
    }, 'the proof of the agent')
    assert.equal(sealing.state, 'active')
    assert.equal(sealing.age_days, 0)
    assert.equal(sealing.records, 4)
    assert.deepEqual(sealing.holders.map(({ agent }: Json) => agent), [scene.world.agentId])
    const one = await scene.world.does('keys', 'show', sealing.id)
    assert.equal(one.words.split(' ').length, 12)
  })

  test('are those of the private side, of the trust document and of the edge; otherwise that is said', async () => {
    const same = await call('keys', 'verify')
    assert.equal(same.exit, 0, same.stderr)
    assert.equal(same.value.ok, true)
    const ring = scene.ring()
    const other = Buffer.alloc(32, 7).toString('base64')
    scene.writeRing({ ...ring, sealing: [{ ...ring.sealing[0], private: other }] })
    const differs = await call('keys', 'verify')
    scene.writeRing(ring)
    assert.equal(differs.exit, 5)
    assert.match(differs.value.differences.join('\n'), /is another one/)
  })
})

describe('a rotation', () => {
  test('passes everything on while the pipeline runs, and retires the old key', async () => {
    await makeRecords(scene.world, 300)
    const old = await scene.activeKey()
    const pipelines = scene.keepRunning()
    const ended = await scene.world.person.call(rotate())
    const states = await pipelines.stop()
    assert.equal(ended.exit, 0, ended.stderr)
    assert.deepEqual([...new Set(states)], ['succeeded'])
    const key = (await scene.keys()).find(({ kid }) => kid === old)
    assert.deepEqual([key.state, key.records], ['retired', 0])
    assert.match(ended.stderr, /100 %/)
  })

  test('that is interrupted before its trust document is out makes no second key', async () => {
    const before = scene.ring().sealing.length
    const begun = scene.world.person.start(rotate())
    await begun.says(/is in the ring/)
    begun.child.kill('SIGKILL')
    await begun.ended
    const ended = await scene.world.person.call(rotate('--continue'))
    assert.equal(ended.exit, 0, ended.stderr)
    assert.equal(scene.ring().sealing.length, before + 1)
    const again = await scene.world.person.call(rotate('--continue'))
    assert.equal(again.exit, 2, again.stderr)
  })

  test('hands over what it may not write or sign, and goes on once others have', async () => {
    const { person } = scene.world
    const second = join(person.home, 'keys', 'root-2-take-offline.json')
    const threshold = async (count: string) => {
      await scene.world.does('trust', 'edit', '--threshold', count)
      for (const key of [[], ['--key', second]]) await scene.world.does('trust', 'sign', '--yes', ...key)
      await scene.world.does('trust', 'publish', '--yes')
    }
    await threshold('2')
    const env = { SALLYPORT_KEYSTORE: 'env:RING' }
    const byHand = (...more: string[]) =>
      person.call(rotate(...more), { env: { ...env, RING: JSON.stringify(scene.ring()) } })
    const first = await byHand()
    assert.equal(first.exit, 0, first.stderr)
    assert.deepEqual([first.value.done, first.value.step], [false, 'ring'])
    const waiting = join(person.home, 'ring-default.next.json')
    const early = await byHand('--continue')
    assert.equal(early.value.step, 'ring')
    scene.writeRing(JSON.parse(readFileSync(waiting, 'utf8')))
    const unsigned = await byHand('--continue')
    assert.deepEqual([unsigned.value.done, unsigned.value.step], [false, 'signatures'])
    await scene.world.does('trust', 'sign', '--key', second, '--yes')
    await scene.world.does('trust', 'publish', '--yes')
    const ended = await byHand('--continue', '--key', second)
    assert.equal(ended.exit, 0, ended.stderr)
    assert.equal(ended.value.done, true)
    assert.equal(ended.value.ring_file, waiting)
    scene.writeRing(JSON.parse(readFileSync(waiting, 'utf8')))
    await threshold('1')
    assert.equal((await scene.world.run('numbers')).state, 'succeeded')
  })
})

describe('a change of suite', () => {
  test('moves pool and reader together, and every record with them', async () => {
    const ended = await scene.world.person.call(rotate('--suite', '2'))
    assert.equal(ended.exit, 0, ended.stderr)
    const trust = await trustOf(scene.world)
    const active = trust.sealing_keys.filter(({ state }) => state === 'active')
    assert.deepEqual([...active, ...trust.readers].map(({ suite }) => suite), [2, 2])
    const { envelope } = await scene.pipeline()
    assert.equal(describeEnvelope(envelope).suite, 2)
    assert.equal((await scene.world.run('numbers')).state, 'succeeded')
    // The person's next reader key is in the place of the old one.
    const shown = await scene.world.does('pipeline', 'show', 'numbers')
    assert.equal(shown.body.streams[0].to, 'numbers.csv')
    const back = await scene.world.person.call(rotate('--suite', '1'))
    assert.equal(back.exit, 0, back.stderr)
  })
})

describe('after a compromise', () => {
  test('bodies are new, the pin has moved, and the credentials to change are listed', async () => {
    const { world } = scene
    const [id] = await makeRecords(world, 50)
    const before = await envelopeOf(world, id as string)
    const leaked = scene.ring()
    const ended = await world.person.call(rotate('--compromised'))
    assert.equal(ended.exit, 0, ended.stderr)
    const now = await envelopeOf(world, id as string)
    assert.notDeepEqual(parseEnvelope(now).body, parseEnvelope(before).body)
    assert.deepEqual(describeEnvelope(now).kids, [ended.value.active])
    const { pin } = scene.ring()
    assert.equal(ended.value.pin, `${pin.tenant}:${pin.version}:${pin.hash}`)
    assert.ok(pin.version > leaked.pin.version)
    assert.notEqual(scene.ring().pool_key, leaked.pool_key)
    assert.equal(scene.ring().mask_key, leaked.mask_key)
    assert.deepEqual(ended.value.credentials.map(({ name }: Json) => name).sort(), ['from', 'to'])
    const keys = leaked.sealing.map((key: Json) => ({
      suite: key.suite,
      privateKey: new Uint8Array(Buffer.from(key.private, 'base64')),
    }))
    const place = {
      tenant: world.tenant,
      project: world.project,
      type: 'connection',
      id: id as string,
    } as const
    const context = { ...place, version: 50, schema: 'connection/1' }
    assert.ok(open(primitives, { context, envelope: before, keys }).length > 0)
    assert.throws(() => open(primitives, { context, envelope: now, keys }), { code: 'kid_missing' })
    assert.equal((await world.run('numbers')).state, 'succeeded')
    assert.equal((await call('trust', 'verify', '--pin', ended.value.pin)).exit, 0)
  })
})

describe('a reader', () => {
  test('opens what there is once added and records are passed on, and no longer once taken out', async () => {
    const out = join(folder, 'grace.json')
    const made = await scene.world.does('keys', 'make', '--reader', '--out', out)
    const keys = [{ suite: 1 as const, privateKey: seedOf(out) }]
    const before = await scene.pipeline()
    assert.throws(() => open(primitives, { ...before, keys }), { code: 'kid_missing' })
    await edit('--add-reader', made.public, '--owner', 'Grace')
    assert.deepEqual((await scene.world.does('keys', 'rewrap')).remaining, {})
    assert.ok(toHex(open(primitives, { ...(await scene.pipeline()), keys })).length > 0)
    await edit('--remove-reader', made.id)
    const removed = await scene.world.does('keys', 'rewrap')
    assert.deepEqual(removed.remaining, {})
    const could = removed.removed_readers.find(({ kid }: Json) => kid === made.id)
    assert.ok(could.could_read.some(({ name }: Json) => name === 'numbers'))
    const after = await scene.pipeline()
    assert.throws(() => open(primitives, { ...after, keys }), { code: 'kid_missing' })
  })
})

describe('recovery', () => {
  const shares = join(folder, 'shares')
  const some = (...numbers: number[]) => numbers.flatMap((n) => ['--share', join(shares, `share-${n}.txt`)])

  test('takes the ring back from its sealed copy by any three of five shares', async () => {
    const { person } = scene.world
    const made = await scene.world.does('keys', 'recover', '--make', '--out-dir', shares, '--yes')
    assert.equal(readdirSync(shares).length, 5)
    assert.equal((await trustOf(scene.world)).recovery?.kid, made.kid)
    const drill = await scene.world.does('keys', 'recover', '--drill', ...some(1, 3, 5))
    assert.equal(drill.ok, true)
    // A rotation seals the next ring as well.
    const rotated = await person.call(rotate())
    assert.equal(rotated.exit, 0, rotated.stderr)
    const lost = scene.ring()
    rmSync(join(person.home, 'ring.json'))
    const back = await scene.world.does('keys', 'recover', '--from', made.copy, ...some(2, 3, 4))
    assert.deepEqual(back.kids, lost.sealing.map(({ kid }: Json) => kid))
    assert.deepEqual(scene.ring(), lost)
    assert.equal((await scene.world.run('numbers')).state, 'succeeded')
    const twice = await call('keys', 'recover', '--from', made.copy, ...some(2, 3, 4))
    assert.equal(twice.exit, 2)
    assert.equal((await call('keys', 'recover', '--from', made.copy, '--force', ...some(2, 3, 4))).exit, 0)
    // The ring of a new pool is sealed from its first day.
    await scene.world.does('pools', 'add', 'eu')
    await scene.world.does('trust', 'edit', '--discard')
    const copies = readdirSync(join(person.home, 'recovery')).filter((name) => name.endsWith('.sealed'))
    assert.deepEqual(copies.sort(), ['ring-default.sealed', 'ring-eu.sealed'])
  })

  test('is refused with too few, altered or wrong shares, and nothing is written', async () => {
    const copy = join(scene.world.person.home, 'recovery', 'ring-default.sealed')
    const bent = join(folder, 'bent.txt')
    writeFileSync(bent, readFileSync(join(shares, 'share-1.txt'), 'utf8').replace('share 1 of', 'share 2 of'))
    const ring = scene.ring()
    for (const given of [some(1, 2), some(1, 1, 1), ['--share', bent, ...some(3, 4)], []]) {
      const ended = await call('keys', 'recover', '--from', copy, '--force', ...given)
      assert.equal(ended.code, 'recovery_refused', ended.stderr)
      assert.equal(ended.exit, 4)
    }
    assert.deepEqual(scene.ring(), ring)
  })
})

describe('what was published', () => {
  test('is live when an agent says so, and not before', async () => {
    const file = join(folder, 'more.yaml')
    const more = `{ type: files, path: ${scene.from}, format: csv }`
    writeFileSync(file, `sallyport: 1\nconnections:\n  more: ${more}\n`, { mode: 0o600 })
    const add = ['connection', 'add', 'more', '--from', file, '--yes']
    const ended = await call(...add, '--wait', '60')
    assert.deepEqual(ended.value.live, [{ pool: 'default', agent: scene.world.agentId }], ended.stderr)
    assert.deepEqual((await call(...add)).value.live, [])
    const gone = await call('pipeline', 'delete', 'numbers', '--yes', '--wait', '60')
    assert.deepEqual(gone.value.live, [{ pool: 'default', agent: scene.world.agentId }], gone.stderr)
    assert.deepEqual((await call('pipeline', 'list')).value, [])
    await edit('--extend', '300')
    const [agent] = (await scene.world.api('GET', '/v1/receipts')).body.data
    assert.equal(agent.agent, scene.world.agentId)
    scene.agent.child.kill('SIGTERM')
    await scene.agent.ended
    const silent = await call(...add, '--wait', '1')
    assert.equal(silent.exit, 0, silent.stderr)
    assert.deepEqual(silent.value.live, [])
  })

  test('may be left for later: a rotation that nobody confirms is interrupted, and goes on with the next agent', async () => {
    const begun = scene.world.person.start(rotate())
    await begun.says(/Waiting for/)
    begun.child.kill('SIGINT')
    assert.equal((await begun.ended).exit, 130)
    scene.agent = await scene.world.startAgent()
    const ended = await scene.world.person.call(rotate('--continue'))
    assert.equal(ended.exit, 0, ended.stderr)
    assert.equal(ended.value.done, true)
  })
})
