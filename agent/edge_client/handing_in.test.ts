import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { handingIn } from './handing_in.ts'
import { faultOf } from './problem.ts'

test('a document that is signed and refused lacks a role at the edge, and that is said', async () => {
  const refused = handingIn('pipelines.write', Promise.reject(new Fault('forbidden', 'No.')))
  await assert.rejects(refused, {
    code: 'forbidden',
    message: /^No\. It is signed.*holds pipelines\.write here/,
  })
  const other = handingIn('pipelines.write', Promise.reject(new Fault('conflict')))
  await assert.rejects(other, { code: 'conflict' })
  assert.equal(await handingIn('runs.write', Promise.resolve(7)), 7)
})

test('what waits for a second person is named', () => {
  const fault = faultOf(403, {
    code: 'approval_required',
    detail: 'Another person.',
    approval: '019a9f3e\u001b[2J',
  })
  assert.deepEqual([fault.code, fault.message], [
    'approval_required',
    'Another person. It waits as 019a9f3e?[2J.',
  ])
})
