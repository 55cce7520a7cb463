import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

async function scene(kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  await estate.publishTrust()
  return { edge, estate, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const next = async (estate: Estate): Promise<string> => (await estate.made('POST', '/v1/log-keys')).public_key

async function head(estate: Estate, logKey: string, edge = estate.edge.edge) {
  const { body } = await estate.edge.call('GET', '/v1/audit/checkpoint', { token: estate.token, edge })
  const log = { name: logOrigin(estate.tenant), publicKey: fromBase64(logKey) }
  return openCheckpoint(native, body.checkpoint, log)
}

const notOf = (error: unknown) => error instanceof Fault && error.code === 'checkpoint_invalid'

for (const kind of kinds) {
  test(`the next log key signs from the commit on that publishes it, and the log goes on, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const { estate } = s
    const old = estate.logKey
    const made = await next(estate)
    assert.notEqual(made, old)
    const before = await head(estate, old)
    await assert.rejects(head(estate, made), notOf)
    await estate.publishTrust({ log_key: made })
    const after = await head(estate, made)
    await assert.rejects(head(estate, old), notOf)
    // The document's own entry, and the event that a key has changed.
    assert.equal(after.size, before.size + 2)
    const path = `/v1/audit/consistency?from=${before.size}&to=${after.size}`
    const { proof } = await estate.made('GET', path)
    assert.ok(verifyConsistency(native, { from: before, to: after, proof: proof.map(fromBase64) }))
    const agent = await estate.enrol()
    const { body } = await agent.call('GET', `/v1/agent/checkpoint?from=${before.size}`)
    const log = { name: logOrigin(estate.tenant), publicKey: fromBase64(made) }
    const theirs = openCheckpoint(native, body.checkpoint, log)
    const consistent = { from: before, to: theirs, proof: body.consistency.map(fromBase64) }
    assert.ok(verifyConsistency(native, consistent))
    assert.deepEqual(
      (await estate.made('GET', '/v1/log-keys')).data.map((
        { public_key, state }: { public_key: string; state: string },
      ) => [public_key, state]),
      [[made, 'current']],
    )
    assert.equal((await estate.made('GET', '/v1/tenant')).log_key, made)
  })
}

describe('a log key', () => {
  test('that waits is answered again, and made once by two who ask at once', async () => {
    await using s = await scene()
    const keys = await Promise.all([1, 2, 3].map(() => next(s.estate)))
    assert.equal(new Set([...keys, await next(s.estate)]).size, 1)
    const actions = (await s.edge.leaves(s.estate.tenant)).map(({ action }) => action)
    assert.equal(actions.filter((action) => action === 'log_key.created').length, 1)
  })

  test('made under an Idempotency-Key is the same one, also after it has become the current one', async () => {
    await using s = await scene()
    const post = () => s.estate.call('POST', '/v1/log-keys', undefined, { 'idempotency-key': 'k' })
    const first = await post()
    assert.deepEqual((await post()).body, first.body)
    await s.estate.publishTrust({ log_key: first.body.public_key })
    const again = await post()
    assert.deepEqual([again.status, again.body.public_key, again.body.state], [
      201,
      first.body.public_key,
      'current',
    ])
  })

  test('may stay while another waits; one that is past or is nobody’s is refused', async () => {
    await using s = await scene()
    const old = s.estate.logKey
    const second = await next(s.estate)
    await s.estate.publishTrust()
    await head(s.estate, old)
    await s.estate.publishTrust({ log_key: second })
    const refused = async (log_key: string) => {
      const { dsse } = s.estate.sign('trust', s.estate.trustDocument({ log_key }), s.estate.root)
      return (await s.estate.call('POST', '/v1/trust', { document: dsse })).body.code
    }
    assert.equal(await refused(old), 'log_key_mismatch')
    assert.equal(await refused(Buffer.from(native.randomBytes(32)).toString('base64')), 'log_key_mismatch')
    await head(s.estate, second)
  })

  test('that is past has left nothing that could sign', async () => {
    await using s = await scene()
    const [before] = await s.edge.rows('SELECT log_key_sealed FROM tenant')
    await s.estate.publishTrust({ log_key: await next(s.estate) })
    const [row] = await s.edge.rows('SELECT * FROM tenant')
    assert.notEqual(row.log_key_sealed, before.log_key_sealed)
    assert.deepEqual([row.next_log_key, row.next_log_key_sealed, row.next_log_key_created], [
      null,
      null,
      null,
    ])
  })

  test('counts on every instance from the same commit on', async () => {
    await using s = await scene()
    const other = s.edge.instance()
    await head(s.estate, s.estate.logKey, other)
    const made = await next(s.estate)
    await s.estate.publishTrust({ log_key: made })
    await head(s.estate, made, other)
  })

  test('is made by who may write keys, and read by who may read them', async () => {
    await using s = await scene()
    const scoped = async (scope: string) => {
      const { token } = await s.estate.made('POST', '/v1/tokens', { name: 'x', scopes: [scope] })
      return token as string
    }
    const reads = await scoped('keys.read')
    assert.equal((await s.edge.call('GET', '/v1/log-keys', { token: reads })).status, 200)
    assert.equal((await s.edge.call('POST', '/v1/log-keys', { token: reads })).status, 403)
    const writes = await scoped('keys.write')
    assert.equal((await s.edge.call('POST', '/v1/log-keys', { token: writes })).status, 201)
  })
})
