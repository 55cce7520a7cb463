import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRules } from '../../shared/schemas/tenant_rules.ts'
import { colleague, inBrowser, withAccount } from '../colleague_fixture.ts'
import { bearer, type Caller, rowCounts } from '../edge_fixture.ts'
import { areTwo, type Person, SETTLED_MS } from './persons.ts'
import { ids, member, withConnection, type World, world } from '../world_fixture.ts'

const HOUR_MS = 60 * 60_000

interface Two extends World {
  readonly officer: Caller
  /** Of the officer. */
  readonly account: string
}

/** A tenant that wants two people for keys and deletion, and its second one. */
async function two(): Promise<Two> {
  const edge = await world()
  await withConnection(edge)
  const rules = JSON.stringify({ ...defaultRules, approvals: { keys: true, deletion: true } })
  const sql = 'INSERT INTO tenant_rules (tenant, rules, updated) VALUES (?, ?, 0)'
  const steps = [{ sql, parameters: [ids.tenant, rules], reads: false }]
  await edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
  const { caller, account } = await colleague(edge, 'admin')
  return { ...edge, officer: caller, account }
}

/** Asks for the deletion of a connection. */
const ask = (edge: World, approval?: string, headers: Record<string, string> = {}, caller = edge.admin) =>
  edge.call(caller, `DELETE /v1/connections/${ids.source}`, {
    headers: { ...headers, ...(approval === undefined ? {} : { approval }) },
  })

const decide = (edge: World, caller: Caller, id: string, verb = 'approve') =>
  edge.call(caller, `POST /v1/approvals/${id}/${verb}`)

/** The officer with a passkey just shown. */
const freshly = (edge: Two) => inBrowser(edge, edge.account)

async function actions(edge: World): Promise<string[]> {
  const { json } = await edge.call(edge.admin, 'GET /v1/audit', { query: { limit: '200' } })
  return json.data.map(({ leaf }: { leaf: string }) => JSON.parse(leaf).action)
}

