/** Floor and anchor in S3, against moto: what two writers, a lost object and a bad day come to. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { type Moto, objectsRefusal, startMoto, withoutMoto } from '../../scripts/system/moto.ts'
import { setEnv } from '../aws/environment_fixture.ts'
import { makeAnchor, readAnchor } from './anchor.ts'
import { storeAt, update } from './store.ts'

const bucket = 'acme-trust'
/** Of the account; moto looks at the name alone. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
const of = { tenant: '019aa000-0000-7000-8000-000000000001', pool: 'default' }

describe('objects in S3', { skip: withoutMoto }, () => {
  let moto: Moto
  let was: Record<string, string | undefined>
  let names = 0
  const anchor = (name = `anchor-${++names}`) => storeAt(`s3:${bucket}/prod/${name}.json`, 'anchor')
  const request = (method: string, path: string, body: string | null = null) =>
    fetch(`${moto.direct}/${bucket}${path}`, { method, body, headers: { authorization } })

  before(async () => {
    moto = await startMoto()
    was = setEnv(moto.env)
    await request('PUT', '')
    await request(
      'PUT',
      '?versioning',
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
    )
  })
  afterEach(() => moto.interfere(null))
  after(async () => {
    setEnv(was)
    await moto[Symbol.asyncDispose]()
  })

  test('are made once, replaced by who saw the last one, and keep their versions', async () => {
    const store = anchor('kept')
    assert.equal(await store.read(), null)
    assert.equal(await store.swap(null, '1'), true)
    assert.equal(await store.swap(null, 'x'), false)
    const tag = (await store.read())?.tag ?? null
    assert.equal(await store.swap(tag, '2'), true)
    assert.equal(await store.swap(tag, 'x'), false)
    assert.equal((await store.read())?.text, '2')
    const versions = await (await request('GET', '?versions&prefix=prod/kept.json')).text()
    assert.equal(versions.match(/<Version>/g)?.length, 2)
  })

  test('lose no update of two writers in fifty rounds', async () => {
    const name = `anchor-${++names}`
    await anchor(name).swap(null, '0')
    const writer = async () => {
      const store = anchor(name)
      for (let round = 0; round < 50; round++) {
        await update(store, (text) => ({ text: String(Number(text) + 1), result: null }))
      }
    }
    moto.asked()
    await Promise.all([writer(), writer()])
    assert.equal((await anchor(name).read())?.text, '100')
    const puts = moto.asked().filter((operation) => operation.startsWith('PUT')).length
    assert.ok(puts > 100, `the two never met: ${puts} writes`)
  })

  test('that were lost are a refusal, and no agent makes a new one', async () => {
    const store = anchor()
    assert.equal(await makeAnchor(store, of), true)
    assert.equal((await readAnchor(store, of)).pool, 'default')
    const deleted = await request('DELETE', `/prod/anchor-${names}.json`)
    assert.equal(deleted.status, 204, await deleted.text())
    await assert.rejects(readAnchor(store, of), { code: 'anchor_missing' })
    await assert.rejects(update(store, () => assert.fail('asked to change')), { name: 'AssertionError' })
  })

  test('that this machine may not have are refused at once', async () => {
    const store = anchor()
    moto.interfere(() => objectsRefusal('AccessDenied'))
    moto.asked()
    await assert.rejects(store.read(), { code: 'store_denied' })
    await assert.rejects(store.swap(null, '1'), { code: 'store_denied' })
    assert.equal(moto.asked().length, 2)
    moto.interfere(null)
    assert.equal(await store.read(), null)
  })

  test('are asked for again while the service is busy, and are out of reach when it stays so', async () => {
    const store = anchor()
    let busy = 2
    moto.interfere(() => busy-- > 0 ? objectsRefusal('SlowDown') : null)
    assert.equal(await store.swap(null, '1'), true)
    moto.interfere(() => objectsRefusal('SlowDown'))
    moto.asked()
    await assert.rejects(store.read(), (error) => {
      assert.ok(error instanceof Fault)
      assert.equal(error.code, 'store_unreachable')
      assert.equal(error.class, 'transient')
      assert.doesNotMatch(error.message, /request rate/)
      return true
    })
    assert.equal(moto.asked().length, 5)
  })

  test('in a bucket that is not there say so', async () => {
    await assert.rejects(storeAt('s3:no-such-bucket/anchor.json', 'anchor').read(), {
      code: 'invalid_setting',
      message: /no bucket no-such-bucket/,
    })
  })
})
