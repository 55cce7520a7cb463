import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  return { edge, estate, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const count = async (edge: TestEdge, table: string) =>
  (await edge.rows(`SELECT count(*) AS n FROM ${table}`))[0].n

describe('publishing a trust document', () => {
  test('moves from one version to the next, and each can be read back with its signatures', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    const first = s.estate.trust
    await s.estate.publishTrust()
    const list = await s.estate.made('GET', '/v1/trust')
    assert.deepEqual(list.data.map(({ version }: { version: number }) => version), [2, 1])
    const read = await s.estate.made('GET', '/v1/trust/1')
    assert.deepEqual(read.document, first?.dsse)
    assert.equal(read.hash, first?.hash)
    assert.equal((await s.estate.call('GET', '/v1/trust/3')).status, 404)
    const page = await s.estate.made('GET', '/v1/trust?limit=1')
    const next = await s.estate.made('GET', `/v1/trust?limit=1&cursor=${page.next_cursor}`)
    assert.deepEqual(next.data.map(({ version }: { version: number }) => version), [1])
  })

  test('is compare-and-set: of two that follow the same one, one is refused', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    const bodies = ['Ada', 'Grace'].map((owner) => {
      const document = s.estate.trustDocument()
      const signers = document.signers.map((signer) => ({ ...signer, owner }))
      return { document: s.estate.sign('trust', { ...document, signers }, s.estate.root).dsse }
    })
    const answers = await Promise.all(bodies.map((body) => s.estate.call('POST', '/v1/trust', body)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409])
    assert.equal(await count(s.edge, 'trust_document'), 2)
  })

  test('repeated under its key is answered alike, and happens once', async () => {
    await using s = await scene()
    const body = { document: s.estate.sign('trust', s.estate.trustDocument(), s.estate.root).dsse }
    const post = () => s.estate.call('POST', '/v1/trust', body, { 'idempotency-key': 'once' })
    const first = await post()
    s.edge.now += 5_000
    const second = await post()
    assert.deepEqual([first.status, second.status, second.body], [201, 201, first.body])
  })

  test('is refused, each by its code and with nothing kept, when it would be of no use', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    const stranger = await Estate.found(s.edge, s.estate)
    const otherRoot = nextSeed()
    const other = toBase64(native.ed25519.publicKey(otherRoot))
    const foreign = { keys: [other], threshold: 1 }
    const commitment = 'ab'.repeat(32)
    const cases: [string, Partial<TrustDocument>, Uint8Array?][] = [
      ['conflict', { version: 3 }],
      ['conflict', { previous: 'ab'.repeat(32) }],
      ['conflict', { version: 1, previous: null }],
      ['invalid_request', { tenant: stranger.tenant }],
      ['log_key_mismatch', { log_key: stranger.logKey }],
      ['signature_invalid', {}, otherRoot],
      ['signature_invalid', { roots: foreign }],
      ['signature_invalid', { roots: foreign }, otherRoot],
      ['trust_invalid', {
        sealing_keys: s.estate.trustDocument().sealing_keys.map((k) => ({ ...k, kid: '0'.repeat(32) })),
      }],
      ['invalid_request', { policy: { version: 2, commitment } }],
      ['invalid_request', { policy: { version: 1, commitment } }],
    ]
    for (const [code, change, seed = s.estate.root] of cases) {
      const { dsse } = s.estate.sign('trust', s.estate.trustDocument(change), seed)
      const answer = await s.estate.call('POST', '/v1/trust', { document: dsse })
      assert.equal(answer.body.code, code, JSON.stringify([change, answer.body]))
    }
    assert.equal(await count(s.edge, 'trust_document'), 1)
  })

  test('takes new roots when the old and the new ones have signed', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    const next = nextSeed()
    const roots = { keys: [toBase64(native.ed25519.publicKey(next))], threshold: 1 }
    const document = s.estate.trustDocument({ roots })
    const { dsse } = signDocument(native, { type: 'trust', document, seeds: [s.estate.root, next] })
    await s.estate.made('POST', '/v1/trust', { document: dsse })
  })

  test('is not for members who may not', async () => {
    await using s = await scene()
    const { dsse } = s.estate.sign('trust', s.estate.trustDocument(), s.estate.root)
    const { token } = await s.estate.made('POST', '/v1/tokens', {
      name: 'ci',
      scopes: ['trust.read'],
      expires_in_days: 1,
    })
    const answer = await s.edge.call('POST', '/v1/trust', { token, body: { document: dsse } })
    assert.equal(answer.status, 403)
  })
})

