import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { setEnv } from '../aws/environment_fixture.ts'
import { SecretsDouble } from '../aws/secrets_fixture.ts'
import { keystoreAt } from './keystore.ts'

const name = 'prod/sallyport-ring'
const arn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`

let double: SecretsDouble
let before: Record<string, string | undefined>

beforeEach(() => {
  double = new SecretsDouble()
  before = setEnv(double.env)
})
afterEach(async () => {
  setEnv(before)
  await double[Symbol.asyncDispose]()
})

const keystore = (id = name) => keystoreAt(`aws-sm:${id}`, {})
const swap = (seen: string | null, text: string) => keystore().swap?.(seen, text)
const throttled = { operation: 'GetSecretValue', status: 400, type: 'ThrottlingException' }

/** Says what the code is, names the secret, and quotes nothing that the service said. */
async function faultOf(call: Promise<unknown> | undefined): Promise<Fault> {
  let caught: unknown = null
  await call?.catch((error: unknown) => (caught = error))
  assert.ok(caught instanceof Fault, String(caught))
  assert.doesNotMatch(caught.message, /anybody should see/)
  return caught
}

describe('a ring in Secrets Manager', () => {
  test('is the current version, read anew each time', async () => {
    double.put(name, 'one')
    const one = keystore()
    assert.equal(await one.read(), 'one')
    double.put(name, 'two')
    assert.equal(await one.read(), 'two')
    assert.equal(await keystore(arn).read(), 'two')
  })

  test('that is not there says so, without a second attempt', async () => {
    assert.equal((await faultOf(keystore().read())).code, 'keystore_missing')
    assert.equal(double.asked.length, 1)
  })

  test('is asked for again when the service is busy, and not for ever', async () => {
    double.put(name, 'one')
    double.troubles.push(throttled, { ...throttled, status: 500, type: 'InternalServiceError' })
    assert.equal(await keystore().read(), 'one')
    assert.equal(double.asked.length, 3)
    double.troubles.push(...Array<typeof throttled>(9).fill({ ...throttled, status: 500, type: 'Internal' }))
    const fault = await faultOf(keystore().read())
    assert.equal(fault.code, 'keystore_unreachable')
    assert.equal(double.asked.length, 8)
  })

  test('that this machine may not have is refused at once', async () => {
    double.put(name, 'one')
    for (const type of ['AccessDeniedException', 'DecryptionFailure', 'UnrecognizedClientException']) {
      double.asked.length = 0
      double.troubles.push({ operation: 'GetSecretValue', status: 400, type })
      const fault = await faultOf(keystore().read())
      assert.equal(fault.code, 'keystore_denied', type)
      assert.match(fault.message, new RegExp(`prod/sallyport-ring.*${type}`))
      assert.equal(double.asked.length, 1)
    }
  })

  test('behind a port where nobody listens is out of reach, which is bridged for a while', async () => {
    await double[Symbol.asyncDispose]()
    const fault = await faultOf(keystore().read())
    assert.equal(fault.code, 'keystore_unreachable')
    assert.equal(fault.class, 'transient')
  })

  test('is replaced by the one who saw the last, and by nobody else', async () => {
    assert.equal(await swap('x', 'one'), false)
    assert.equal(await swap(null, 'one'), true)
    assert.equal(await swap(null, 'two'), false)
    assert.equal(await swap('one', 'two'), true)
    assert.equal(await swap('one', 'three'), false)
    assert.deepEqual(double.labels(name), { one: [], two: ['AWSCURRENT'] })
  })

  test('moved by somebody else in between is left as it is, and the loser keeps no label', async () => {
    double.put(name, 'one')
    double.before = (operation) => {
      if (operation === 'UpdateSecretVersionStage') double.put(name, 'theirs')
      double.before = operation === 'UpdateSecretVersionStage' ? () => undefined : double.before
    }
    assert.equal(await swap('one', 'mine'), false)
    assert.deepEqual(double.labels(name), { one: [], mine: [], theirs: ['AWSCURRENT'] })
  })

  test('made by somebody else in between is left as it is', async () => {
    double.before = (operation) => {
      if (operation === 'CreateSecret') double.put(name, 'theirs')
    }
    assert.equal(await swap(null, 'mine'), false)
    assert.equal(await keystore().read(), 'theirs')
  })

  test('is replaced when the answer to that was lost on the way', async () => {
    double.put(name, 'one')
    double.troubles.push({
      operation: 'UpdateSecretVersionStage',
      status: 500,
      type: 'Internal',
      after: true,
    })
    assert.equal(await swap('one', 'two'), true)
    assert.equal(await keystore().read(), 'two')
  })

  test('that may be read and not changed says so', async () => {
    double.put(name, 'one')
    double.troubles.push({ operation: 'PutSecretValue', status: 400, type: 'AccessDeniedException' })
    assert.equal((await faultOf(swap('one', 'two'))).code, 'keystore_denied')
  })

  test('in no region says what to set', async () => {
    const was = setEnv({ AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere', HOME: '/nowhere' })
    try {
      const fault = await faultOf(keystore().read())
      assert.equal(fault.code, 'invalid_setting')
      assert.match(fault.message, /AWS_REGION/)
      double.put(name, 'one')
      assert.equal(await keystore(arn).read(), 'one')
    } finally {
      setEnv(was)
    }
  })

  test('is asked for by TLS, whatever the environment says', async () => {
    const was = setEnv({ AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://secrets.example.com' })
    try {
      const fault = await faultOf(keystore().read())
      assert.equal(fault.code, 'invalid_setting')
      assert.match(fault.message, /without TLS/)
    } finally {
      setEnv(was)
    }
  })

  test('is named by a name or an ARN, and by nothing else', () => {
    for (const id of ['a b', 'arn:aws:s3:::bucket', 'arn:aws:secretsmanager:eu:1:secret:x', '../x?']) {
      assert.throws(() => keystore(id), { code: 'invalid_setting' }, id)
    }
  })
})
