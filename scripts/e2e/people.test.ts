/** More than one person: invited, pinned, made a signer, refused what they may not, denied at once. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt } from './binary.ts'
import { mustSucceed, startWorld, type World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-people-'))
const input = join(folder, 'in')
const output = join(folder, 'out')

let world: World
let grace: Binary
let pin: string

const does = async (who: Binary, ...words: string[]) =>
  mustSucceed(await who.call([...words, '--json']), words.slice(0, 2).join(' ')).value

const pipeline = (name: string, to: string) => {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(
    path,
    `sallyport: 1\nname: ${name}\nsource: inbox\ndestination: outbox\nstreams:\n` +
      `  - { from: people.csv, to: ${to}, mode: replace }\n`,
  )
  return path
}

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
  pin = (await world.does('whoami')).pin
  grace = binaryAt(world.person.path, join(folder, 'grace'))
  await world.startAgent()
})

after(async () => {
  await world[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('a second person', () => {
  test('signs in by an invitation that is good once, and types the pin', async () => {
    const invitation = join(folder, 'invitation')
    await world.does('members', 'invite', 'Grace H', '--role', 'editor', '--out', invitation)
    assert.equal(statSync(invitation).mode & 0o777, 0o600)
    const words = ['login', '--url', world.url, '--invitation-file', invitation]
    const foreign = pin.replace(/^[^:]+/, '019a9f3e-7c00-7000-8000-000000000000')
    const mistaken = await grace.call([...words, '--pin', 'nonsense', '--json'])
    assert.equal(mistaken.code, 'invalid_setting')
    const signedIn = await does(grace, ...words, '--pin', pin)
    assert.equal(signedIn.role, 'editor')
    const again = await grace.call([...words, '--pin', pin, '--json'])
    assert.equal(again.exit, 3)
    const other = await grace.call(['trust', 'verify', '--pin', foreign, '--json'])
    assert.equal(other.exit, 4)
    assert.equal((await does(grace, 'trust', 'verify')).version, 1)
  })

  test('who types a pin that does not match is refused before anything is sealed', async () => {
    const wrong = pin.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    const ended = await grace.call(['trust', 'verify', '--pin', wrong, '--json'])
    assert.equal(ended.exit, 4)
    assert.equal(ended.code, 'pin_mismatch')
  })

  test('cannot sign before somebody with a root key has added the key', async () => {
    const { public: key } = await does(grace, 'keys', 'make')
    const early = await grace.call(['pipeline', 'sign', pipeline('early', 'early.csv'), ...signed('early')])
    assert.equal(early.exit, 4)
    assert.equal(early.code, 'signer_not_allowed')
    await world.does('trust', 'edit', '--add-signer', key, '--owner', 'Grace H', '--may', 'pipelines,runs')
    const unsigned = await world.person.call(['trust', 'publish', '--json'])
    assert.equal(unsigned.code, 'signature_invalid')
    await world.does('trust', 'sign')
    assert.equal((await world.does('trust', 'publish')).version, 2)
  })

  const signed = (name: string) => ['--out', join(folder, `${name}.json`), '--yes', '--json']

  test('signs a pipeline that somebody else publishes, and starts its run', async () => {
    mustSucceed(
      await grace.call(['pipeline', 'sign', pipeline('hers', 'hers.csv'), ...signed('hers')]),
      'sign',
    )
    const unpublished = await grace.call(['pipeline', 'apply', join(folder, 'hers.json'), '--yes', '--json'])
    assert.equal(unpublished.code, 'signer_not_allowed')
    await world.does('pipeline', 'apply', join(folder, 'hers.json'), '--yes')
    const run = await does(grace, 'runs', 'start', 'hers', '--watch')
    assert.equal(run.state, 'succeeded')
    assert.match(readFileSync(join(output, 'hers.csv'), 'utf8'), /Grace/)
  })

  test('whose key may sign and whose role may not hand it in is told which one is missing, and the other way round', async () => {
    await world.does('members', 'role', 'Grace H', 'viewer')
    const refused = await grace.call(['runs', 'start', 'hers', '--json'])
    assert.deepEqual([refused.exit, refused.code], [3, 'forbidden'])
    assert.match(refused.stderr, /missing is a role at the edge that holds runs\.write/)
    const explained = await world.does('roles', 'explain', 'Grace H', 'runs.write')
    assert.equal(explained.allowed, false)
    assert.ok(explained.missing.roles.includes('editor'))
    await world.does('members', 'role', 'Grace H', 'editor')
    const unpublished = await grace.call(['pipeline', 'apply', join(folder, 'hers.json'), '--yes', '--json'])
    assert.match(unpublished.stderr, /missing is that scope, which no role at the edge stands in for/)
  })

  test('who applies what is listed already changes nothing', async () => {
    const path = pipeline('steady', 'steady.csv')
    const { live: _live, ...first } = await world.does('pipeline', 'apply', path, '--yes')
    const again = await world.does('pipeline', 'apply', path)
    assert.deepEqual(again, { ...first, unchanged: true })
    const other = await world.does('pipeline', 'apply', pipeline('steady', 'other.csv'), '--yes')
    assert.equal(other.version, 2)
  })

  test('sees what a pipeline moves only with a reader key', async () => {
    assert.equal((await does(grace, 'pipeline', 'show', 'hers')).body, null)
    assert.equal((await world.does('pipeline', 'show', 'hers')).body.streams[0].to, 'hers.csv')
  })

  test('who is denied in the floor is refused at the next run, and no longer when that is undone', async () => {
    const { signers } = await world.does('pipeline', 'show', 'hers')
    await world.does('trust', 'deny', signers[0], '--yes')
    const { id } = await world.startRun('hers').catch(() => ({ id: null }))
    // The person's own command refuses what the floor denies; an edge that starts it all the same gets no further.
    assert.equal(id, null)
    await world.does('trust', 'deny', signers[0], '--undo', '--yes')
    assert.equal((await world.run('hers')).state, 'succeeded')
  })

  test('who leaves the trust document leaves by name what is unsigned then', async () => {
    const { signers } = await world.does('pipeline', 'show', 'hers')
    const edited = await world.does('trust', 'edit', '--remove-signer', signers[0])
    assert.deepEqual(edited.left_unsigned, [{ kind: 'pipeline', name: 'hers', project: 'default' }])
    await world.does('trust', 'sign')
    const unasked = await world.person.call(['trust', 'publish', '--json'])
    assert.equal(unasked.exit, 2, unasked.stderr)
    await world.does('trust', 'publish', '--yes')
    const refused = await world.person.call(['runs', 'start', 'hers', '--json'])
    assert.equal(refused.code, 'signature_invalid')
    await world.does('pipeline', 'apply', pipeline('hers', 'hers.csv'), '--yes')
    assert.equal((await world.run('hers')).state, 'succeeded')
  })
})

describe('two authors at once', () => {
  test('both get through: the one who was slower goes on top of the other', async () => {
    const names = ['one', 'two', 'three']
    const applied = await Promise.all(
      names.map((name) =>
        world.person.call(['pipeline', 'apply', pipeline(name, `${name}.csv`), '--yes', '--json'])
      ),
    )
    for (const ended of applied) mustSucceed(ended, 'pipeline apply')
    const listed = await world.does('pipeline', 'list')
    const found = listed.map(({ name }: { name: string }) => name)
    for (const name of names) assert.ok(found.includes(name), name)
    assert.equal((await world.run('two')).state, 'succeeded')
  })
})
