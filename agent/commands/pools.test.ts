import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { places } from '../home.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

test('a pool whose key vouches for agents is told when its anchor would be one that they refuse', async () => {
  await using edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  writeFileSync(join(edge.home, places.ring), JSON.stringify(edge.world.ring), { mode: 0o600 })
  const tasks = await edge.run('pools', 'add', 'tasks', '--enrolment', 'pool_key')
  assert.equal(tasks.exit, exits.done, tasks.stderr)
  assert.match(tasks.stderr, /anchor_local.*anchor init --keystore file:\S+ring-tasks\.json --anchor s3:/)
  const approved = await edge.run('pools', 'add', 'people')
  assert.equal(approved.exit, exits.done, approved.stderr)
  assert.doesNotMatch(approved.stderr, /anchor_local/)
})
