import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import { nameHash } from '../../shared/log/names.ts'
import { native } from '../primitives.ts'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'

test('audit tail shows a name that the entry holds, and none that an edge has written beside it', async () => {
  const salt = new Uint8Array(16).fill(3)
  const leaf = JSON.stringify({
    v: 1,
    time: '2026-11-22T09:00:00.000Z',
    actor: { kind: 'member', id: ids.agent },
    action: 'member.invited',
    target: ids.otherTenant,
    names: { member: nameHash(native, salt, 'Grace') },
  })
  const entry = (index: number, value: string) => ({
    index,
    leaf,
    names: { member: { value, salt: toBase64(salt) } },
  })
  await using edge = new HostileEdge(currentDraft(), { project: null })
  edge.replies.set('/v1/audit/checkpoint', { checkpoint: '', size: 2, root: '00'.repeat(32) })
  edge.replies.set('/v1/audit', { data: [entry(0, 'Grace'), entry(1, 'Mallory')] })
  const { stdout, stderr } = await edge.run('audit', 'tail')
  assert.match(stdout, /member="Grace"/, stderr)
  assert.match(stdout, /member=\(not the entry's\)/)
  assert.ok(!stdout.includes('Mallory'))
})
