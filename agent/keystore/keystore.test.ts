import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { keystoreAt } from './keystore.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-keystore-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('a keystore', () => {
  test('in a file gives what the file holds now', async () => {
    const path = `${folder}/ring.json`
    writeFileSync(path, 'one', { mode: 0o600 })
    const keystore = keystoreAt(`file:${path}`, {})
    assert.equal(await keystore.read(), 'one')
    writeFileSync(path, 'two')
    assert.equal(await keystore.read(), 'two')
  })

  for (const mode of [0o640, 0o604, 0o660, 0o644]) {
    test(`in a file is refused at mode ${mode.toString(8)}, with the command that mends it`, async () => {
      const path = `${folder}/open.json`
      writeFileSync(path, 'ring')
      chmodSync(path, mode)
      await assert.rejects(keystoreAt(`file:${path}`, {}).read(), {
        code: 'file_not_private',
        message: /chmod 600/,
      })
    })
  }

  test('in a file lets only the one who saw the last ring replace it', async () => {
    const { read, swap } = keystoreAt(`file:${folder}/new/ring.json`, {})
    assert.ok(swap)
    assert.equal(await swap('something', 'one'), false)
    assert.equal(await swap(null, 'one'), true)
    assert.equal(statSync(`${folder}/new/ring.json`).mode & 0o777, 0o600)
    assert.equal(await swap(null, 'two'), false)
    assert.equal(await swap('one', 'two'), true)
    assert.equal(await swap('one', 'three'), false)
    assert.equal(await read(), 'two')
  })

  test('that the platform fills is only read', () => {
    assert.equal(keystoreAt('env:RING', {}).swap, null)
  })

  test('in the environment gives the variable, and never its value in a message', async () => {
    assert.equal(await keystoreAt('env:RING', { RING: 'three' }).read(), 'three')
    assert.equal(keystoreAt('env:RING', { RING: 'three' }).place, 'the variable RING')
    await assert.rejects(keystoreAt('env:RING', {}).read(), { code: 'file_unreadable' })
  })

  test('in a Snowflake secret is the mounted file as it is now, whatever its mode', async () => {
    mkdirSync(`${folder}/mounted`)
    writeFileSync(`${folder}/mounted/secret_string`, 'one', { mode: 0o644 })
    for (const place of [`${folder}/mounted`, `${folder}/mounted/secret_string`]) {
      const keystore = keystoreAt(`snowflake:${place}`, {})
      writeFileSync(`${folder}/mounted/secret_string`, 'one')
      assert.equal(await keystore.read(), 'one')
      writeFileSync(`${folder}/mounted/secret_string`, 'two')
      assert.equal(await keystore.read(), 'two')
      assert.equal(keystore.swap, null)
    }
  })

  test('in a Snowflake secret may be a variable, or is nowhere', async () => {
    assert.equal(await keystoreAt('snowflake:env:RING', { RING: 'three' }).read(), 'three')
    await assert.rejects(keystoreAt(`snowflake:${folder}/none`, {}).read(), { code: 'file_unreadable' })
    for (const place of ['secret', 'env:', 'DB.SCHEMA.SECRET']) {
      assert.throws(() => keystoreAt(`snowflake:${place}`, {}), { code: 'invalid_setting' }, place)
    }
  })

  test('that is missing says so', async () => {
    await assert.rejects(keystoreAt(`file:${folder}/none.json`, {}).read(), { code: 'file_unreadable' })
  })

  test('of another kind is refused', () => {
    for (const text of ['vault:x', 'file:', 'env:', 'aws-sm:', 'snowflake:', '']) {
      assert.throws(() => keystoreAt(text, {}), { code: 'invalid_setting' }, text)
    }
  })
})
