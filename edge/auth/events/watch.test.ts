import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids, member, type World, world } from '../../world_fixture.ts'
import { MASS_PAGES, REFUSALS_IN_A_ROW, WINDOW_MS } from './watch.ts'

async function logged(w: World, action: string): Promise<number> {
  await w.edge.flush()
  const sql = 'SELECT count(*) AS n FROM audit_leaf WHERE tenant = ? AND action = ?'
  const [row] = await w.storage.read({ sql, parameters: [ids.tenant, action], reads: true })
  return row?.n as number
}

async function counted(w: World, kind: string): Promise<number> {
  const { json } = await w.call({ kind: 'nobody' }, 'GET /metrics')
  return Number(new RegExp(`security_events_total\\{kind="${kind}"\\} (\\d+)`).exec(json)?.[1])
}

describe('refusals in a row', () => {
  const name = 'access.denied_in_a_row'
  const refuse = async (w: World, times: number) => {
    for (let i = 0; i < times; i++) {
      assert.equal((await w.call(w.viewer, 'POST /v1/workspaces', { body: { name: 'x' } })).status, 403)
    }
  }

  test('are an event when there are ten, once', async () => {
    await using w = await world()
    await refuse(w, REFUSALS_IN_A_ROW - 1)
    assert.equal(await logged(w, name), 0)
    await refuse(w, 1)
    assert.equal(await logged(w, name), 1)
    await refuse(w, REFUSALS_IN_A_ROW - 1)
    assert.equal(await logged(w, name), 1)
    assert.equal(await counted(w, name), 1)
  })

  test('count likewise where somebody reaches for more than they hold', async () => {
    await using w = await world()
    const admin = await member(w, w.admin, 'admin')
    const { member: id } = (await w.call(w.viewer, 'GET /v1/whoami')).json
    const body = { member: id, role: 'owner', level: 'tenant' }
    for (let i = 0; i < REFUSALS_IN_A_ROW; i++) {
      assert.equal((await w.call(admin, 'POST /v1/bindings', { body })).json.code, 'forbidden')
    }
    assert.equal(await logged(w, name), 1)
  })

  test('are no event when something was granted in between, when they take long, or are of several', async () => {
    await using w = await world()
    await refuse(w, REFUSALS_IN_A_ROW - 1)
    assert.equal((await w.call(w.viewer, 'GET /v1/whoami')).status, 200)
    await refuse(w, REFUSALS_IN_A_ROW - 1)
    w.clock.now += WINDOW_MS + 1
    await refuse(w, REFUSALS_IN_A_ROW - 1)
    const other = await member(w, w.admin, 'viewer')
    await w.call(other, 'POST /v1/workspaces', { body: { name: 'x' } })
    assert.equal(await logged(w, name), 0)
  })
})

describe('lists that are paged through', () => {
  const read = async (w: World, pages: number) => {
    const first = await w.call(w.editor, 'GET /v1/members', { query: { limit: '1' } })
    for (let i = 0; i < pages; i++) {
      const query = { limit: '1', cursor: first.json.next_cursor }
      assert.equal((await w.call(w.editor, 'GET /v1/members', { query })).status, 200)
    }
  }

  test('are an event after fifty further pages within ten minutes', async () => {
    await using w = await world()
    await read(w, MASS_PAGES - 1)
    assert.equal(await logged(w, 'read.mass'), 0)
    await read(w, 1)
    assert.equal(await logged(w, 'read.mass'), 1)
    assert.equal(await counted(w, 'read.mass'), 1)
  })

  test('are none for somebody who looks at first pages, or takes their time', async () => {
    await using w = await world()
    for (let i = 0; i < MASS_PAGES + 5; i++) await read(w, 0)
    await read(w, MASS_PAGES - 1)
    w.clock.now += WINDOW_MS + 1
    await read(w, MASS_PAGES - 1)
    assert.equal(await logged(w, 'read.mass'), 0)
  })
})
