import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import { native as p } from '../primitives.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

test('a key for a project that the edge does not show is warned of, and one for a project that it shows is not', async () => {
  await using edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  const { source, destination, pipeline, index } = edge.world.documents
  edge.replies.set(`/v1/connections/${ids.source}`, { document: source.document })
  edge.replies.set(`/v1/connections/${ids.destination}`, { document: destination.document })
  edge.replies.set(`/v1/pipelines/${ids.pipeline}`, { document: pipeline.document })
  edge.replies.set(`/v1/projects/${ids.project}/index/latest`, { document: index.dsse })
  const key = toBase64(p.ed25519.publicKey(new Uint8Array(32).fill(77)))
  const add = (projects: string) =>
    edge.run('trust', 'edit', '--add-signer', key, '--owner', 'Bob', '--projects', projects)
  const good = await add(ids.project)
  assert.equal(good.exit, exits.done, good.stderr)
  assert.doesNotMatch(good.stderr, /shows no project/)
  const slip = await add(`${ids.project}, ${ids.agent}`)
  assert.equal(slip.exit, exits.done, slip.stderr)
  assert.match(slip.stderr, new RegExp(`shows no project ${ids.agent}`))
})
