import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'

function edge() {
  const made = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  const file = (mode: string, more = '') => {
    const path = join(made.world.folder, 'more.yaml')
    const head = 'sallyport: 1\nname: more\nsource: in\ndestination: out\nstreams:\n'
    writeFileSync(path, `${head}  - { from: a.csv, to: b.csv, mode: ${mode}${more} }\n`)
    return path
  }
  for (const id of [ids.source, ids.destination]) {
    made.replies.set(`/v1/connections/${id}`, { id, kind: 'files' })
  }
  made.replies.set('/v1/pipelines', { data: [], next_cursor: null })
  return { made, file }
}

describe('pipeline apply', () => {
  test('says before it is signed what the kinds of its connections cannot do', async () => {
    const { made, file } = edge()
    await using _ = made
    const { exit, stderr } = await made.run('pipeline', 'apply', file('merge', ', key: [id]'), '--yes')
    assert.equal(exit, 1)
    assert.match(stderr, /unsupported.*mode merge finds rows by their key/)
    assert.deepEqual(made.sent, [])
  })

  test('leaves that to the agents where the caller may not see the connections', async () => {
    const { made, file } = edge()
    await using _ = made
    const forbidden = () => Response.json({ code: 'forbidden' }, { status: 403 })
    for (const id of [ids.source, ids.destination]) made.replies.set(`/v1/connections/${id}`, forbidden())
    const { stderr } = await made.run('pipeline', 'apply', file('merge', ', key: [id]'), '--yes')
    assert.doesNotMatch(stderr, /unsupported/)
    assert.deepEqual(made.sent[0]?.path, '/v1/pipelines', stderr)
  })
})

describe('pipeline validate', () => {
  test('says all that a file says about its streams', async () => {
    const { made, file } = edge()
    await using _ = made
    const path = file(
      'merge',
      ', key: [id], cursor: { column: at, lag: 5m }, columns: { exclude: [x] }, schema: freeze',
    )
    const { exit, stdout } = await made.run('pipeline', 'validate', path)
    assert.equal(exit, 0)
    assert.match(stdout, /FROM +TO +MODE +KEY +CURSOR +COLUMNS +SCHEMA\n/)
    assert.match(stdout, /a\.csv +b\.csv +merge +id +at, 5m back +without x +freeze\n/)
  })

  test('says what its connections cannot do, when they are given', async () => {
    const { made, file } = edge()
    await using _ = made
    const connections = join(made.world.folder, 'connections.yaml')
    const text =
      'sallyport: 1\nconnections:\n  in: { type: files, path: . }\n  out: { type: files, path: . }\n'
    writeFileSync(connections, text)
    const { exit, stderr } = await made.run(
      'pipeline',
      'validate',
      file('mirror'),
      '--connections',
      connections,
    )
    assert.equal(exit, 1)
    assert.match(stderr, /unsupported.*"a\.csv": mode mirror/)
  })
})
