/** Pages of runs, queue, agents, pipelines and the installation: what they say, and to whom they give which buttons. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { person, run, session } from '../auth/devices/people_fixture.ts'
import { newId } from '../../shared/ids.ts'
import { step, writes } from '../db/database.ts'
import { type Caller, PUBLIC_URL } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { ids } from '../world_fixture.ts'
import { type Console, open, openConsole } from './console_fixture.ts'
import { formCalls } from './html_fixture.ts'

let console_: Console
before(async () => {
  console_ = await openConsole()
})
after(async () => {
  await console_.edge[Symbol.asyncDispose]()
})

const paths = [
  'runs',
  'runs/{id}',
  'dead-letters',
  'queue',
  'agents',
  'agents/{id}',
  'pipelines',
  'pipelines/{id}',
]
const work = [...paths, 'schedules'].map((path) => `/console/${path}`)

async function html(caller: Caller, address: string): Promise<string> {
  const { status, json } = await open(console_.edge, caller, address)
  assert.equal(status, 200, address)
  return String(json)
}

/** Of the page itself: the frame's own sign somebody out and lead elsewhere. */
const callsOn = async (caller: Caller, address: string) =>
  formCalls((await html(caller, address)).split('<main')[1] ?? '').map(({ target }) => target)

describe('what somebody may not do', () => {
  test('has no button for a viewer, on any page about work', async () => {
    const { caller } = await person(console_.edge, ids.tenant, { role: 'viewer' })
    for (const path of work) {
      assert.deepEqual(await callsOn(caller, console_.address(path)), [], path)
    }
  })

  test('has none for who looks after agents but what is about agents', async () => {
    const { address, callers: { operator } } = console_
    assert.deepEqual(await callsOn(operator, '/console/runs'), [])
    assert.match(String(await callsOn(operator, '/console/agents')), /^POST \/v1\/agents\/[^/]+\/drain$/)
    assert.match(String(await callsOn(operator, address('/console/agents/{id}'))), /\/drain$/)
  })

  test('has one for who may, on each of the pages', async () => {
    const { address, runs, callers: { owner } } = console_
    const expected: Readonly<Record<string, RegExp>> = {
      '/console/runs': new RegExp(`POST /v1/runs/${runs.queued}/cancel`),
      [`/console/runs/${runs.queued}`]: new RegExp(`POST /v1/runs/${runs.queued}/cancel`),
      '/console/queue': new RegExp(`PUT /v1/limits/\\{scope\\},DELETE /v1/limits/connection:${ids.source}`),
      '/console/agents/{id}': /POST \/v1\/agents\/[^/]+\/drain/,
      '/console/schedules': new RegExp(`POST /v1/pipelines/${ids.pipeline}/pause`),
      '/console/pipelines/{id}':
        /pause,POST \/v1\/runs,PUT .*queueing,POST .*webhook\/rotate,DELETE .*webhook/,
    }
    for (const [path, calls] of Object.entries(expected)) {
      assert.match(String(await callsOn(owner, address(path))), calls, path)
    }
  })

  test('has one where somebody’s role counts, and none elsewhere', async () => {
    const { edge, callers: { owner } } = console_
    const { member, account } = await person(edge, ids.tenant, { role: 'viewer' })
    const body = { member, role: 'editor', level: 'project', place: ids.project }
    assert.equal((await edge.call(owner, 'POST /v1/bindings', { body })).status, 201)
    const caller = await session(edge, { account, tenant: ids.tenant })
    assert.match(String(await callsOn(caller, '/console/runs')), /cancel/)
    assert.deepEqual(await callsOn(caller, '/console/queue'), [], 'a limit is the whole tenant’s')
  })

  test('is not found by somebody of another tenant, whatever the address', async () => {
    const { edge, address } = console_
    const { caller } = await person(edge, edge.otherTenant, { role: 'owner' })
    for (
      const path of ['runs/{id}', 'agents/{id}', 'pipelines/{id}', 'runs/%2e%2e', 'agents/x', 'pipelines/x']
    ) {
      assert.equal((await open(edge, caller, address(`/console/${path}`))).status, 404, path)
    }
    for (const path of ['runs', 'pipelines', 'schedules', 'queue']) {
      const shown = await html(caller, `/console/${path}`)
      for (const id of [ids.pipeline, console_.runs.failed]) assert.ok(!shown.includes(id), path)
    }
    assert.equal((await open(edge, caller, address('/console/installation/{id}'))).status, 403)
  })
})

