import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { authority, Proxy, WebServer } from '../connectors/https/server_fixture.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { directNetwork, networkOf } from '../network.ts'
import { storeAt } from '../trust/store.ts'
import { setEnv } from './environment_fixture.ts'
import { reachAwsBy } from './way_out.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-aws-way-'))
writeFileSync(`${folder}/ca.pem`, authority.certificate)
let service: WebServer
let proxy: Proxy
let environment: Record<string, string | undefined>

before(async () => {
  service = await WebServer.open('aws.example')
  proxy = await Proxy.open()
  environment = setEnv({
    AWS_ENDPOINT_URL: `https://aws.example:${service.port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: undefined,
    AWS_PROFILE: undefined,
    AWS_CONFIG_FILE: `${folder}/none`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/none`,
  })
  reachAwsBy(networkOf({ proxy: proxy.url, noProxy: '', caFile: `${folder}/ca.pem` }))
})
after(async () => {
  reachAwsBy(directNetwork)
  setEnv(environment)
  await service[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('AWS behind a proxy and a private authority', () => {
  test('Secrets Manager is asked by the way of the settings', async () => {
    service.give(
      '/',
      JSON.stringify({ SecretString: 'the ring', VersionId: 'v1', ARN: 'arn:x', Name: 'ring' }),
      {
        'content-type': 'application/x-amz-json-1.1',
      },
    )
    assert.equal(await keystoreAt('aws-sm:ring', {}).read(), 'the ring')
    assert.deepEqual(proxy.asked, [`aws.example:${service.port}`])
    assert.match(service.seen.at(-1)?.authorization ?? '', /^AWS4-HMAC-SHA256 .*host/)
  })

  test('so is S3, its objects read whole', async () => {
    proxy.asked.length = 0
    await using bucket = await WebServer.open('bucket.aws.example')
    setEnv({ AWS_ENDPOINT_URL_S3: `https://aws.example:${bucket.port}` })
    bucket.give('/floor.json', 'the floor', { etag: '"1"', 'content-type': 'binary/octet-stream' })
    const found = await storeAt('s3:bucket/floor.json', 'floor').read()
    assert.equal(found?.text, 'the floor')
    assert.deepEqual(proxy.asked, [`bucket.aws.example:${bucket.port}`])
  })

  test('a proxy that opens no way is a keystore out of reach', async () => {
    await using closed = await Proxy.open()
    closed.refuses = true
    reachAwsBy(networkOf({ proxy: closed.url, noProxy: '', caFile: `${folder}/ca.pem` }))
    await assert.rejects(keystoreAt('aws-sm:ring', {}).read(), { code: 'keystore_unreachable' })
  })
})
