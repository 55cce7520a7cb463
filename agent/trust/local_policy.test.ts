import assert from 'node:assert/strict'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadLocalPolicy } from './local_policy.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-local-')))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(`${folder}/data/own`, { recursive: true })
mkdirSync(`${folder}/elsewhere`)
symlinkSync(`${folder}/elsewhere`, `${folder}/data/link`)

let count = 0
function policy(text: string) {
  const path = `${folder}/policy-${count++}.yaml`
  writeFileSync(path, text, { mode: 0o600 })
  return loadLocalPolicy(path, [`${folder}/data/own`, `${folder}/ring.json`])
}

describe('the local policy file', () => {
  test('allows none of the four when there is no file', () => {
    const none = loadLocalPolicy(`${folder}/no-such-file`, [])
    assert.throws(() => none.reference('${env:URL}'), { code: 'reference_refused' })
    assert.throws(() => none.path('/data/x'), { code: 'path_refused' })
    assert.throws(() => none.address('db', ['127.0.0.1']), { code: 'address_refused' })
    assert.equal(none.plain('/run/postgresql'), false)
    none.address('db', ['10.0.0.1'])
    none.narrows('postgres', 'db.example.com')
  })

  test('allows exactly the references that it names', () => {
    const it = policy('sallyport: 1\nreferences: ["${env:URL}", "${file:/run/secret}"]')
    it.reference('${env:URL}')
    it.reference('${file:/run/secret}')
    assert.throws(() => it.reference('${env:URL2}'), { code: 'reference_refused' })
    assert.throws(() => it.reference('${file:/run/secret2}'), { code: 'reference_refused' })
  })

  test('allows paths in its folders, never out of them by dots or links, never into the agent’s own', () => {
    const it = policy(`sallyport: 1\nfiles: [${folder}/data]`)
    it.path(`${folder}/data/a/b.csv`)
    for (
      const path of [
        `${folder}/data2/x`,
        `${folder}/data/../elsewhere/x`,
        `${folder}/data/link/x`,
        `${folder}/data/own/ring.json`,
        `${folder}/data/own`,
        '/etc/passwd',
      ]
    ) assert.throws(() => it.path(path), { code: 'path_refused' }, path)
  })

  test('denies the ring even where a folder above it is named', () => {
    const it = policy(`sallyport: 1\nfiles: [${folder}]`)
    it.path(`${folder}/x`)
    assert.throws(() => it.path(`${folder}/ring.json`), { code: 'path_refused' })
  })

  test('denies its own by every name: hard links, names that come later, what processes show', () => {
    const it = policy(`sallyport: 1\nfiles: [/]`)
    writeFileSync(`${folder}/ring.json`, 'secret')
    writeFileSync(`${folder}/data/own/key`, 'secret')
    linkSync(`${folder}/ring.json`, `${folder}/data/hard`)
    linkSync(`${folder}/data/own/key`, `${folder}/data/harder`)
    writeFileSync(`${folder}/data/plain`, 'x')
    linkSync(`${folder}/data/plain`, `${folder}/data/other-name`)
    symlinkSync('/proc/self', `${folder}/data/self`)
    it.path(`${folder}/data/plain`)
    it.path(`${folder}/data/other-name`)
    const processes = process.platform === 'linux'
      ? [
        ...['/proc/self/environ', `/proc/${process.pid}/root${folder}/ring.json`, '/proc/self/fd/0'],
        ...[`${folder}/data/self/environ`, '/proc', '/sys/kernel', '/proc/none/there'],
      ]
      : []
    const own = [
      `${folder}/ring.json`,
      `${folder}/data/hard`,
      `${folder}/data/harder`,
      `${folder}/data/own/new`,
    ]
    for (const path of [...own, ...processes]) {
      assert.throws(() => it.path(path), { code: 'path_refused' }, path)
    }
  })

  test('allows plain connections to what it names', () => {
    const it = policy('sallyport: 1\nplain: [/run/postgresql, "127.0.0.1:5432", "localhost:5432"]')
    assert.equal(it.plain('/run/postgresql/.s.PGSQL.5432'), true)
    assert.equal(it.plain('127.0.0.1:5432'), true)
    assert.equal(it.plain('127.0.0.1:5433'), false)
    assert.equal(it.plain('/run/postgresql2'), false)
  })

  test('narrows connectors and hosts', () => {
    const it = policy('sallyport: 1\nconnectors: [postgres]\nhosts: [db.example.com]')
    it.narrows('postgres', 'db.example.com')
    assert.throws(() => it.narrows('files', null), { code: 'policy_denied' })
    assert.throws(() => it.narrows('postgres', 'other'), { code: 'policy_denied' })
  })

  const broken: Record<string, string> = {
    'an unknown key': 'sallyport: 1\nreference: []',
    'no version': 'references: []',
    'a reference that is none': 'sallyport: 1\nreferences: [URL]',
    'a relative folder': 'sallyport: 1\nfiles: [data]',
    'plain to a host that is not loopback': 'sallyport: 1\nplain: ["db.example.com:5432"]',
    'an address that is a name': 'sallyport: 1\naddresses: [localhost]',
    'no YAML': 'sallyport: [1',
    nothing: '',
  }
  for (const [name, text] of Object.entries(broken)) {
    test(`is refused with ${name}`, () => {
      assert.throws(() => policy(text), { code: 'invalid_file' })
    })
  }

  test('is refused when others may write it', () => {
    const path = `${folder}/open.yaml`
    writeFileSync(path, 'sallyport: 1')
    chmodSync(path, 0o666)
    assert.throws(() => loadLocalPolicy(path, []), { code: 'file_not_private' })
  })
})