describe('a run that failed', () => {
  test('says why in words, and which command of one’s own machine has it again', async () => {
    const { runs: { failed }, callers: { owner } } = console_
    const shown = await html(owner, `/console/runs/${failed}`)
    assert.match(shown, /<code>login_failed<\/code> <span class="muted small help">\w/)
    assert.match(shown, new RegExp(`sallyport runs redrive ${failed} --sign`))
    assert.match(shown, /Made[\s\S]*Picked up[\s\S]*Failed/)
    assert.match(shown, /data-label="Rows read">1,200</)
    assert.ok(!(await callsOn(owner, `/console/runs/${failed}`)).some((call) => call.includes('redrive')))
  })

  test('stands among dead letters under its reason, which leads to its runs', async () => {
    const { runs, callers: { viewer } } = console_
    const shown = await html(viewer, '/console/dead-letters')
    const [, reason] = /\/console\/runs\?reason=([0-9a-f]{16})/.exec(shown) ?? []
    assert.match(shown, new RegExp(`sallyport runs redrive --reason ${reason} --sign`))
    const those = await html(viewer, `/console/runs?reason=${reason}`)
    assert.ok(those.includes(runs.failed) && !those.includes(runs.queued))
  })

  test('is found by its state and its trigger, and by no other', async () => {
    const { runs: { failed }, callers: { viewer } } = console_
    for (const search of ['state=failed', 'trigger=api', 'state=failed&trigger=api&pipeline=']) {
      assert.ok((await html(viewer, `/console/runs?${search}`)).includes(failed), search)
    }
    for (const search of ['state=dead', 'trigger=webhook']) {
      assert.match(await html(viewer, `/console/runs?${search}`), /No run fits/, search)
    }
    assert.equal((await open(console_.edge, viewer, '/console/runs?state=gone')).status, 400)
  })
})

test('times bear what they are in UTC', async () => {
  const shown = await html(console_.callers.viewer, '/console/runs')
  assert.match(
    shown,
    /<time datetime="([\d-]{10})T[^"]+" class="nowrap" title="\1 \d\d:\d\d:\d\d UTC" data-local="short">/,
  )
})

test('the queue says what a run waits for', async () => {
  const { runs, callers: { viewer } } = console_
  const shown = await html(viewer, '/console/queue')
  const row = shown.slice(shown.indexOf(`/console/runs/${runs.queued}`)).split('</tr>')[0] as string
  assert.match(row, /data-label="Waits for">(?:An agent|Its turn)/)
  assert.match(shown, /The connection shop[\s\S]*0 of 2/)
})

test('a schedule says when it starts next, and that it is paused once it is', async () => {
  const { edge, callers: { owner } } = console_
  assert.match(await html(owner, '/console/schedules'), /0 6 \* \* \*[\s\S]*Europe\/Berlin/)
  await edge.call(owner, `POST /v1/pipelines/${ids.pipeline}/pause`)
  assert.match(await html(owner, '/console/schedules'), />Paused</)
  const shown = await html(owner, `/console/pipelines/${ids.pipeline}`)
  assert.match(shown, new RegExp(`POST /v1/pipelines/${ids.pipeline}/resume`))
  await edge.call(owner, `POST /v1/pipelines/${ids.pipeline}/resume`)
})

