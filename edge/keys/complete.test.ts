/** Which envelopes the edge takes back from an agent. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { RewrapJob } from '../../shared/schemas/rewrap.ts'
import { reseal } from '../../shared/seal/envelope.ts'
import { hashOf, pairOf, recipientOf, Scene } from './campaign_fixture.ts'
import { swaps } from './rewrap_store.ts'

describe('an envelope', () => {
  /** One bad answer among good ones; how the batch ended, and what is stored of the bad one. */
  async function oneWrong(
    s: Scene,
    change: (job: RewrapJob) => Partial<ReturnType<Scene['answer']>['records'][number]>,
  ) {
    await s.turnOver()
    const { id } = await s.startCampaign()
    const job = await s.batch() as RewrapJob
    const body = s.answer(job)
    Object.assign(body.records[0] as object, change(job))
    const { status, body: reply } = await s.complete(job, body)
    return { id, status, reply, job }
  }

  test('whose record has changed meanwhile is left alone, and the rest of the batch passes', async () => {
    await using s = await Scene.start()
    const { status, reply } = await oneWrong(s, () => ({ was: '00'.repeat(32) }))
    assert.deepEqual([status, reply], [200, { done: 2, refused: 0, left: 1 }])
    assert.deepEqual(await s.work(), [1])
  })

  test('that changes between the look and the write is left alone by the write itself', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    await s.startCampaign()
    const job = await s.batch() as RewrapJob
    const [record] = job.records as [RewrapJob['records'][number]]
    const { type, id, version } = record
    const envelope = fromBase64(s.rewrapped(record))
    const common = { type, id, version, envelope, audience: '{}', sealedTo: `1:${s.next.kid}`, hash: '00' }
    const stored = () =>
      s.edge.rows('SELECT type, id, version, hash, grp, batch FROM sealed_record ORDER BY id')
    const before = await stored()
    for (const wrong of [{ was: '00', batch: job.batch }, { was: hashOf(record.sealed), batch: id }]) {
      const steps = swaps(s.estate.tenant, [{ ...common, ...wrong }])
      await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    }
    assert.deepEqual(await stored(), before)
    assert.equal((await s.estate.made('GET', `/v1/${type}s/${id}`)).sealed, record.sealed)
    assert.equal((await s.complete(job)).body.done, 3)
  })

  test('that is sealed to anybody else than it has to be is not taken, and is refused in the end', async () => {
    await using s = await Scene.start()
    const both = [recipientOf(s.next), recipientOf(s.old)]
    const sealed = (job: RewrapJob) => s.rewrapped(job.records[0] as RewrapJob['records'][number], both)
    const { id, reply, job } = await oneWrong(s, (given) => ({ sealed: sealed(given) }))
    assert.deepEqual(reply, { done: 2, refused: 0, left: 1 })
    const wrongs: unknown[] = [[recipientOf(pairOf())], [recipientOf(s.old)], both].map((recipients) =>
      s.rewrapped(job.records[0] as RewrapJob['records'][number], recipients as typeof both)
    )
    wrongs.push(toBase64(new TextEncoder().encode('no envelope')))
    for (const wrong of wrongs) {
      const again = await s.batch() as RewrapJob
      assert.deepEqual(again.records, [job.records[0]])
      const body = s.answer(again)
      Object.assign(body.records[0] as object, { sealed: wrong })
      const { done } = (await s.complete(again, body)).body
      assert.equal(done, 0)
    }
    assert.equal(await s.batch(), null)
    const campaign = await s.campaign(id)
    assert.deepEqual([campaign.state, campaign.refused, campaign.remaining], ['done', 1, { [s.old.kid]: 1 }])
  })

  test('with another body than the one it replaces is not taken, however well it is sealed', async () => {
    await using s = await Scene.start()
    const anew = (job: RewrapJob) =>
      s.rewrapped(job.records[0] as RewrapJob['records'][number], undefined, reseal)
    const { reply, job } = await oneWrong(s, (given) => ({ sealed: anew(given) }))
    assert.deepEqual(reply, { done: 2, refused: 0, left: 1 })
    const again = await s.batch() as RewrapJob
    assert.deepEqual(again.records, [job.records[0]], 'what is stored is what was there before')
    assert.equal((await s.complete(again)).body.done, 1)
  })

  test('that was sealed to a compromised key is taken with a body of its own, and not with the same', async () => {
    await using s = await Scene.start()
    await s.turnOver('compromised')
    await s.startCampaign()
    const job = await s.batch() as RewrapJob
    assert.deepEqual((await s.complete(job)).body, { done: 0, refused: 0, left: 3 })
    const again = await s.batch() as RewrapJob
    assert.deepEqual(again.records, job.records)
    const body = s.answer(again)
    body.records.forEach((one, i) => {
      one.sealed = s.rewrapped(again.records[i] as RewrapJob['records'][number], undefined, reseal)
    })
    assert.equal((await s.complete(again, body)).body.done, 3)
  })

  test('is not taken for a record that is not in the batch', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    await s.startCampaign()
    const job = await s.batch() as RewrapJob
    const { id, body: made } = s.estate.connection()
    await s.estate.made('POST', '/v1/connections', made)
    const body = s.answer(job)
    const [first] = body.records
    body.records.push(
      { ...first as object, type: 'connection', id, was: hashOf(made.sealed) } as typeof body.records[0],
    )
    assert.deepEqual((await s.complete(job, body)).body, { done: 3, refused: 0, left: 0 })
    assert.equal((await s.estate.made('GET', `/v1/connections/${id}`)).sealed, made.sealed)
  })
})
