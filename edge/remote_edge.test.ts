/** The whole edge on a libSQL server: every operation once, in order, and with answers that get lost on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromBase64 } from '../shared/bytes.ts'
import { logOrigin } from '../shared/log/checkpoint.ts'
import { verifyExport } from '../shared/log/export.ts'
import { nobody } from './edge_fixture.ts'
import { type Answers, operations } from './operations_fixture.ts'
import { native } from './primitives.ts'
import { ids, logKey, type World, world } from './world_fixture.ts'

async function everything(w: World): Promise<Answers> {
  const answers: Answers = {}
  for (const operation of operations) {
    const route = w.edge.routes.find(({ id }) => id === operation.id)
    assert.ok(route)
    await operation.prepare?.(w, answers)
    const given = operation.request(answers, w)
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => given.params?.[name] ?? '')
    const caller = given.as ?? (route.permission === null ? nobody : w.admin)
    const answer = await w.call(caller, `${route.method.toUpperCase()} ${path}`, given)
    const status = answer.headers.has('location') ? 303 : route.status ?? 200
    assert.equal(answer.status, status, `${operation.id}: ${JSON.stringify(answer.json)}`)
    answers[operation.id] = answer.json
  }
  return answers
}

async function verified(text: string): Promise<number> {
  const chunks = (async function* () {
    yield new TextEncoder().encode(text)
  })()
  const log = { name: logOrigin(ids.tenant), publicKey: fromBase64(logKey) }
  return (await verifyExport(native, { chunks, log, remembered: null })).checkpoint.size
}

test('every operation works on a libSQL server, and the log verifies', async () => {
  await using w = await world({ kind: 'remote' })
  const answers = await everything(w)
  assert.ok(await verified(answers.exportAudit) > 20)
})

test('and when the answer to a commit is lost, it happened once and is answered as if nothing were', async () => {
  await using w = await world({ kind: 'remote' })
  const server = w.fixture.server
  assert.ok(server)
  let lost = 0
  // Reads come first, and a lost read is simply unavailable: the knob is set when the commit is sent.
  const write = w.storage.write.bind(w.storage)
  w.storage.write = (plan) => {
    if (plan.leaf !== null) {
      server.faults.dropResponses = 1
      lost += 1
    }
    return write(plan)
  }
  const answers = await everything(w)
  assert.ok(lost > 20)
  const made = (answers.listAudit.data as { leaf: string }[]).map(({ leaf }) => JSON.parse(leaf))
    .filter(({ action }) => action.endsWith('.created')).map(({ action, target }) => `${action} ${target}`)
  assert.ok(made.some((one) => one.startsWith('run.created ')))
  assert.ok(made.some((one) => one.startsWith('connection.created ')))
  assert.deepEqual(made, [...new Set(made)])
  await verified(answers.exportAudit)
})