describe('where two people are wanted', () => {
  test('a request waits for another one, happens once they said yes, and happens once', async () => {
    await using edge = await two()
    const first = await ask(edge)
    assert.deepEqual([first.status, first.json.code], [403, 'approval_required'])
    const { approval } = first.json
    assert.equal((await ask(edge)).json.approval, approval, 'asking again is the same question')
    assert.equal((await ask(edge, approval)).json.code, 'approval_required', 'nobody has said yes')
    assert.equal((await decide(edge, edge.officer, approval)).json.state, 'approved')
    const done = await ask(edge, approval)
    assert.equal(done.status, 200, JSON.stringify(done.json))
    const again = await ask(edge, approval)
    assert.equal(again.json.code, 'approval_required')
    const { json } = await edge.call(edge.officer, `GET /v1/approvals/${approval}`)
    assert.equal(json.state, 'used')
    const log = (await actions(edge)).filter((action) => action.startsWith('approval.'))
    assert.deepEqual(log, ['approval.requested', 'approval.given'])
  })

  test('nobody approves their own request, nor does a machine, nor who may not', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    assert.equal((await decide(edge, edge.admin, approval)).json.code, 'separation_of_duties')
    assert.equal((await decide(edge, edge.editor, approval)).json.code, 'forbidden')
    assert.equal((await decide(edge, edge.stranger, approval)).json.code, 'not_found')
    assert.equal((await ask(edge, approval)).json.code, 'approval_required')
  })

  test('a yes is for that request of that member, within an hour', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    await decide(edge, edge.officer, approval)
    const other = await member(edge, edge.admin, 'owner')
    assert.equal((await ask(edge, approval, {}, other)).json.code, 'approval_required')
    const elsewhere = await edge.call(edge.admin, 'POST /v1/log-keys', {
      headers: { approval },
    })
    assert.equal(elsewhere.json.code, 'approval_required')
    edge.clock.now += HOUR_MS
    assert.equal((await ask(edge, approval)).json.code, 'approval_required')
    const { json } = await edge.call(edge.admin, `GET /v1/approvals/${approval}`)
    assert.equal(json.state, 'expired')
  })

  test('whether a request needs a yes is asked without anything being done', async () => {
    await using edge = await two()
    const first = await ask(edge, 'ask')
    assert.deepEqual([first.status, first.json.code], [403, 'approval_required'])
    const { approval } = first.json
    assert.equal((await ask(edge, `ask ${approval}`)).json.approval, approval, 'nobody has said yes')
    await decide(edge, edge.officer, approval)
    const counts = await rowCounts(edge.storage)
    assert.equal((await ask(edge, `ask ${approval}`)).status, 204)
    assert.equal((await ask(edge, `ask ${approval}`)).status, 204, 'and uses nothing up')
    assert.deepEqual(await rowCounts(edge.storage), counts)
    assert.equal((await ask(edge, approval)).status, 200)
    assert.equal((await ask(edge, `ask ${approval}`)).json.code, 'approval_required', 'it is used')
  })

  test('asking counts as what it asks about: the same request, and who may', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge, 'ask')).json
    assert.equal((await ask(edge)).json.approval, approval)
    assert.equal((await ask(edge, 'ask', {}, edge.viewer)).json.code, 'forbidden')
  })

  test('what waits is said in words, with who asked', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    const { json } = await edge.call(edge.officer, `GET /v1/approvals/${approval}`)
    assert.deepEqual([json.summary, json.asked_by_name], ['Delete a connection that no pipeline uses', 'Ada'])
    assert.deepEqual((await edge.call(edge.officer, 'GET /v1/approvals')).json.data, [json])
  })

  test('who could approve gets a mail that names the operation and who asked, and no more', async () => {
    await using edge = await two()
    await colleague(edge, 'editor')
    await colleague(edge, 'owner', edge.otherTenant)
    const { approval } = (await ask(edge)).json
    await edge.edge.housekeep()
    const [mail, ...more] = edge.mails
    assert.deepEqual([mail?.to, more], [`${edge.account}@example.com`, []])
    assert.match(
      mail?.text ?? '',
      /^Ada asks for this, which needs another person: Delete a connection that no pipeline uses$/m,
    )
    for (const detail of [approval, ids.source, 'Acme']) assert.ok(!mail?.text.includes(detail), detail)
    await edge.call(edge.admin, `DELETE /v1/connections/${ids.destination}`)
    await edge.edge.housekeep()
    assert.equal(edge.mails.length, 1, 'one in ten minutes')
    edge.clock.now += 11 * 60_000
    await edge.call(edge.admin, `DELETE /v1/pipelines/${ids.pipeline}`)
    await edge.edge.housekeep()
    assert.equal(edge.mails.length, 2)
  })

  test('a yes is said in person: no API token says it, nor a member without an account', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    const { json: made } = await edge.call(edge.officer, 'POST /v1/tokens', { body: { name: 'mine' } })
    const by = await decide(edge, bearer(made.token), approval)
    assert.deepEqual([by.status, by.json.code], [403, 'separation_of_duties'])
    assert.match(by.json.detail, /no API token/)
    const nobody = await member(edge, edge.admin, 'admin')
    assert.equal((await decide(edge, nobody, approval)).json.code, 'separation_of_duties')
    edge.clock.now += 6 * 60_000
    assert.equal((await decide(edge, edge.officer, approval)).json.code, 'fresh_sign_in_required')
  })

  test('a no ends it, and is not taken back by a later yes', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    assert.equal((await decide(edge, edge.officer, approval, 'refuse')).json.state, 'refused')
    assert.equal((await decide(edge, edge.officer, approval)).json.code, 'conflict')
    assert.equal((await ask(edge, approval)).json.code, 'forbidden')
  })

  test('two who use one yes at once get one of what it is for', async () => {
    await using edge = await two()
    const { approval } = (await ask(edge)).json
    await decide(edge, edge.officer, approval)
    const answers = await Promise.all([ask(edge, approval), ask(edge, approval)])
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 403])
  })

  test('a repetition under its Idempotency-Key is answered, though the yes is used', async () => {
    await using edge = await two()
    const headers = { 'idempotency-key': 'once' }
    const { approval } = (await ask(edge, undefined, headers)).json
    await decide(edge, edge.officer, approval)
    const first = await ask(edge, approval, headers)
    const counts = await rowCounts(edge.storage)
    const second = await ask(edge, approval, headers)
    assert.deepEqual([first.status, second.status], [200, 200])
    assert.deepEqual(second.json, first.json)
    assert.deepEqual(await rowCounts(edge.storage), counts)
  })
})