describe('the sealed policy', () => {
  test('comes with the version that first commits to it, stays with later ones, and may be sealed anew', async () => {
    await using s = await scene()
    const policy = (version: number) =>
      s.estate.sealed({ type: 'policy', project: null, id: s.estate.tenant, version }, {})
    const first = policy(1)
    const committed = { version: 1, commitment: first.commitment }
    await s.estate.publishTrust({ policy: committed }, { version: 1, envelope: first.sealed })
    await s.estate.publishTrust({ policy: committed })
    assert.equal((await s.estate.made('GET', '/v1/trust/2')).policy, first.sealed)
    const again = policy(1).sealed
    await s.estate.publishTrust({ policy: committed }, { version: 1, envelope: again })
    assert.equal((await s.estate.made('GET', '/v1/trust/3')).policy, again)
    const second = policy(4)
    const envelope = { version: 4, envelope: second.sealed }
    await s.estate.publishTrust({ policy: { version: 4, commitment: second.commitment } }, envelope)
    assert.equal((await s.estate.made('GET', '/v1/trust/4')).policy, second.sealed)
    assert.equal((await s.estate.made('GET', '/v1/trust/1')).policy, again)
    await s.estate.publishTrust({ policy: null })
    assert.equal((await s.estate.made('GET', '/v1/trust/5')).policy, null)
  })

  test('that is no envelope, is sealed to a stranger, or is not committed to is refused', async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    const mine = s.estate.sealed({ type: 'policy', project: null, id: s.estate.tenant, version: 1 })
    const foreign = stranger.sealed({ type: 'policy', project: null, id: s.estate.tenant, version: 1 })
    const policy = { version: 1, commitment: mine.commitment }
    const post = (change: Partial<TrustDocument>, envelope: object) => {
      const { dsse } = s.estate.sign('trust', s.estate.trustDocument(change), s.estate.root)
      return s.estate.call('POST', '/v1/trust', { document: dsse, policy: envelope })
    }
    const answers = [
      await post({ policy }, { version: 1, envelope: toBase64(new Uint8Array(100)) }),
      await post({ policy }, { version: 1, envelope: foreign.sealed }),
      await post({ policy }, { version: 2, envelope: mine.sealed }),
      await post({}, { version: 1, envelope: mine.sealed }),
    ]
    assert.deepEqual(answers.map(({ body }) => body.code), Array(4).fill('invalid_request'))
    assert.equal(await count(s.edge, 'trust_document'), 0)
  })
})

describe('publishing an index', () => {
  test('moves from one number to the next by compare-and-set, and is read from any number on', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    for (let i = 0; i < 3; i++) await s.estate.publishIndex()
    const path = `/v1/projects/${s.estate.project}/index`
    const numbers = (page: { data: { number: number }[] }) => page.data.map(({ number }) => number)
    assert.deepEqual(numbers(await s.estate.made('GET', path)), [1, 2, 3])
    assert.deepEqual(numbers(await s.estate.made('GET', `${path}?after=1`)), [2, 3])
    const page = await s.estate.made('GET', `${path}?after=1&limit=1`)
    assert.deepEqual(
      numbers(await s.estate.made('GET', `${path}?after=1&limit=1&cursor=${page.next_cursor}`)),
      [3],
    )
    assert.equal((await s.estate.made('GET', `${path}/latest`)).number, 3)
    assert.equal((await s.estate.made('GET', `${path}/2`)).number, 2)
    assert.equal((await s.estate.call('GET', `${path}/4`)).status, 404)
    const { dsse } = s.estate.sign('index', { ...s.estate.indexDocument(), number: 3 })
    assert.equal((await s.estate.call('POST', path, { document: dsse })).body.code, 'conflict')
  })

  test('is refused for another project or tenant, and from a signer who may not publish', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    const stranger = await Estate.found(s.edge, s.estate)
    const path = `/v1/projects/${s.estate.project}/index`
    const post = (change: object, seed?: Uint8Array) => {
      const { dsse } = s.estate.sign('index', { ...s.estate.indexDocument(), ...change }, seed)
      return s.estate.call('POST', path, { document: dsse })
    }
    assert.equal((await post({ project: stranger.project })).body.code, 'invalid_request')
    assert.equal((await post({ tenant: stranger.tenant })).body.code, 'invalid_request')
    assert.equal((await post({ project_name: 'staging' })).body.code, 'invalid_request')
    assert.equal((await post({}, nextSeed())).body.code, 'signature_invalid')
    assert.equal((await post({ previous: 'ab'.repeat(32), number: 2 })).body.code, 'conflict')
    assert.equal((await stranger.call('GET', path)).status, 404)
    const reader = s.estate.trustDocument().signers.map((signer) => ({ ...signer, may: ['runs' as const] }))
    await s.estate.publishTrust({ signers: reader })
    assert.equal((await post({})).body.code, 'signer_not_allowed')
    assert.equal(await count(s.edge, 'project_index'), 0)
  })

  test('before there is a trust document is refused', async () => {
    await using s = await scene()
    const { dsse } = s.estate.sign('index', s.estate.indexDocument())
    const answer = await s.estate.call('POST', `/v1/projects/${s.estate.project}/index`, { document: dsse })
    assert.deepEqual([answer.status, answer.body.code], [409, 'trust_missing'])
  })
})

test('a page of documents is no larger than a few of the largest, and all come in the end', async () => {
  await using s = await scene()
  for (let i = 0; i < 5; i++) await s.estate.publishTrust()
  for (let i = 0; i < 5; i++) await s.estate.publishIndex()
  const agent = await s.estate.enrol()
  const payload = 'A'.repeat(3 * 1024 * 1024)
  const steps = ['trust_document', 'project_index'].map((table) => ({
    sql: `UPDATE ${table} SET document = json_set(document, '$.payload', ?)`,
    parameters: [payload],
    reads: false,
  }))
  await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
  const indexes = `/projects/${s.estate.project}/index`
  const ask: Record<string, (more: string) => Promise<{ body: { data: unknown[]; next_cursor?: string } }>> =
    {
      people: (more) => s.estate.call('GET', `/v1${indexes}?limit=200${more}`),
      agents: (more) => agent.call('GET', `/v1/agent${indexes}?limit=200${more}`),
      trust: (more) => agent.call('GET', `/v1/agent/trust?limit=200${more}`),
    }
  for (const [who, page] of Object.entries(ask)) {
    const { body: first } = await page('')
    const { body: second } = await page(`&cursor=${first.next_cursor}`)
    const { body: last } = await page(`&cursor=${second.next_cursor}`)
    assert.deepEqual([first, second, last].map(({ data }) => data.length), [2, 2, 1], who)
    assert.equal(last.next_cursor, undefined)
  }
})
