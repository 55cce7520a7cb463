import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'

async function added(url: string, token?: string) {
  await using made = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  made.replies.set('/v1/connections', { data: [], next_cursor: null })
  const file = (name: string, text: string) => {
    writeFileSync(join(made.world.folder, name), `${text}\n`, { mode: 0o600 })
    return join(made.world.folder, name)
  }
  const secret = token === undefined ? [] : ['--libsql-token-file', file('token', token)]
  const words = ['connection', 'add', 'more', '--url-file', file('url', url), ...secret, '--yes']
  const { exit, stderr } = await made.run(...words)
  const [first] = made.sent
  const kind = first === undefined ? null : JSON.parse(atob(first.body.document.payload)).kind
  return { exit, stderr, kind, sent: JSON.stringify(made.sent) }
}

describe('connection add', () => {
  const urls: readonly [url: string, kind: string, leadsTo: string, token?: string][] = [
    ['postgres://etl:hunter2@db.example/shop', 'postgres', 'db.example:5432/shop as etl'],
    ['mysql://etl:hunter2@db.example/crm', 'mysql', 'db.example:3306/crm as etl'],
    ['libsql://app.example', 'libsql', 'app.example:443', 'hunter2'],
    ['sqlite:/data/till.db', 'sqlite', '/data/till.db'],
  ]
  for (const [url, kind, leadsTo, token] of urls) {
    test(`takes a URL of ${kind}, says where it leads, and lets no secret out`, async () => {
      const { stderr, kind: signed, sent } = await added(url, token)
      assert.equal(signed, kind, stderr)
      assert.match(stderr, new RegExp(`^leads to +${leadsTo}$`, 'm'))
      assert.ok(!stderr.includes('hunter2') && !sent.includes('hunter2'))
    })
  }

  test('refuses a URL of another kind, without quoting it', async () => {
    const { exit, stderr, kind } = await added('oracle://etl:hunter2@db.example/x')
    assert.deepEqual([exit === 0, kind], [false, null])
    assert.match(stderr, /connection_invalid/)
    assert.ok(!stderr.includes('hunter2'))
  })

  test('asks for the token of a libsql URL', async () => {
    const { exit, stderr, kind } = await added('libsql://app.example')
    assert.deepEqual([exit, kind], [2, null])
    assert.match(stderr, /--libsql-token-file/)
  })
})
