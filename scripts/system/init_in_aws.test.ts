/** `init` into AWS: what it prints, what an interrupted one leaves, and what it never replaces. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { type Binary, binaryAt, placeBinary } from '../e2e/binary.ts'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'
import { type Moto, objectsRefusal, startMoto, withoutMoto } from './moto.ts'

const bucket = 'acme-init'
const authorization =
  'AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'

describe('init into AWS', { skip: withoutMoto }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-init-aws-'))
  let moto: Moto
  let edge: EdgeProcess
  let path: string
  let homes = 0

  const home = () => binaryAt(path, join(folder, `home-${++homes}`), moto.env)
  const init = (who: Binary, name: string, more: readonly string[] = []) =>
    who.call([
      'init',
      '--url',
      edge.url,
      '--setup-token-file',
      edge.setupTokenFile,
      '--tenant',
      'Acme',
      '--person',
      'Grace',
      '--keystore',
      `aws-sm:${name}/ring`,
      '--floor',
      `s3:${bucket}/${name}/floor.json`,
      '--anchor',
      `s3:${bucket}/${name}/anchor.json`,
      ...more,
      '--json',
    ])

  before(async () => {
    moto = await startMoto()
    await fetch(`${moto.direct}/${bucket}`, { method: 'PUT', headers: { authorization } })
    path = placeBinary(join(folder, 'bin'))
  })
  after(async () => {
    await edge?.[Symbol.asyncDispose]()
    await moto?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    moto.interfere(null)
    await edge?.[Symbol.asyncDispose]()
  })
  const newEdge = async () => (edge = await startEdge({ folder: join(folder, `edge-${homes}`) }))

  test('that is denied the floor makes nothing, and told so before the edge is', async () => {
    await newEdge()
    const person = home()
    moto.interfere(({ path }) => path.endsWith('floor.json') ? objectsRefusal('AccessDenied') : null)
    const denied = await init(person, 'early')
    assert.equal(denied.code, 'store_denied', denied.stderr)
    moto.interfere(null)
    assert.equal((await init(person, 'early')).exit, 0)
  })

  test('that was interrupted goes on where it was, with the ring that it made', async () => {
    await newEdge()
    const person = home()
    moto.interfere(({ operation }) =>
      operation.startsWith('PUT') && operation.endsWith('floor.json') ? objectsRefusal('AccessDenied') : null
    )
    const broken = await init(person, 'late')
    assert.equal(broken.code, 'store_denied', broken.stderr)
    moto.interfere(null)
    moto.asked()
    const done = await init(person, 'late')
    assert.equal(done.exit, 0, done.stderr)
    assert.ok(!moto.asked().some((operation) => /^(Create|Put|Update)Secret/.test(operation)))
    const shown = await person.call(['anchor', 'show', '--json'])
    assert.deepEqual([shown.exit, shown.value.tenant], [0, done.value.tenant], shown.stderr)
    const [read] = done.value.aws.agents.Statement
    assert.match(read.Resource[0], /^arn:aws:secretsmanager:eu-central-1:\d{12}:secret:late\/ring-\w{6}$/)
  })

  test('replaces nothing that is there already', async () => {
    await newEdge()
    assert.equal((await init(home(), 'taken')).exit, 0)
    const again = await init(home(), 'taken')
    assert.equal(again.exit, 2, again.stderr)
    assert.match(again.stderr, /something at the secret taken\/ring/)
    const floor = await init(home(), 'other', ['--floor', `s3:${bucket}/taken/floor.json`])
    assert.match(floor.stderr, /something at s3:acme-init\/taken\/floor.json/)
  })

  test('puts no ring where it can only be read from', async () => {
    await newEdge()
    const ended = await init(home(), 'x', ['--keystore', 'env:RING'])
    assert.equal(ended.exit, 2, ended.stderr)
  })
})
