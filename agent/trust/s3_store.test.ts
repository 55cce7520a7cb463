import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { setEnv } from '../aws/environment_fixture.ts'
import { ObjectsDouble } from '../aws/objects_fixture.ts'
import { storeAt } from './store.ts'

const path = '/acme-trust/prod/anchor.json'

let double: ObjectsDouble
let before: Record<string, string | undefined>

beforeEach(() => {
  double = new ObjectsDouble()
  before = setEnv(double.env)
})
afterEach(async () => {
  setEnv(before)
  await double[Symbol.asyncDispose]()
})

const store = (options = '') => storeAt(`s3:acme-trust/prod/anchor.json${options}`, 'anchor')

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  let caught: unknown = null
  await call.catch((error: unknown) => (caught = error))
  assert.ok(caught instanceof Fault, String(caught))
  assert.doesNotMatch(caught.message, /anybody should see/)
  return caught
}

describe('a store in S3', () => {
  test('has nothing until somebody swaps in the first document', async () => {
    const one = store()
    assert.equal(await one.read(), null)
    assert.equal(await one.swap(null, '1'), true)
    assert.equal((await one.read())?.text, '1')
    assert.equal(await one.swap(null, '2'), false)
  })

  test('lets only the one who saw the last document replace it', async () => {
    const one = store()
    await one.swap(null, 'a')
    const tag = (await one.read())?.tag ?? null
    assert.equal(await one.swap(tag, 'b'), true)
    assert.equal(await one.swap(tag, 'c'), false)
    assert.equal((await one.read())?.text, 'b')
  })

  test('replaces nothing that was deleted meanwhile', async () => {
    double.put(path, 'a')
    const tag = (await store().read())?.tag ?? null
    double.objects.delete(path)
    assert.equal(await store().swap(tag, 'b'), false)
    assert.equal(await store().read(), null)
  })

  test('takes a conflict of two writes under way for somebody faster', async () => {
    double.troubles.push({ method: 'PUT', status: 409, code: 'ConditionalRequestConflict' })
    assert.equal(await store().swap(null, 'a'), false)
  })

  test('has others beside it, below a prefix of their own', async () => {
    assert.equal(await store().beside('pipeline-7').swap(null, '1'), true)
    assert.deepEqual([...double.objects.keys()], ['/acme-trust/prod/anchor.d/pipeline-7.json'])
    assert.throws(() => store().beside('../floor'), { code: 'invalid_setting' })
  })

  test('knows its own write again when the answer was lost on the way', async () => {
    double.put(path, 'a')
    const tag = (await store().read())?.tag ?? null
    double.troubles.push({ method: 'PUT', status: 500, code: 'InternalError', after: true })
    assert.equal(await store().swap(tag, 'b'), true)
    assert.equal((await store().read())?.text, 'b')
  })

  test('says that nobody knows when a write without an answer was followed by another', async () => {
    double.put(path, 'a')
    const tag = (await store().read())?.tag ?? null
    double.troubles.push({ method: 'PUT', status: 500, code: 'InternalError', after: true })
    let puts = 0
    double.before = (method) => {
      if (method === 'PUT' && ++puts === 2) double.put(path, 'theirs', 'their mark')
    }
    const fault = await faultOf(store().swap(tag, 'b'))
    assert.equal(fault.code, 'store_unreachable')
    assert.equal((await store().read())?.text, 'theirs')
  })

  test('is asked again when it is busy; a write that was turned away is no riddle', async () => {
    double.put(path, 'a')
    const tag = (await store().read())?.tag ?? null
    double.troubles.push({ method: 'PUT', status: 503, code: 'SlowDown' })
    double.before = (method) => {
      if (method === 'PUT') double.put(path, 'theirs')
    }
    assert.equal(await store().swap(tag, 'b'), false)
    double.troubles.push({ method: 'GET', status: 503, code: 'SlowDown' })
    assert.equal((await store().read())?.text, 'theirs')
  })

  test('gives up on a service that stays away, and says what it was', async () => {
    for (let i = 0; i < 9; i++) double.troubles.push({ method: 'GET', status: 500, code: 'InternalError' })
    const fault = await faultOf(store().read())
    assert.equal(fault.code, 'store_unreachable')
    assert.equal(fault.class, 'transient')
    assert.equal(double.asked.length, 5)
  })

  test('that this machine may not have is refused at once', async () => {
    double.troubles.push({ method: 'GET', status: 403, code: 'AccessDenied' })
    assert.equal((await faultOf(store().read())).code, 'store_denied')
    double.troubles.push({ method: 'PUT', status: 403, code: 'AccessDenied' })
    assert.equal((await faultOf(store().swap(null, 'a'))).code, 'store_denied')
    assert.equal(double.asked.length, 2)
  })

  test('that is larger than any anchor is not read to its end', async () => {
    double.put(path, 'x'.repeat(17 * 1024 * 1024))
    assert.equal((await faultOf(store().read())).code, 'invalid_file')
  })

  test('in a bucket of another account is refused where the owner is named', async () => {
    double.put(path, 'a')
    assert.equal((await store('?owner=123456789012').read())?.text, 'a')
    assert.equal((await store().read())?.text, 'a')
    double.owner = '999999999999'
    assert.equal((await faultOf(store('?owner=123456789012').read())).code, 'store_denied')
    assert.equal((await faultOf(store('?owner=123456789012').swap(null, 'b'))).code, 'store_denied')
  })

  test('in no bucket, or in one of another region, says what to change', async () => {
    double.troubles.push({ method: 'GET', status: 404, code: 'NoSuchBucket' })
    assert.match((await faultOf(store().read())).message, /no bucket acme-trust/)
    const headers = { 'x-amz-bucket-region': 'us-west-2' }
    double.troubles.push({ method: 'GET', status: 301, code: 'PermanentRedirect', headers })
    const fault = await faultOf(store().read())
    assert.equal(fault.code, 'invalid_setting')
    assert.match(fault.message, /us-west-2/)
  })

  test('is asked for by TLS, whatever the environment says', async () => {
    const was = setEnv({ AWS_ENDPOINT_URL_S3: 'http://secrets.example.com' })
    try {
      const fault = await faultOf(store().read())
      assert.equal(fault.code, 'invalid_setting')
      assert.match(fault.message, /without TLS/)
    } finally {
      setEnv(was)
    }
  })

  test('is written in one way', () => {
    const wrong = [
      's3://acme/anchor.json',
      's3:acme',
      's3:acme/',
      's3:A/anchor.json',
      's3:acme//anchor.json',
      's3:acme/a b',
      's3:acme/anchor.json?owner=12',
      's3:acme/anchor.json?version=1',
    ]
    for (const text of wrong) assert.throws(() => storeAt(text, 'anchor'), { code: 'invalid_setting' }, text)
  })
})
