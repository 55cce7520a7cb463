import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'

async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  await estate.publishTrust()
  return { edge, estate, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const path = '/v1/connections'

describe('a connection', () => {
  test('is kept as it was signed and sealed, and comes back so', async () => {
    await using s = await scene()
    const { id, hash, body } = s.estate.connection({ name: 'shop' })
    const made = await s.estate.made('POST', path, body)
    assert.deepEqual([made.id, made.name, made.kind, made.version, made.hash], [id, 'shop', 'files', 1, hash])
    const read = await s.estate.made('GET', `${path}/${id}`)
    assert.deepEqual([read.document, read.sealed], [body.document, body.sealed])
    const list = await s.estate.made('GET', path)
    assert.deepEqual(list.data.map((one: { id: string }) => one.id), [id])
    assert.equal(list.data[0].sealed, undefined)
  })

  test('goes from version to version by one, and keeps id, project and kind', async () => {
    await using s = await scene()
    const { id, body } = s.estate.connection({ name: 'shop' })
    await s.estate.made('POST', path, body)
    const put = (change: object) => {
      const next = s.estate.connection({ id, name: 'shop', version: 2, ...change })
      return s.estate.call('POST', `${path}/${id}/versions`, next.body)
    }
    assert.equal((await put({ version: 3 })).body.code, 'conflict')
    assert.equal((await put({ version: 1 })).body.code, 'conflict')
    assert.equal((await put({ kind: 'postgres' })).body.code, 'invalid_request')
    const other = s.estate.connection({ version: 2 })
    assert.equal(
      (await s.estate.call('POST', `${path}/${id}/versions`, other.body)).body.code,
      'invalid_request',
    )
    const second = await put({ name: 'shop2' })
    assert.deepEqual([second.status, second.body.version, second.body.name], [201, 2, 'shop2'])
    const answers = await Promise.all([put({ version: 3, name: 'a' }), put({ version: 3, name: 'b' })])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409])
    assert.deepEqual(await s.edge.rows('SELECT version FROM connection_version ORDER BY version'), [
      { version: 1 },
      { version: 2 },
      { version: 3 },
    ])
  })

  test('has a name of its own in its project, whatever its case, until it is deleted', async () => {
    await using s = await scene()
    const id = await s.estate.addConnection('shop')
    const second = s.estate.connection({ name: 'SHOP' })
    assert.equal((await s.estate.call('POST', path, second.body)).body.code, 'already_exists')
    const other = await s.estate.addConnection('other')
    const renamed = s.estate.connection({ id: other, version: 2, name: 'shop' })
    assert.equal(
      (await s.estate.call('POST', `${path}/${other}/versions`, renamed.body)).body.code,
      'conflict',
    )
    await s.estate.made('DELETE', `${path}/${id}`)
    await s.estate.made('POST', path, second.body)
    assert.equal((await s.estate.call('GET', `${path}/${id}`)).status, 404)
    assert.equal((await s.estate.call('DELETE', `${path}/${id}`)).status, 404)
    const back = s.estate.connection({ id, name: 'back' })
    assert.equal((await s.estate.call('POST', path, back.body)).body.code, 'already_exists')
  })

  test('is not deleted while a pipeline uses it', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish()
    const [{ source }] = await s.edge.rows('SELECT source FROM pipeline')
    assert.equal((await s.estate.call('DELETE', `${path}/${source}`)).body.code, 'conflict')
    assert.equal((await s.estate.call('GET', `${path}/${source}`)).status, 200)
    await s.estate.made('DELETE', `/v1/pipelines/${pipeline}`)
    await s.estate.made('DELETE', `${path}/${source}`)
  })

  test('is refused with nothing kept when its document or its envelope is not what it should be', async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.publishTrust()
    const { id, body } = s.estate.connection()
    const foreign = stranger.connection({ id })
    const { signatures: [signature] } = body.document
    assert.ok(signature)
    const flipped = { ...body.document, payload: body.document.payload.replace(/^ey/, 'eX') }
    const cases: [string, object][] = [
      ['invalid_request', foreign.body],
      ['invalid_request', { ...body, sealed: foreign.body.sealed }],
      ['invalid_request', { ...body, sealed: 'AAAA' }],
      ['document_invalid', { ...body, document: flipped }],
      ['document_invalid', { ...body, document: s.estate.request({ pipeline: id, hash: '00'.repeat(32) }) }],
      ['invalid_request', { ...body, document: { ...body.document, surprise: 1 } }],
      ['invalid_request', s.estate.connection({ version: 2 }).body],
    ]
    for (const [code, wrong] of cases) {
      const answer = await s.estate.call('POST', path, wrong)
      assert.equal(answer.body.code, code, JSON.stringify(answer.body))
    }
    s.estate.signer.set(nextSeed())
    assert.equal(
      (await s.estate.call('POST', path, s.estate.connection().body)).body.code,
      'signature_invalid',
    )
    assert.deepEqual(
      await s.edge.rows('SELECT id FROM connection UNION SELECT id FROM connection_version'),
      [],
    )
  })

  test("under an id of another tenant's is another connection", async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.publishTrust()
    const id = await s.estate.addConnection('shop')
    await stranger.made('POST', path, stranger.connection({ id, name: 'shop' }).body)
    assert.notEqual(
      (await stranger.made('GET', `${path}/${id}`)).hash,
      (await s.estate.made('GET', `${path}/${id}`)).hash,
    )
    await stranger.made('DELETE', `${path}/${id}`)
    assert.equal((await s.estate.call('GET', `${path}/${id}`)).status, 200)
  })
})
