import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyId } from '../../shared/seal/key_id.ts'
import { places } from '../home.ts'
import { native as p } from '../primitives.ts'
import { ids, keys, seedOf } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

test('a key to deny that the last verified trust document does not list is warned of, and one that it lists is not', async () => {
  await using edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  writeFileSync(join(edge.home, places.floor), JSON.stringify(edge.world.floor), { mode: 0o600 })
  assert.equal((await edge.run('trust', 'show')).exit, exits.done)
  const asked = edge.sent.length
  const slip = await edge.run('trust', 'deny', 'f'.repeat(32), '--yes')
  assert.equal(slip.exit, exits.done, slip.stderr)
  assert.match(slip.stderr, /lists no signer f{32}/)
  const listed = await edge.run(
    'trust',
    'deny',
    keyId(p, p.ed25519.publicKey(seedOf(keys.signer))),
    '--yes',
  )
  assert.equal(listed.exit, exits.done, listed.stderr)
  assert.doesNotMatch(listed.stderr, /lists no signer/)
  assert.equal(edge.sent.length, asked, 'the edge is not needed')
})
