/** The token of a sign-in in a real keychain: GNOME's Secret Service on a bus of its own, unlocked for the test. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt, placeBinary } from '../e2e/binary.ts'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'
import { mustSucceed } from '../e2e/world.ts'

const there = spawnSync('sh', ['-c', 'command -v gnome-keyring-daemon dbus-daemon']).status === 0
const without = there
  ? false
  : 'GNOME’s keychain is not installed: npm run test:all installs it where this is Debian and we may'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-keychain-'))

/** The address of a bus that is there until `bus` ends. */
function startBus(): Promise<{ readonly bus: ChildProcess; readonly address: string }> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    bus.once('error', reject)
    bus.stdout.once('data', (said) => resolve({ bus, address: String(said).trim() }))
  })
}

describe('a sign-in on a machine with a keychain', { skip: without }, () => {
  let edge: EdgeProcess
  let bus: ChildProcess
  let ada: Binary
  let laptop: Binary
  let secret: string

  before(async () => {
    const started = await startBus()
    ;({ bus } = started)
    const data = join(folder, 'data')
    mkdirSync(join(data, 'keyrings'), { recursive: true, mode: 0o700 })
    writeFileSync(join(data, 'keyrings', 'default'), 'login')
    const env = { DBUS_SESSION_BUS_ADDRESS: started.address, XDG_DATA_HOME: data, HOME: folder }
    const unlocking = spawnSync('gnome-keyring-daemon', ['--unlock', '--components=secrets'], {
      input: 'the password of the keychain',
      env: { ...process.env, ...env },
    })
    assert.equal(unlocking.status, 0, String(unlocking.stderr))
    edge = await startEdge({ folder: join(folder, 'edge') })
    const path = placeBinary(join(folder, 'bin'))
    ada = binaryAt(path, join(folder, 'ada'))
    laptop = binaryAt(path, join(folder, 'laptop'), env)
    const words = [
      '--url',
      edge.url,
      '--setup-token-file',
      edge.setupTokenFile,
      '--tenant',
      'Acme',
      '--person',
      'Ada',
    ]
    mustSucceed(await ada.call(['init', ...words, '--json']), 'init')
    const out = join(folder, 'api-token')
    mustSucceed(await ada.call(['tokens', 'create', 'laptop', '--out', out, '--json']), 'tokens create')
    secret = readFileSync(out, 'utf8').trim()
  })

  after(async () => {
    await edge?.[Symbol.asyncDispose]()
    bus?.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  const login = (...words: string[]) =>
    laptop.call(['login', '--url', edge.url, '--token-file', join(folder, 'api-token'), '--json', ...words])

  test('keeps its token there, and no file has it', async () => {
    const { value } = mustSucceed(await login(), 'login')
    assert.equal(value.store, 'keychain')
    const mark = readFileSync(join(laptop.home, 'token'), 'utf8')
    assert.match(mark, /^keychain:127\.0\.0\.1/)
    const found = spawnSync('grep', ['-rlF', secret, laptop.home, join(folder, 'data')])
    assert.equal(String(found.stdout), '')
    assert.equal(mustSucceed(await laptop.call(['whoami', '--json']), 'whoami').value.name, 'Ada')
  })

  test('takes it out again when it moves to a file, and when somebody signs out', async () => {
    mustSucceed(await login('--store', 'file'), 'login')
    assert.equal(readFileSync(join(laptop.home, 'token'), 'utf8').trim(), secret)
    mustSucceed(await login('--store', 'keychain'), 'login')
    mustSucceed(await laptop.call(['logout', '--json']), 'logout')
    assert.ok(!existsSync(join(laptop.home, 'token')))
    assert.equal((await laptop.call(['whoami', '--json'])).code, 'not_signed_in')
  })

  test('whose keychain has gone is told so, and nobody is asked for anything', async () => {
    mustSucceed(await login(), 'login')
    bus.kill('SIGKILL')
    const ended = await laptop.call(['whoami', '--json'])
    assert.deepEqual([ended.exit, ended.code], [1, 'unsupported'])
  })
})