describe('another person', () => {
  test('is not who was let in by who asked until a day has gone by, and was here before they asked', async () => {
    await using edge = await two()
    const later = await member(edge, edge.admin, 'admin')
    const first = (await ask(edge)).json.approval
    const soon = await decide(edge, await withAccount(edge, later), first)
    assert.equal(soon.json.code, 'separation_of_duties')
    edge.clock.now += SETTLED_MS
    const second = (await ask(edge)).json.approval
    const settled = await withAccount(edge, later)
    assert.equal((await decide(edge, settled, second)).json.state, 'approved')
    const third = (await ask(edge, undefined, {}, edge.editor)).json.approval
    edge.clock.now += 1
    const newcomer = await withAccount(edge, await member(edge, await freshly(edge), 'admin'))
    assert.match((await decide(edge, newcomer, third)).json.detail, /not here yet/)
  })

  test('is not who let in a member without an account that asks for them', async () => {
    await using edge = await two()
    const puppet = await member(edge, edge.officer, 'admin')
    edge.clock.now += SETTLED_MS
    const { approval } = (await ask(edge, undefined, {}, puppet)).json
    assert.match(
      (await decide(edge, await freshly(edge), approval)).json.detail,
      /may be the person who asked/,
    )
  })
})

describe('two members', () => {
  const member = (id: string, rest: Partial<Person> = {}): Person => ({
    ...{ id, kind: 'person', state: 'active', account: id, created: 0, inviter: null, accepted: null },
    ...rest,
  })
  const ada = member('ada')
  const late = 10 * SETTLED_MS
  const cases: readonly (readonly [string, Person, number, boolean])[] = [
    ['of two accounts are two', member('eve'), late, true],
    ['of one account are one', member('eve', { account: 'ada' }), late, false],
    ['are one while an invitation of the other is young', invited({}), late + 1, false],
    ['are two a day later', invited({}), late + SETTLED_MS, true],
    ['are two where a third one invited', invited({ inviter: 'grace' }), late + 1, true],
    ['are one where nobody knows who invited', invited({ inviter: null }), late + 1, false],
    ['are one where a link of their own hides it', invited({ inviter: 'eve' }), late + 1, false],
    ['are one for good without an account', invited({ account: null }), late * 2, false],
    ['are one for a day where the other linked the account', linked(), late + 1, false],
  ]
  function invited(rest: Partial<Person>): Person {
    return member('eve', { inviter: 'ada', created: late, accepted: late, ...rest })
  }
  function linked(): Person {
    return member('eve', { inviter: 'ada', created: 1, accepted: late })
  }
  for (const [name, eve, now, two] of cases) {
    test(name, () => {
      assert.equal(areTwo(ada, eve, now), two)
      assert.equal(areTwo(eve, ada, now), two, 'whoever asks')
    })
  }
})

test('where they are not wanted nobody is asked', async () => {
  await using edge = await world()
  const counts = await rowCounts(edge.storage)
  const asked = await edge.call(edge.admin, 'POST /v1/log-keys', { headers: { approval: 'ask' } })
  assert.deepEqual([asked.status, asked.json], [204, ''])
  assert.deepEqual(await rowCounts(edge.storage), counts)
  assert.equal((await edge.call(edge.admin, 'POST /v1/log-keys')).status, 201)
  assert.deepEqual((await edge.call(edge.admin, 'GET /v1/approvals')).json.data, [])
  assert.equal((await edge.call(bearer('sp_pat_none'), 'GET /v1/approvals')).status, 401)
})

test('what needs no second person is not asked only, since it would happen; nor is what nobody understands', async () => {
  await using edge = await world()
  for (const approval of ['ask', 'no', '', 'ask019a9f3e-7c00-7000-8000-00000000000a']) {
    const body = { name: 'made' }
    const answer = await edge.call(edge.admin, 'POST /v1/workspaces', { body, headers: { approval } })
    assert.equal(answer.status, 400, approval)
  }
  const { data } = (await edge.call(edge.admin, 'GET /v1/workspaces')).json
  assert.ok(!data.some(({ name }: { name: string }) => name === 'made'))
})
