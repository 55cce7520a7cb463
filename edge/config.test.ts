import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { isSecret } from './auth/secret.ts'
import { readConfig } from './config.ts'
import { openStorage } from './db/open.ts'
import { masterKeys, setupToken } from './first_start.ts'
import { usualRates } from './http/rates.ts'
import { native } from './primitives.ts'

const key = `v1:${btoa('k'.repeat(32))}`

function config(env: Record<string, string>) {
  return readConfig((name) => env[name])
}

describe('the configuration', () => {
  test('of an empty environment is a development edge on loopback', () => {
    const { port, publicUrl, hostname, databaseUrl, masterKeys, setupToken } = config({})
    assert.deepEqual(
      { port, publicUrl, hostname, databaseUrl, masterKeys, setupToken },
      {
        port: 8787,
        publicUrl: 'http://localhost:8787',
        hostname: '127.0.0.1',
        databaseUrl: 'file:./data/sallyport.db',
        masterKeys: null,
        setupToken: null,
      },
    )
  })

  test('listens to the world only under a public URL', () => {
    const env = { SALLYPORT_PUBLIC_URL: 'https://edge.example.com/', SALLYPORT_MASTER_KEYS: key }
    assert.equal(config(env).hostname, '0.0.0.0')
    assert.equal(config(env).publicUrl, 'https://edge.example.com')
    for (const url of ['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost']) {
      assert.equal(config({ SALLYPORT_PUBLIC_URL: url }).hostname, '127.0.0.1')
    }
    const lookalike = { SALLYPORT_PUBLIC_URL: 'http://127.0.0.1.example.com', SALLYPORT_MASTER_KEYS: key }
    assert.equal(config(lookalike).hostname, '0.0.0.0')
  })

  test('requires master keys anywhere but in development', () => {
    for (
      const env of [
        { SALLYPORT_PUBLIC_URL: 'https://edge.example.com' },
        { SALLYPORT_DATABASE_URL: 'libsql://db.example.com' },
        { SALLYPORT_DATABASE_URL: 'http://127.0.0.1:8080' },
      ] as Record<string, string>[]
    ) {
      assert.throws(() => config(env), /SALLYPORT_MASTER_KEYS is required/)
      assert.ok(config({ ...env, SALLYPORT_MASTER_KEYS: key }).masterKeys)
    }
  })

  test('has a token for figures by pool where one is set, of a length that nobody guesses', () => {
    assert.equal(config({}).metricsToken, null)
    const token = 'a-metrics-token-of-26-characters'
    assert.equal(config({ SALLYPORT_METRICS_TOKEN: token }).metricsToken, token)
    for (const bad of ['short', `${token} and more`]) {
      assert.throws(() => config({ SALLYPORT_METRICS_TOKEN: bad }), /^Error: SALLYPORT_METRICS_TOKEN needs/)
    }
  })

  test('limits what an address and a principal ask for, or not at all where that is said', () => {
    assert.deepEqual(config({}).rates, usualRates)
    const said = config({ SALLYPORT_RATE_ADDRESS: '20/100', SALLYPORT_RATE_PRINCIPAL: 'off' })
    assert.deepEqual(said.rates, { address: { perSecond: 20, burst: 100 }, principal: null })
    for (const wrong of ['none', '0/5', '5', '5/0', '-1/5', '1e3/5']) {
      assert.throws(() => config({ SALLYPORT_RATE_PRINCIPAL: wrong }), /SALLYPORT_RATE_PRINCIPAL is not/)
    }
  })

  test('sends mail where it is told to, and none otherwise', () => {
    assert.equal(config({}).mail, null)
    const mail = config({
      SALLYPORT_SMTP_URL: 'smtps://edge:secret@mail.example.com',
      SALLYPORT_MAIL_FROM: 'edge@example.com',
    }).mail
    assert.deepEqual([mail?.host, mail?.port, mail?.from], ['mail.example.com', 465, 'edge@example.com'])
    assert.throws(() => config({ SALLYPORT_SMTP_URL: 'smtp://mail.example.com' }), /SALLYPORT_MAIL_FROM/)
  })

  test('names the variable that makes no sense, and quotes no value', () => {
    const wrong = {
      SALLYPORT_PORT: ['0x10', '65536', '-1', 'secret'],
      SALLYPORT_PUBLIC_URL: ['secret', 'ftp://secret', 'http://u:secret@h', 'http://localhost/secret'],
      SALLYPORT_DATABASE_URL: ['secret', 'file:', 'postgres://secret'],
      SALLYPORT_MASTER_KEYS: ['secret', 'v1:secret', `${key},${key}`, 'v0:' + btoa('s'.repeat(32))],
      SALLYPORT_SETUP_TOKEN: ['secret', 'secret secret secret secret!'],
    }
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        assert.throws(() => config({ [name]: value }), (error: Error) => {
          assert.ok(error.message.includes(name) && !error.message.includes('secret'), error.message)
          return true
        })
      }
    }
  })
})

describe('the first start', () => {
  test('makes master keys and a setup token, readable by their owner only, and keeps them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-start-'))
    const made = config({ SALLYPORT_DATABASE_URL: `file:${folder}/data/edge.db` })
    const first = {
      keys: await masterKeys(made, native.randomBytes),
      setup: await setupToken(made, native.randomBytes),
    }
    const second = {
      keys: await masterKeys(made, native.randomBytes),
      setup: await setupToken(made, native.randomBytes),
    }
    assert.deepEqual(second, first)
    assert.ok(isSecret('set', first.setup.token))
    assert.equal(first.setup.file, join(folder, 'data', 'setup_token'))
    const storage = await openStorage(made.databaseUrl, { token: null })
    await storage.write({
      id: '',
      steps: [{ sql: 'CREATE TABLE a (b)', parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
    const files = ['setup_token', 'master_keys', 'edge.db', 'edge.db-wal', 'edge.db-shm']
    for (const name of files) {
      assert.equal((await stat(join(folder, 'data', name))).mode & 0o777, 0o600, name)
    }
    assert.equal((await stat(join(folder, 'data'))).mode & 0o777, 0o700)
    await storage.close()
    await rm(folder, { recursive: true })
  })

  test('writes nothing where the environment says both', async () => {
    const token = 'a-token-of-the-operators-own-choice'
    const database = `file:${join(tmpdir(), crypto.randomUUID(), 'edge.db')}`
    const given = config({
      SALLYPORT_DATABASE_URL: database,
      SALLYPORT_MASTER_KEYS: key,
      SALLYPORT_SETUP_TOKEN: token,
    })
    assert.deepEqual(await setupToken(given, native.randomBytes), { token, file: null })
    assert.equal((await masterKeys(given, native.randomBytes)).newest, 1)
    await assert.rejects(readFile(given.setupTokenFile))
  })
})