describe('a tenant that is suspended', () => {
  test('is by who runs the installation, on its page there', async () => {
    const { edge, address, callers: { installer } } = console_
    const page = address('/console/installation/{id}')
    assert.ok((await callsOn(installer, page)).includes('POST /v1/tenants/suspend'))
    const { account } = await person(edge, edge.otherTenant, { role: 'owner' })
    const body = { tenant: edge.otherTenant }
    assert.equal((await edge.call(installer, 'POST /v1/tenants/suspend', { body })).status, 200)
    assert.match(await html(installer, page), /Suspended since/)
    assert.match(await html(installer, '/console/installation'), />Suspended</)
    const kept = await session(edge, { account, tenant: edge.otherTenant })
    assert.match(await html(kept, '/console/tenants'), /has suspended this tenant/)
    assert.ok((await callsOn(installer, page)).includes('POST /v1/tenants/resume'))
  })

  test('cannot be the one that its operator works in', async () => {
    const calls = await callsOn(console_.callers.installer, `/console/installation/${ids.tenant}`)
    assert.deepEqual(calls, ['PUT /v1/tenants/quotas'])
  })
})

test('calls of a webhook that are refused are said on its pipeline’s page, to who may read the audit log', async () => {
  const { edge, callers: { owner } } = console_
  const page = `/console/pipelines/${ids.pipeline}`
  assert.match(await html(owner, page), /No call refused/)
  const { id } = (await edge.call(owner, `GET /v1/pipelines/${ids.pipeline}/webhook`)).json
  const stamp = String(Math.floor(edge.clock.now / 1000))
  const headers = { 'sallyport-timestamp': stamp, 'sallyport-signature': `v1=${'0'.repeat(64)}` }
  const request = new Request(`${PUBLIC_URL}/v1/hooks/${id}`, { method: 'POST', headers, body: '{}' })
  assert.equal((await edge.edge.app(request, { remote: '192.0.2.1' })).status, 401)
  await edge.edge.flush()
  assert.match(await html(owner, page), /Calls are refused: the signature does not hold/)
  assert.doesNotMatch(await html(console_.callers.viewer, page), /refused/)
})

test('what one has of one’s own can be renamed, and all of the tenant taken along by who may', async () => {
  const { edge, callers: { owner, viewer } } = console_
  const { account, caller } = await person(edge, ids.tenant)
  const created = edge.clock.now
  const id = newId(created, native.randomBytes)
  const row = { id, account, credential: 'BBBB', counter: 0, created, name: 'Laptop', last_used: null }
  const flags = { transports: '[]', eligible: 0, synced: 0, public_key: new Uint8Array(1) }
  await run(edge, [step(writes.insertInto('passkey').values({ ...row, ...flags }))])
  const forms = formCalls(await html(caller, '/console/account'))
  assert.deepEqual(forms.find(({ target }) => target === `PATCH /v1/account/passkeys/${id}`)?.names, ['name'])
  assert.match(await html(owner, '/console/tenant'), /data-download="\/v1\/tenant\/export"/)
  assert.doesNotMatch(await html(viewer, '/console/tenant'), /data-download/)
})

test('a run that has attempts left has a button that redrives it, for who may', async () => {
  const { edge, agent, runs: { queued }, callers: { owner } } = console_
  const state = async () => (await edge.call(owner, `GET /v1/runs/${queued}`)).json
  for (let i = 0; i < 20 && (await state()).state !== 'dead'; i++) {
    edge.clock.now += 400_000
    await edge.call(agent, 'POST /v1/agent/poll', { body: { slots: 1, wait_seconds: 0, log_size: 0 } })
    edge.clock.now += 46_000
    await edge.edge.reap()
  }
  assert.equal((await state()).redrive, 'free')
  const page = `/console/runs/${queued}`
  assert.deepEqual(await callsOn(owner, page), [`POST /v1/runs/${queued}/redrive`])
  const { caller } = await person(edge, ids.tenant, { role: 'viewer' })
  assert.deepEqual(await callsOn(caller, page), [])
})
