/** Trust documents signed by more than one person, and a second pool with keys of its own. */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { binaryAt, type Started } from './binary.ts'
import type { Json } from './tampering_proxy.ts'
import { mustSucceed, startWorld, type World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-documents-'))
const input = join(folder, 'in')
const output = join(folder, 'out')
const spare = join(folder, 'person', 'keys', 'root-2-take-offline.json')

let world: World
let eu: Started | null = null

const draft = () => join(world.person.home, 'trust-draft.json')
const keyIn = (path: string): string => (JSON.parse(readFileSync(path, 'utf8')) as Json).public

before(async () => {
  for (const path of [input, output]) mkdirSync(path)
  writeFileSync(join(input, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
  world = await startWorld({
    folder,
    allow: [
      `{ direction: read, connector: files, path: ${input} }`,
      `{ direction: write, connector: files, path: ${output} }`,
    ],
    local: `files: ["${input}", "${output}"]\n`,
  })
  await world.addConnection('inbox', `{ type: files, path: ${input}, format: csv }`)
  await world.addConnection('outbox', `{ type: files, path: ${output}, format: csv }`)
  await world.startAgent()
})

after(async () => {
  if (eu !== null) {
    eu.child.kill('SIGKILL')
    await eu.ended
  }
  await world[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('a trust document that takes two signatures', () => {
  test('is made by a first, with what it changes in plain words', async () => {
    const shown = await world.person.call(['trust', 'edit', '--threshold', '2'])
    assert.equal(shown.exit, 0, shown.stderr)
    assert.match(shown.stdout, /~ signatures of roots that it takes: 1 → 2/)
    const unsigned = await world.person.call(['trust', 'verify', draft(), '--json'])
    assert.equal(unsigned.exit, 5, unsigned.stderr)
    assert.deepEqual(unsigned.value.missing, { before: 1, next: 2 })
  })

  test('is not published with one', async () => {
    const signed = await world.does('trust', 'sign')
    assert.deepEqual([signed.complete, signed.missing], [false, { before: 0, next: 1 }])
    const ended = await world.person.call(['trust', 'publish', '--json'])
    assert.deepEqual([ended.exit, ended.code], [4, 'signature_invalid'], ended.stderr)
    assert.equal((await world.does('trust', 'show')).document.version, 1)
  })

  test('is signed on a copy, on a machine that knows neither edge nor home, and put together', async () => {
    const copy = join(folder, 'handed-over.json')
    copyFileSync(draft(), copy)
    const stranger = binaryAt(world.person.path, join(folder, 'stranger'))
    const words = ['trust', 'sign', '--draft', copy, '--key', spare]
    const signed = await stranger.call([...words, '--json'])
    assert.equal(signed.exit, 0, signed.stderr)
    assert.match(signed.stderr, /1 → 2/)
    assert.equal(mustSucceed(signed, 'sign').value.complete, true)
    assert.equal((await world.does('trust', 'verify', copy)).ok, true)
    const published = await world.does('trust', 'publish', copy)
    assert.equal(published.version, 2)
    assert.equal(existsSync(draft()), false)
    assert.equal((await world.does('trust', 'verify')).version, 2)
  })

  test('that has a byte changed after signing is refused', async () => {
    await world.does('trust', 'edit', '--extend', '100')
    await world.does('trust', 'sign')
    const value = JSON.parse(readFileSync(draft(), 'utf8')) as Json
    const payload = Buffer.from(value.document.payload, 'base64').toString().replace('"Grace"', '"Greta"')
    value.document.payload = Buffer.from(payload).toString('base64')
    writeFileSync(draft(), JSON.stringify(value))
    const ended = await world.person.call(['trust', 'publish', '--json'])
    assert.deepEqual([ended.exit, ended.code], [4, 'signature_invalid'], ended.stderr)
    await world.does('trust', 'edit', '--discard')
  })

  test('that replaces a root is signed by the one that goes as well', async () => {
    const next = join(folder, 'root-3.json')
    await world.does('keys', 'make', '--root', '--out', next)
    await world.does('trust', 'edit', '--add-root', keyIn(next), '--remove-root', keyIn(spare))
    await world.does('trust', 'sign')
    const byNew = await world.does('trust', 'sign', '--key', next)
    assert.deepEqual(byNew.missing, { before: 1, next: 0 })
    const early = await world.person.call(['trust', 'publish', '--json'])
    assert.deepEqual([early.exit, early.code], [4, 'signature_invalid'], early.stderr)
    assert.equal((await world.does('trust', 'sign', '--key', spare)).complete, true)
    assert.equal((await world.does('trust', 'publish')).version, 3)
    const gone = await world.person.call(['trust', 'edit', '--threshold', '1', '--json'])
    assert.equal(gone.exit, 0)
    const refused = await world.person.call(['trust', 'sign', '--key', spare, '--json'])
    assert.deepEqual([refused.exit, refused.code], [4, 'signer_not_allowed'], refused.stderr)
    await world.does('trust', 'sign')
    await world.does('trust', 'sign', '--key', next)
    assert.equal((await world.does('trust', 'publish')).version, 4)
  })

  test('that takes a signer out says what that leaves unsigned', async () => {
    const { document } = await world.does('trust', 'show')
    const edit = await world.person.call([
      'trust',
      'edit',
      '--remove-signer',
      document.signers[0].key,
      '--json',
    ])
    assert.equal(edit.exit, 0, edit.stderr)
    const names = edit.value.left_unsigned.map(({ kind, name }: Json) => `${kind} ${name}`).sort()
    assert.deepEqual(names, ['connection inbox', 'connection outbox', 'index 2'])
    await world.does('trust', 'sign')
    const ended = await world.person.call(['trust', 'publish', '--json'])
    assert.equal(ended.exit, 2, ended.stderr)
    await world.does('trust', 'edit', '--discard')
  })
})

describe('a second pool', () => {
  const pipeline = (name: string, pool: string, connections: readonly [string, string]) => ({
    name,
    source: connections[0],
    destination: connections[1],
    streams: [`{ from: people.csv, to: ${name}.csv, mode: replace }`],
    more: `pool: ${pool}\n`,
  })

  const add = async (name: string, settings: string) => {
    const file = join(folder, `connection-${name}.yaml`)
    writeFileSync(file, `sallyport: 1\nconnections:\n  ${name}: ${settings}\n`, { mode: 0o600 })
    return await world.does('connection', 'add', name, '--from', file, '--pool', 'eu', '--yes')
  }

  test('has a ring of its own, and a place in the trust document', async () => {
    const made = await world.does('pools', 'add', 'eu')
    assert.equal(made.policy_sealed, true)
    assert.ok(made.changes.some(({ text }: Json) => text.startsWith('pool eu')), JSON.stringify(made))
    await world.does('trust', 'sign')
    await world.does('trust', 'publish')
    const pools = await world.does('pools', 'list')
    assert.deepEqual(pools.map(({ name }: Json) => name), ['default', 'eu'])
    const [one, two] = ['ring', 'ring-eu'].map((name) =>
      JSON.parse(readFileSync(join(world.person.home, `${name}.json`), 'utf8')) as Json
    )
    assert.equal(one.mask_key, two.mask_key)
    for (const key of ['pool_key', 'state_key']) assert.notEqual(one[key], two[key])
    assert.notEqual(one.sealing[0].private, two.sealing[0].private)
    const again = await world.person.call(['pools', 'add', 'eu', '--json'])
    assert.equal(again.code, 'invalid_setting', again.stderr)
  })

  test('runs what is for it, with connections that the other pool cannot open', async () => {
    const machine = binaryAt(world.machine.path, join(folder, 'agent-eu'))
    mkdirSync(machine.home, { recursive: true })
    const at = (name: string) => `file:${join(world.person.home, name)}`
    writeFileSync(
      join(machine.home, 'agent.yaml'),
      `url: ${world.url}\nkeystore: ${at('ring-eu.json')}\nfloor: ${at('floor.json')}\n` +
        `anchor: ${at('anchor-eu.json')}\n`,
    )
    writeFileSync(
      join(machine.home, 'local-policy.yaml'),
      `sallyport: 1\nfiles: ["${input}", "${output}"]\n`,
      { mode: 0o600 },
    )
    const token = join(folder, 'token-eu')
    await world.does('agents', 'token', '--pool', 'eu', '--out', token)
    const words = ['enroll', '--pool', 'eu', '--token-file', token, '--name', 'vm-eu', '--no-wait', '--json']
    const { fingerprint } = mustSucceed(await machine.call(words), 'enroll').value
    await world.does('agents', 'approve', 'vm-eu', '--fingerprint', fingerprint)
    eu = machine.start(['agent'])
    await eu.says(/Asking http/)
    await add('inbox-eu', `{ type: files, path: ${input}, format: csv }`)
    await add('outbox-eu', `{ type: files, path: ${output}, format: csv }`)
    await world.applyPipeline(pipeline('eu', 'eu', ['inbox-eu', 'outbox-eu']))
    const run = await world.run('eu')
    assert.equal(run.state, 'succeeded', JSON.stringify(run) + eu.said())
    assert.equal(readFileSync(join(output, 'eu.csv'), 'utf8'), 'id,name\n1,Ada\n2,Grace\n')
    await world.applyPipeline(pipeline('home', 'default', ['inbox', 'outbox']))
    assert.equal((await world.run('home')).state, 'succeeded')
  })
})
