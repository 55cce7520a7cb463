import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newSecret } from '../auth/secret.ts'
import { bearer, nobody, rowCounts, testEdge } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { member, world } from '../world_fixture.ts'
import { person } from './account_fixture.ts'

const tenant = { id: '0193509f-6e00-7000-8000-000000000011', name: 'Acme' }
const body = { tenant, person: { name: 'Ada' } }

describe('setup', () => {
  test('says what comes next, until somebody has an account', async () => {
    await using edge = await testEdge()
    const next = async () => (await edge.call(nobody, 'GET /v1/setup')).json.next
    const page = async () =>
      (await edge.call(nobody, 'GET /console/sign-in', { headers: { accept: 'text/html' } })).json as string
    assert.equal(await next(), 'tenant')
    assert.match(await page(), /sallyport init --url[\s\S]*sallyport members link/)
    assert.doesNotMatch(await page(), /name="[^"]*(setup|token)/)
    assert.equal((await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })).status, 201)
    assert.equal(await next(), 'account')
    assert.doesNotMatch(await page(), /sallyport init --url/)
    assert.match(await page(), /sallyport members link/)
    await person(edge, 'ada@example.com')
    assert.equal(await next(), 'done')
    assert.doesNotMatch(await page(), /sallyport members link/)
  })

  test('makes tenant, owner, token, workspace and project, once in the life of an installation', async () => {
    await using edge = await testEdge()
    const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })
    assert.equal(made.status, 201)
    const owner = bearer(made.json.token)
    const who = await edge.call(owner, 'GET /v1/whoami')
    assert.equal(who.json.tenant, tenant.id)
    assert.ok(who.json.permissions.includes('tenants.create'))
    const [workspace] = (await edge.call(owner, 'GET /v1/workspaces')).json.data
    const [project] = (await edge.call(owner, 'GET /v1/projects')).json.data
    assert.deepEqual([workspace.name, project.name, project.workspace], ['default', 'default', workspace.id])
    const counts = await rowCounts(edge.storage)
    const other = { ...body, tenant: { id: '0193509f-6e00-7000-8000-000000000012', name: 'Late' } }
    const again = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body: other })
    assert.equal(again.json.code, 'already_exists')
    assert.deepEqual(await rowCounts(edge.storage), counts)
  })

  test('of two at once lets one win', async () => {
    await using edge = await testEdge()
    const others = { ...body, tenant: { id: '0193509f-6e00-7000-8000-000000000012', name: 'Other' } }
    const answers = await Promise.all(
      [body, others].map((body) => edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })),
    )
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409])
    assert.equal((await rowCounts(edge.storage)).tenant, 1)
  })

  test('takes the setup token alone, and its entry is the first of the log', async () => {
    await using edge = await testEdge()
    const wrong = newSecret('set', native.randomBytes)
    assert.equal((await edge.call(bearer(wrong), 'POST /v1/setup', { body })).status, 401)
    assert.equal(
      (await edge.call(bearer(wrong), 'POST /v1/setup', { body: {} })).status,
      401,
      'before the body',
    )
    const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })
    const [entry] = (await edge.call(bearer(made.json.token), 'GET /v1/audit')).json.data
    const leaf = JSON.parse(entry.leaf)
    assert.deepEqual([entry.index, leaf.action, leaf.actor, leaf.target], [0, 'tenant.created', {
      kind: 'setup',
    }, tenant.id])
    assert.equal(entry.names.member.value, 'Ada')
  })

  test('keeps the log key sealed under a master key, at its place', async () => {
    await using edge = await testEdge()
    await edge.call(bearer(edge.setupToken), 'POST /v1/setup', { body })
    const [row] = await edge.storage.read({
      sql: 'SELECT log_key_sealed FROM tenant',
      parameters: [],
      reads: true,
    })
    assert.match(row?.log_key_sealed as string, /^v1\.[A-Za-z0-9+/]+={0,2}$/)
  })
})

describe('another tenant', () => {
  test('is made by the operator, who has no part in it', async () => {
    await using edge = await world()
    const asked = {
      tenant: { id: '0193509f-6e00-7000-8000-000000000013', name: 'Third' },
      person: { name: 'Eve' },
    }
    const made = await edge.call(edge.admin, 'POST /v1/tenants', { body: asked })
    const third = bearer(made.json.token)
    assert.equal((await edge.call(third, 'GET /v1/whoami')).json.tenant, asked.tenant.id)
    assert.equal((await edge.call(third, 'POST /v1/tenants', { body: asked })).status, 403)
    assert.equal((await edge.call(third, 'GET /v1/members')).json.data.length, 1)
    const same = await edge.call(edge.admin, 'POST /v1/tenants', { body: asked })
    assert.equal(same.json.code, 'already_exists')
  })

  test('made again under its Idempotency-Key is the same one, log key and all', async () => {
    await using edge = await world()
    const call = {
      body: { tenant: { id: '0193509f-6e00-7000-8000-000000000014', name: 'T' }, person: { name: 'E' } },
      headers: { 'idempotency-key': 'tenant' },
    }
    const first = await edge.call(edge.admin, 'POST /v1/tenants', call)
    const second = await edge.call(edge.admin, 'POST /v1/tenants', call)
    assert.equal(second.status, 201)
    const { token: _, ...rest } = first.json
    assert.deepEqual(second.json, rest)
  })
})

