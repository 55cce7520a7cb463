/** People who read: specs and logs opened on their own machine, and an edge that can neither read nor forge them. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt } from './binary.ts'
import { type Json, startTamperingProxy, type TamperingProxy } from './tampering_proxy.ts'
import { mustSucceed, startWorld, type World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-readers-'))
const input = join(folder, 'in')
const output = join(folder, 'out')
const allow = [
  `{ direction: read, connector: files, path: ${input} }`,
  `{ direction: write, connector: files, path: ${output} }`,
]

let world: World
let proxy: TamperingProxy
let ada: Binary
/** Ada's reader key. */
let key: string

const does = async (who: Binary, ...words: string[]) =>
  mustSucceed(await who.call([...words, '--json']), words.slice(0, 2).join(' ')).value

async function publish(...edits: string[]): Promise<void> {
  await world.does('trust', 'edit', ...edits)
  await world.does('trust', 'sign')
  await world.does('trust', 'publish')
}

const logOf = (who: Binary, run: string) => who.call(['runs', 'logs', run, '--relayed', '--json'])
const messagesIn = (value: Json): string[][] =>
  value.attempts.map(({ lines }: Json) => lines.map(({ message }: Json) => message))

before(async () => {
  for (const path of [input, output]) mkdirSync(path)
  writeFileSync(join(input, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
  const front = async (edgePort: number) => (proxy = await startTamperingProxy({ edgePort })).url
  world = await startWorld({ folder, front, allow, local: `files: ["${input}", "${output}"]\n` })
  await world.addConnection('inbox', `{ type: files, path: ${input}, format: csv }`)
  await world.addConnection('outbox', `{ type: files, path: ${output}, format: csv }`)
  const ends = { source: 'inbox', destination: 'outbox' }
  const stream = (to: string) => [`{ from: people.csv, to: ${to}, mode: replace }`]
  await world.applyPipeline({ name: 'people', ...ends, streams: stream('people.csv') })
  await world.applyPipeline({ name: 'others', ...ends, streams: stream('others.csv') })
  const { pin } = await world.does('whoami')
  ada = binaryAt(world.person.path, join(folder, 'ada'))
  const invitation = join(folder, 'invitation')
  await world.does('members', 'invite', 'Ada', '--role', 'editor', '--out', invitation)
  await does(ada, 'login', '--url', world.url, '--invitation-file', invitation, '--pin', pin)
  key = (await does(ada, 'keys', 'make', '--reader')).public
  await world.startAgent()
})

after(async () => {
  await world[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('logs for readers', () => {
  let first: string

  test('do not leave the agent before policy says so', async () => {
    const { id } = await world.run('people')
    const ended = await logOf(world.person, id)
    assert.equal(ended.exit, 1)
    assert.equal(ended.code, 'not_found')
  })

  test('open for every reader of the project once it does', async () => {
    const policy = join(folder, 'relaying.yaml')
    const lines = allow.map((line) => `  - ${line}\n`).join('')
    writeFileSync(policy, `sallyport: 1\nallow:\n${lines}relay: { logs: true }\n`)
    await publish('--policy', policy, '--add-reader', key, '--owner', 'Ada')
    first = (await world.run('people')).id
    for (const who of [world.person, ada]) {
      const ended = mustSucceed(await logOf(who, first), 'runs logs')
      const [messages = []] = messagesIn(ended.value)
      assert.ok(messages.includes('the run is verified, opened and allowed'))
      assert.equal(messages.at(-1), 'the run ends')
    }
  })

  test('specs open for a reader, whole', async () => {
    const { body } = await world.does('pipeline', 'show', 'people', '--spec')
    assert.equal(body.streams[0].to, 'people.csv')
    const text = await world.person.call(['pipeline', 'show', 'people', '--spec'])
    assert.match(text.stdout, /^streams:\n\s+- from: people\.csv$/m)
    const stranger = join(folder, 'stranger.json')
    await does(ada, 'keys', 'make', '--reader', '--out', stranger)
    const refused = await ada.call(['pipeline', 'show', 'people', '--spec', '--key', stranger, '--json'])
    assert.deepEqual([refused.exit, refused.code], [4, 'kid_missing'])
  })

  test('open no more, from the next run on, for a reader that was taken out', async () => {
    await publish('--remove-reader', key)
    const { id } = await world.run('people')
    mustSucceed(await logOf(world.person, id), 'runs logs')
    const ended = await logOf(ada, id)
    assert.deepEqual([ended.exit, ended.code], [4, 'kid_missing'])
  })

  test('open no more, also from before, once the records are passed on without that reader', async () => {
    mustSucceed(await logOf(ada, first), 'runs logs')
    await world.does('keys', 'rewrap')
    const ended = await logOf(ada, first)
    assert.deepEqual([ended.exit, ended.code], [4, 'kid_missing'])
    const still = mustSucceed(await logOf(world.person, first), 'runs logs')
    assert.equal(messagesIn(still.value)[0]?.at(-1), 'the run ends')
  })

  const forgeries: Readonly<Record<string, { code: string; change: (data: Json, other: Json) => void }>> = {
    'altered': {
      code: 'signature_invalid',
      change(data) {
        const document = JSON.parse(atob(data[0].document.payload))
        data[0].document.payload = btoa(JSON.stringify({ ...document, agent: document.run }))
      },
    },
    'of another run': { code: 'log_refused', change: (data, other) => data.splice(0, 1, other[0]) },
    'under the signature of another': {
      code: 'envelope_refused',
      change: (data, other) => void (data[0].sealed = other[0].sealed),
    },
    'as another attempt': { code: 'log_refused', change: (data) => void (data[0].fence = 99) },
    'shown twice': { code: 'log_refused', change: (data) => void data.push(data[0]) },
  }
  for (const [what, { code, change }] of Object.entries(forgeries)) {
    test(`that an edge shows ${what} are refused`, async () => {
      const { body: other } = await world.api('GET', `/v1/runs/${(await world.run('others')).id}/logs`)
      proxy.alter(({ path, body }) => {
        if (!path.startsWith(`/v1/runs/${first}/logs`)) return false
        change(body.data, other.data)
        return true
      })
      try {
        const ended = await logOf(world.person, first)
        assert.equal(proxy.altered, 1)
        assert.deepEqual([ended.exit, ended.code], [4, code])
        assert.doesNotMatch(ended.stdout, /verified/)
      } finally {
        proxy.alter(null)
      }
    })
  }
})
