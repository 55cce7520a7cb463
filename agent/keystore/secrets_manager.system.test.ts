/** A ring in Secrets Manager, against moto: how it is moved on, and whose credentials read it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { type Moto, secretsRefusal, startMoto, withoutMoto } from '../../scripts/system/moto.ts'
import { setEnv } from '../aws/environment_fixture.ts'
import { keystoreAt } from './keystore.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-aws-'))
let moto: Moto
let was: Record<string, string | undefined>

before(async () => {
  if (withoutMoto !== false) return
  moto = await startMoto()
  was = setEnv(moto.env)
})
afterEach(() => moto?.interfere(null))
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  if (moto === undefined) return
  setEnv(was)
  await moto[Symbol.asyncDispose]()
})

let names = 0
const newName = () => `prod/ring-${++names}`
const keystore = (name: string) => keystoreAt(`aws-sm:${name}`, {})

/** What Secrets Manager says about the secret's versions: labels by version. */
async function labelsOf(name: string): Promise<string[]> {
  const answer = await fetch(moto.direct, {
    method: 'POST',
    headers: {
      'x-amz-target': 'secretsmanager.DescribeSecret',
      'content-type': 'application/x-amz-json-1.1',
      authorization:
        'AWS4-HMAC-SHA256 Credential=testing/20261122/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ SecretId: name }),
  })
  const { VersionIdsToStages } = await answer.json() as { VersionIdsToStages: Record<string, string[]> }
  return Object.values(VersionIdsToStages).flat().sort()
}

describe('a ring in Secrets Manager of moto', { skip: withoutMoto }, () => {
  test('is made, moved on by its labels, and the one before is kept', async () => {
    const name = newName()
    const { read, swap } = keystore(name)
    assert.ok(swap)
    assert.equal(await swap('x', 'one'), false)
    assert.equal(await swap(null, 'one'), true)
    assert.equal(await swap(null, 'two'), false)
    assert.equal(await swap('one', 'two'), true)
    assert.equal(await swap('one', 'three'), false)
    assert.equal(await read(), 'two')
    assert.deepEqual(await labelsOf(name), ['AWSCURRENT', 'AWSPREVIOUS'])
  })

  test('loses no change of two that rotate at once', async () => {
    const name = newName()
    await keystore(name).swap?.(null, ':')
    const rotate = async (who: string) => {
      const { read, swap } = keystore(name)
      for (let done = 0; done < 10;) {
        const seen = await read()
        if (await swap?.(seen, `${seen}${who}`)) done++
      }
    }
    await Promise.all([rotate('a'), rotate('b')])
    const text = await keystore(name).read()
    assert.deepEqual([...text].sort().join(''), ':' + 'a'.repeat(10) + 'b'.repeat(10))
    assert.deepEqual(await labelsOf(name), ['AWSCURRENT', 'AWSPREVIOUS'])
  })

  test('moved on by somebody else in between is theirs', async () => {
    const name = newName()
    await keystore(name).swap?.(null, 'one')
    let theirs: Promise<boolean> | undefined
    moto.interfere(({ operation }) => {
      if (operation !== 'PutSecretValue' || theirs !== undefined) return null
      theirs = Promise.resolve(false)
      theirs = keystore(name).swap?.('one', 'theirs')
      return secretsRefusal('ThrottlingException')
    })
    const mine = keystore(name).swap?.('one', 'mine')
    assert.equal(await mine, !(await theirs))
    assert.equal(await keystore(name).read(), await mine ? 'mine' : 'theirs')
  })

  test('is asked for again while the service is busy; a denial is final at once', async () => {
    const name = newName()
    await keystore(name).swap?.(null, 'one')
    let busy = 2
    moto.interfere(() => busy-- > 0 ? secretsRefusal('ThrottlingException') : null)
    assert.equal(await keystore(name).read(), 'one')
    moto.interfere(() => secretsRefusal('ThrottlingException'))
    moto.asked()
    await assert.rejects(keystore(name).read(), { code: 'keystore_unreachable' })
    assert.equal(moto.asked().length, 5)
    moto.interfere(() => secretsRefusal('AccessDeniedException'))
    await assert.rejects(keystore(name).read(), { code: 'keystore_denied', message: /AccessDeniedException/ })
    assert.deepEqual(moto.asked(), ['GetSecretValue'])
  })

  test('that nobody has made is missing', async () => {
    await assert.rejects(keystore(newName()).read(), { code: 'keystore_missing' })
  })
})

describe('the ring is read as whom the environment says', { skip: withoutMoto }, () => {
  const name = 'prod/by-chain'
  const role = {
    AccessKeyId: 'ASIATEST',
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: '2099-01-01T00:00:00Z',
  }
  let services: Bun.Server<undefined>
  /** Requests to the services that give credentials out, as method, path and what they were let in by. */
  let heard: string[] = []
  /** Whether the metadata service knows nothing of its second version. */
  let old = false

  before(async () => {
    await keystore(name).swap?.(null, 'the ring')
    services = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => give(request) })
  })
  after(() => services?.stop(true))

  function give(request: Request): Response {
    const { pathname } = new URL(request.url)
    const token = request.headers.get('x-aws-ec2-metadata-token') ?? request.headers.get('authorization') ??
      '-'
    heard.push(`${request.method} ${pathname} ${token}`)
    if (pathname === '/latest/api/token') {
      return old ? new Response('', { status: 404 }) : new Response('session-token')
    }
    if (pathname.startsWith('/latest/') && !old && token !== 'session-token') {
      return new Response('', { status: 401 })
    }
    if (pathname === '/latest/meta-data/iam/security-credentials/') return new Response('agent-role')
    const code = pathname.startsWith('/latest/')
      ? { Code: 'Success', Type: 'AWS-HMAC', LastUpdated: '2026-01-01T00:00:00Z' }
      : {}
    return Response.json({ ...code, ...role })
  }

  /** In a process of its own, with nothing in its environment but this. Gives what it read, or the fault's code. */
  async function readWith(env: Readonly<Record<string, string>>): Promise<string> {
    heard = []
    const code = `import { keystoreAt } from '${join(import.meta.dirname, 'keystore.ts')}'
      try { console.log(await keystoreAt('aws-sm:${name}', {}).read()) } catch (e) { console.log(e.code + ': ' + e.message) }
      process.exit(0)`
    const child = spawn(process.execPath, ['-e', code], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        AWS_REGION: 'eu-central-1',
        ...endpoints(),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (piece) => (said += piece))
    await new Promise((resolve) => child.once('close', resolve))
    return said.trim()
  }

  const endpoints = () => ({
    AWS_ENDPOINT_URL: moto.env['AWS_ENDPOINT_URL'] ?? '',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${services.port}`,
  })
  const file = (given: string, text: string) => {
    const path = join(folder, given)
    writeFileSync(path, text)
    return path
  }

  test('by its variables', async () => {
    assert.equal(
      await readWith({ AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' }),
      'the ring',
    )
    assert.deepEqual(heard, [])
  })

  test('by a profile', async () => {
    const profile = file(
      'credentials',
      '[ops]\naws_access_key_id = AKIATEST\naws_secret_access_key = secret\n',
    )
    assert.equal(await readWith({ AWS_PROFILE: 'ops', AWS_SHARED_CREDENTIALS_FILE: profile }), 'the ring')
    assert.deepEqual(heard, [])
  })

  test('by the task of ECS', async () => {
    const there = `http://127.0.0.1:${services.port}/task`
    assert.equal(await readWith({ AWS_CONTAINER_CREDENTIALS_FULL_URI: there }), 'the ring')
    assert.deepEqual(heard, ['GET /task -'])
  })

  test('by the pod identity of EKS', async () => {
    const token = file('pod-token', 'the-pod')
    const there = `http://127.0.0.1:${services.port}/v1/credentials`
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: there, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token }
    assert.equal(await readWith(env), 'the ring')
    assert.deepEqual(heard, ['GET /v1/credentials the-pod'])
  })

  test('by a web identity, which STS takes for the role', async () => {
    const claims = btoa(
      JSON.stringify({ sub: 'agent', iss: 'https://issuer.example', aud: 'sts.amazonaws.com' }),
    )
    const token = file('web-token', `${btoa('{"alg":"none"}')}.${claims}.`)
    moto.asked()
    const env = { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/agent', AWS_WEB_IDENTITY_TOKEN_FILE: token }
    assert.equal(await readWith(env), 'the ring')
    assert.deepEqual(moto.asked(), ['POST /', 'GetSecretValue'])
  })

  test('by the metadata service of a machine, in its second version', async () => {
    old = false
    assert.equal(await readWith({}), 'the ring')
    assert.deepEqual(heard, [
      'PUT /latest/api/token -',
      'GET /latest/meta-data/iam/security-credentials/ session-token',
      'GET /latest/meta-data/iam/security-credentials/agent-role session-token',
    ])
  })

  test('and not by its first version, also where the environment allows that', async () => {
    old = true
    const said = await readWith({ AWS_EC2_METADATA_V1_DISABLED: 'false' })
    assert.match(said, /^keystore_unreachable: There are no AWS credentials here/)
    assert.deepEqual([...new Set(heard)], ['PUT /latest/api/token -'])
  })
})