describe('a member', () => {
  test('becomes one by an invitation that is good once', async () => {
    await using edge = await world()
    const invited = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'Grace', role: 'editor' },
    })
    assert.equal(invited.json.member.state, 'invited')
    const caller = bearer(invited.json.invitation)
    const accepted = await edge.call(caller, 'POST /v1/invitations/accept')
    assert.equal(accepted.json.member.state, 'active')
    assert.equal((await edge.call(bearer(accepted.json.token), 'GET /v1/whoami')).json.name, 'Grace')
    assert.equal((await edge.call(caller, 'POST /v1/invitations/accept')).status, 401)
  })

  test('is not made by two who accept at once', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'Grace', role: 'editor' },
    })
    const counts = await rowCounts(edge.storage)
    const answers = await Promise.all(
      [1, 2].map(() => edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')),
    )
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 410])
    assert.equal((await rowCounts(edge.storage)).token, counts.token as number + 1)
  })

  test('cannot accept after seven days, nor after being removed', async () => {
    await using edge = await world()
    const late = await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Late', role: 'viewer' } })
    const gone = await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Gone', role: 'viewer' } })
    await edge.call(edge.admin, `DELETE /v1/members/${gone.json.member.id}`)
    assert.equal((await edge.call(bearer(gone.json.invitation), 'POST /v1/invitations/accept')).status, 401)
    edge.clock.now += 7 * 86_400_000
    assert.equal((await edge.call(bearer(late.json.invitation), 'POST /v1/invitations/accept')).status, 401)
  })

  test('who is removed is out at once, with every token', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.editor, 'GET /v1/whoami')
    const second = await edge.call(edge.editor, 'POST /v1/tokens', { body: { name: 'second' } })
    assert.equal((await edge.call(edge.admin, `DELETE /v1/members/${json.member}`)).json.state, 'removed')
    for (const caller of [edge.editor, bearer(second.json.token)]) {
      assert.equal((await edge.call(caller, 'GET /v1/whoami')).status, 401)
    }
    assert.equal((await edge.call(edge.admin, `DELETE /v1/members/${json.member}`)).status, 404)
  })

  test('who is the last owner stays: neither demoted nor removed, also by two at once', async () => {
    await using edge = await world()
    const first = (await edge.call(edge.admin, 'GET /v1/whoami')).json.member
    for (const attempt of [{ method: 'PATCH', body: { role: 'viewer' } }, { method: 'DELETE' }]) {
      const { method, ...call } = attempt
      assert.equal(
        (await edge.call(edge.admin, `${method} /v1/members/${first}`, call)).json.code,
        'last_owner',
      )
    }
    const other = await member(edge, edge.admin, 'owner')
    const second = (await edge.call(other, 'GET /v1/whoami')).json.member
    const answers = await Promise.all([
      edge.call(edge.admin, `PATCH /v1/members/${second}`, { body: { role: 'viewer' } }),
      edge.call(other, `PATCH /v1/members/${first}`, { body: { role: 'viewer' } }),
    ])
    // The slower one is no owner any more, before or after its question was answered.
    const [quicker, slower] = answers.map(({ status }) => status).toSorted()
    assert.equal(quicker, 200)
    assert.ok(slower === 403 || slower === 409, String(slower))
  })

  test('who is invited only does not count as an owner', async () => {
    await using edge = await world()
    await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Later', role: 'owner' } })
    const first = (await edge.call(edge.admin, 'GET /v1/whoami')).json.member
    assert.equal((await edge.call(edge.admin, `DELETE /v1/members/${first}`)).json.code, 'last_owner')
  })
})

describe('workspaces and projects', () => {
  test('have names that are theirs alone where they stand', async () => {
    await using edge = await world()
    const [workspace] = (await edge.call(edge.admin, 'GET /v1/workspaces')).json.data
    const made = await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: 'other' } })
    assert.equal(
      (await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: 'other' } })).json.code,
      'already_exists',
    )
    assert.equal(
      (await edge.call(edge.stranger, 'POST /v1/workspaces', { body: { name: 'other' } })).status,
      201,
    )
    const project = (id: string) =>
      edge.call(edge.admin, 'POST /v1/projects', { body: { workspace: id, name: 'default' } })
    assert.equal((await project(workspace.id)).json.code, 'already_exists')
    assert.equal((await project(made.json.id)).status, 201)
  })

  test("are not made in another tenant's workspace", async () => {
    await using edge = await world()
    const [workspace] = (await edge.call(edge.admin, 'GET /v1/workspaces')).json.data
    const body = { workspace: workspace.id, name: 'mine' }
    assert.equal((await edge.call(edge.stranger, 'POST /v1/projects', { body })).status, 404)
  })

  test('are listed page by page, each once, whatever is made meanwhile', async () => {
    await using edge = await world()
    for (let i = 0; i < 7; i++) {
      edge.clock.now += 1
      await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: `w${i}` } })
    }
    const names: string[] = []
    let cursor: string | undefined
    do {
      const query: Record<string, string> = { limit: '3', ...(cursor === undefined ? {} : { cursor }) }
      const page = await edge.call(edge.admin, 'GET /v1/workspaces', { query })
      names.push(...page.json.data.map(({ name }: { name: string }) => name))
      cursor = page.json.next_cursor
      edge.clock.now += 1
      if (names.length === 3) await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: 'late' } })
    } while (cursor !== undefined)
    assert.deepEqual(names, ['default', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'late'])
  })

  test('refuse a limit or cursor that is none', async () => {
    await using edge = await world()
    const wrong: Record<string, string>[] = [{ limit: '0' }, { limit: '201' }, { limit: '1e2' }, {
      cursor: '%%',
    }]
    for (const query of wrong) {
      assert.equal(
        (await edge.call(edge.admin, 'GET /v1/workspaces', { query })).status,
        400,
        JSON.stringify(query),
      )
    }
  })
})
