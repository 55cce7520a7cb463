import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../db/plan.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { notSuspended } from '../tenants/suspended.ts'
import { mayTake } from './taking.ts'

const whether = async (edge: TestEdge, step: Step) => {
  const plan = { id: '', steps: [step], leaf: null, repeatable: false }
  return await edge.storage.write(plan).then(
    () => true,
    ({ code }) => (assert.equal(code, 'conflict'), false),
  )
}

test('a claim holds only where its agent is not drained or revoked, and has the labels of the pipeline', async () => {
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish()
  const { id: agent } = await estate.enrol()
  const may = (labels: string[] = []) =>
    whether(edge, mayTake({ tenant: estate.tenant, agent, pipeline, labels }))
  assert.ok(await may())
  await estate.made('POST', `/v1/agents/${agent}/drain`)
  assert.ok(!await may())
  await estate.made('POST', `/v1/agents/${agent}/resume`)
  await estate.made('PUT', `/v1/pipelines/${pipeline}/labels`, { labels: ['large', 'eu'] })
  assert.deepEqual([await may(), await may(['eu']), await may(['eu', 'large', 'new'])], [false, false, true])
  await estate.made('POST', `/v1/agents/${agent}/revoke`)
  assert.ok(!await may(['eu', 'large']))
})

test('neither a claim nor a start holds for a tenant that is suspended meanwhile', async () => {
  await using edge = await TestEdge.start()
  const operator = await Estate.found(edge)
  const estate = await Estate.found(edge, operator)
  const { pipeline } = await estate.furnish()
  const { tenant } = estate
  const { id: agent } = await estate.enrol()
  const steps = [mayTake({ tenant, agent, pipeline, labels: [] }), notSuspended(tenant)]
  for (const step of steps) assert.ok(await whether(edge, step))
  await operator.made('POST', '/v1/tenants/suspend', { tenant })
  for (const step of steps) assert.ok(!await whether(edge, step))
  await operator.made('POST', '/v1/tenants/resume', { tenant })
  for (const step of steps) assert.ok(await whether(edge, step))
})
