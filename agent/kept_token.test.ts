import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Fault } from '../shared/faults.ts'
import type { Keychain } from './keychain.ts'
import { forgetToken, keepToken, readToken, tokenText } from './kept_token.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-token-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const home = (name: string) => join(folder, name)
const mark = (name: string) => readFileSync(join(home(name), 'token'), 'utf8')

/** What a keychain holds, in memory. */
class Held implements Keychain {
  readonly secrets = new Map<string, string>()
  asked = 0
  get(name: string) {
    this.asked += 1
    return Promise.resolve(this.secrets.get(name) ?? null)
  }
  set(name: string, secret: string) {
    this.secrets.set(name, secret)
    return Promise.resolve()
  }
  delete(name: string) {
    this.secrets.delete(name)
    return Promise.resolve()
  }
}

const absent: Keychain = {
  get: () => Promise.reject(new Fault('unsupported', 'none here')),
  set: () => Promise.reject(new Fault('unsupported', 'none here')),
  delete: () => Promise.reject(new Fault('unsupported', 'none here')),
}

const host = 'edge.example.com'

describe('the token of a sign-in', () => {
  test('goes into the keychain where one answers, and the file holds its name alone', async () => {
    const keychain = new Held()
    const kept = await keepToken(home('a'), 'sp_dev_secret', { store: null, host, keychain })
    assert.equal(kept.store, 'keychain')
    assert.deepEqual([...keychain.secrets.values()], ['sp_dev_secret'])
    assert.ok(!mark('a').includes('sp_dev_secret'))
    const source = readToken(home('a'), keychain)
    assert.ok(source !== null && typeof source !== 'string')
    assert.equal(await tokenText(source), 'sp_dev_secret')
    assert.equal(await tokenText(source), 'sp_dev_secret')
    assert.equal(keychain.asked, 1)
  })

  test('goes into a file for its owner alone where no keychain answers, and says why', async () => {
    const kept = await keepToken(home('b'), 'sp_dev_secret', { store: null, host, keychain: absent })
    assert.deepEqual(kept, { store: 'file', place: join(home('b'), 'token'), why: 'none here' })
    assert.equal(statSync(join(home('b'), 'token')).mode & 0o777, 0o600)
    assert.equal(readToken(home('b'), absent), 'sp_dev_secret')
    chmodSync(join(home('b'), 'token'), 0o644)
    assert.throws(() => readToken(home('b'), absent), { code: 'file_not_private' })
  })

  test('goes where it is asked to go, or nowhere', async () => {
    const keychain = new Held()
    await keepToken(home('c'), 'one', { store: 'file', host, keychain })
    assert.equal(keychain.secrets.size, 0)
    const asked = keepToken(home('d'), 'one', { store: 'keychain', host, keychain: absent })
    await assert.rejects(asked, { code: 'unsupported' })
    assert.equal(readToken(home('d'), absent), null)
  })

  test('leaves nothing behind when another takes its place, or when it is forgotten', async () => {
    const keychain = new Held()
    await keepToken(home('e'), 'one', { store: null, host, keychain })
    await keepToken(home('e'), 'two', { store: null, host, keychain })
    assert.deepEqual([...keychain.secrets.values()], ['two'])
    await keepToken(home('e'), 'three', { store: 'file', host, keychain })
    assert.equal(keychain.secrets.size, 0)
    await keepToken(home('e'), 'four', { store: null, host, keychain })
    assert.equal(await forgetToken(home('e'), keychain), true)
    assert.equal(keychain.secrets.size, 0)
    assert.ok(!existsSync(join(home('e'), 'token')))
    assert.equal(await forgetToken(home('e'), keychain), false)
  })

  test('that somebody took out of the keychain is a sign-in that is missing', async () => {
    const keychain = new Held()
    await keepToken(home('f'), 'one', { store: null, host, keychain })
    keychain.secrets.clear()
    const source = readToken(home('f'), keychain)
    assert.ok(source !== null)
    await assert.rejects(tokenText(source), { code: 'not_signed_in' })
  })
})
