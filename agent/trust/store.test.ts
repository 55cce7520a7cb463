import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { storeAt, update } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('a store in a file', () => {
  test('has nothing until somebody swaps in the first document', async () => {
    const store = storeAt(`file:${folder}/a/one.json`, 'anchor')
    assert.equal(await store.read(), null)
    assert.equal(await store.swap(null, '1'), true)
    assert.equal((await store.read())?.text, '1')
    assert.equal(statSync(`${folder}/a/one.json`).mode & 0o777, 0o600)
    assert.equal(statSync(`${folder}/a`).mode & 0o777, 0o700)
  })

  test('lets only the one who saw the last document replace it', async () => {
    const store = storeAt(`file:${folder}/two.json`, 'anchor')
    await store.swap(null, 'a')
    const seen = await store.read()
    assert.equal(await store.swap(null, 'x'), false)
    assert.equal(await store.swap(seen?.tag ?? null, 'b'), true)
    assert.equal(await store.swap(seen?.tag ?? null, 'c'), false)
    assert.equal((await store.read())?.text, 'b')
  })

  test('has others beside it, in a folder of their own', async () => {
    const beside = storeAt(`file:${folder}/b/anchor.json`, 'anchor').beside('pipeline-7')
    assert.equal(await beside.read(), null)
    assert.equal(await beside.swap(null, '1'), true)
    assert.equal(statSync(`${folder}/b/anchor.d/pipeline-7.json`).mode & 0o777, 0o600)
    assert.equal(statSync(`${folder}/b/anchor.d`).mode & 0o777, 0o700)
    assert.equal(await storeAt(`file:${folder}/b/anchor.json`, 'anchor').read(), null)
  })

  test('puts nothing beside it under a name that is a path', () => {
    const store = storeAt(`file:${folder}/b/anchor.json`, 'anchor')
    for (const name of ['../x', 'a/b', '', '.', 'A']) {
      assert.throws(() => store.beside(name), { code: 'invalid_setting' }, name)
    }
  })

  test('refuses a file that others may read or change', async () => {
    const store = storeAt(`file:${folder}/three.json`, 'anchor')
    await store.swap(null, 'a')
    chmodSync(`${folder}/three.json`, 0o640)
    await assert.rejects(store.read(), { code: 'file_not_private' })
  })

  test('loses no update of many processes', async () => {
    const path = `${folder}/count.json`
    await storeAt(`file:${path}`, 'anchor').swap(null, '0')
    const code = `import { storeAt, update } from '${join(import.meta.dirname, 'store.ts')}'
      const store = storeAt('file:${path}', 'anchor')
      for (let i = 0; i < 10; i++) await update(store, (t) => ({ text: String(Number(t) + 1), result: null }))`
    const exits = await Promise.all([0, 1, 2].map(() => run(code)))
    assert.deepEqual(exits, [0, 0, 0])
    assert.equal((await storeAt(`file:${path}`, 'anchor').read())?.text, '30')
  })

  test('a change that returns null leaves the document alone', async () => {
    const store = storeAt(`file:${folder}/four.json`, 'anchor')
    assert.equal(await update(store, () => ({ text: null, result: 7 })), 7)
    assert.equal(await store.read(), null)
  })

  test('knows no other kind of place', () => {
    for (const text of ['/anchor.json', 'file:', 'ftp:anchor', 'snowflake:table', 'snowflake:a.b.c;']) {
      assert.throws(() => storeAt(text, 'anchor'), { code: 'invalid_setting' }, text)
    }
  })

  test('in a Snowflake table is understood, and says what it waits for', () => {
    const refused = { code: 'unsupported', message: /Snowflake connector/ }
    assert.throws(() => storeAt('snowflake:OPS.SALLYPORT.ANCHOR', 'anchor'), refused)
  })
})

function run(code: string): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', code], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', resolve))
}
