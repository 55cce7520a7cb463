/** The compiled binary with its ring in Secrets Manager and floor and anchor in S3, from `init` to data moved. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Started } from '../e2e/binary.ts'
import { startPeopleWorld } from '../e2e/people_world.ts'
import type { World } from '../e2e/world.ts'
import { type Moto, secretsRefusal, startMoto, withoutMoto } from './moto.ts'

const secret = 'sallyport/default'
const bucket = 'acme-sallyport'
/** moto's answer without it is the version that was put last, whatever its labels; AWS's is this. */
const current = { VersionStage: 'AWSCURRENT' }
const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`

describe('an installation whose secrets are in AWS', { skip: withoutMoto }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-in-aws-'))
  let moto: Moto
  let world: World
  let agent: Started

  const inS3 = async (path: string) => {
    const answer = await fetch(`${moto.direct}/${bucket}${path}`, {
      headers: { authorization: authorization('s3') },
    })
    return { status: answer.status, text: await answer.text() }
  }
  const secrets = async (operation: string, body: object) => {
    const answer = await fetch(moto.direct, {
      method: 'POST',
      headers: {
        'x-amz-target': `secretsmanager.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
        authorization: authorization('secretsmanager').replace('us-east-1', 'eu-central-1'),
      },
      body: JSON.stringify({ SecretId: secret, ...body }),
    })
    assert.equal(answer.status, 200, await answer.clone().text())
    return await answer.json() as { SecretString: string; ARN: string }
  }

  before(async () => {
    moto = await startMoto()
    await fetch(`${moto.direct}/${bucket}`, {
      method: 'PUT',
      headers: { authorization: authorization('s3') },
    })
    world = await startPeopleWorld({
      folder,
      rows: ['1,Ada', '2,Grace', '3,Edsger'],
      places: {
        keystore: `aws-sm:${secret}`,
        floor: `s3:${bucket}/floor.json`,
        anchor: `s3:${bucket}/default/anchor.json?region=eu-central-1`,
        env: moto.env,
      },
    })
    agent = await world.startAgent()
  })
  afterEach(() => moto.interfere(null))
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    await moto?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('has nothing of them on the machine of the person, and settings that say where they are', async () => {
    const { home } = world.person
    for (const name of ['ring.json', 'floor.json', 'anchor.json']) {
      assert.equal(existsSync(join(home, name)), false, name)
    }
    const { ARN } = await secrets('DescribeSecret', {})
    assert.deepEqual(readFileSync(join(home, 'agent.yaml'), 'utf8').trim().split('\n'), [
      `keystore: aws-sm:${ARN}`,
      `floor: s3:${bucket}/floor.json`,
      `anchor: s3:${bucket}/default/anchor.json?region=eu-central-1`,
    ])
    assert.match((await inS3('/floor.json')).text, /"type": "floor"/)
  })

  test('moves data, and remembers it in the objects', async () => {
    const run = await world.run('people')
    assert.equal(run.state, 'succeeded', agent.said())
    assert.equal(readFileSync(join(folder, 'out', 'people.csv'), 'utf8').split('\n').length, 5)
    const root = JSON.parse((await inS3('/default/anchor.json')).text)
    const [pipeline = ''] = Object.keys(root.pipelines)
    const beside = JSON.parse((await inS3(`/default/anchor.d/pipeline-${pipeline}.json`)).text)
    assert.deepEqual(beside.runs.map(({ id }: { id: string }) => id), [run.id])
  })

  test('takes a ring that was moved on from the next run on, and looks once more for a key that it lacks', async () => {
    const { SecretString: good } = await secrets('GetSecretValue', current)
    const ring = JSON.parse(good)
    const [key] = ring.sealing
    // Of the pool, with a key that nothing is sealed to: what an old version is to a record that was rewrapped.
    const other = { ...key, kid: '0'.repeat(key.kid.length), private: Buffer.alloc(32, 7).toString('base64') }
    await secrets('PutSecretValue', { SecretString: JSON.stringify({ ...ring, sealing: [other] }) })
    const refused = await world.run('people')
    assert.deepEqual([refused.state, refused.code], ['refused', 'kid_missing'], agent.said())
    await secrets('PutSecretValue', { SecretString: good })
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
  })

  test('rides out a busy service', async () => {
    let busy = 2
    moto.interfere(({ operation }) =>
      operation === 'GetSecretValue' && busy-- > 0 ? secretsRefusal('ThrottlingException') : null
    )
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
    assert.ok(busy < 0)
  })

  test('opens nothing once its role may not read the ring, and goes on when it may', async () => {
    moto.interfere(({ operation }) =>
      operation === 'GetSecretValue' ? secretsRefusal('AccessDeniedException') : null
    )
    const denied = await world.run('people')
    assert.deepEqual([denied.state, denied.code], ['failed', 'keystore_denied'], agent.said())
    moto.interfere(null)
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
  })

  test('is given its next key in the secret, while its agent goes on', async () => {
    const { SecretString: before } = await secrets('GetSecretValue', current)
    const rotated = await world.does('keys', 'rotate', '--yes')
    assert.equal(rotated.done, true)
    const { SecretString: now } = await secrets('GetSecretValue', current)
    assert.equal(JSON.parse(now).sealing.length, JSON.parse(before).sealing.length + 1)
    const { SecretString: previous } = await secrets('GetSecretValue', { VersionStage: 'AWSPREVIOUS' })
    assert.notEqual(previous, now)
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
  })

  test('is stopped by the floor in S3', async () => {
    await world.does('trust', 'deny', world.agentId, '--yes')
    const refused = await world.run('people')
    assert.deepEqual([refused.state, refused.code], ['refused', 'denied'], agent.said())
    await world.does('trust', 'deny', world.agentId, '--undo', '--yes')
    assert.equal((await world.run('people')).state, 'succeeded', agent.said())
  })

  test('refuses without its anchor, and makes none', async () => {
    const object = `${moto.direct}/${bucket}/default/anchor.json`
    const was = (await inS3('/default/anchor.json')).text
    const headers = { authorization: authorization('s3') }
    await fetch(object, { method: 'DELETE', headers })
    const refused = await world.run('people')
    assert.deepEqual([refused.state, refused.code], ['refused', 'anchor_missing'], agent.said())
    assert.equal((await inS3('/default/anchor.json')).status, 404)
    await fetch(object, { method: 'PUT', headers, body: was })
  })
})
