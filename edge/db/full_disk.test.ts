import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { openStorage } from './open.ts'
import type { Plan } from './plan.ts'
import type { Storage } from './storage.ts'

const skip = mountable() ? false : 'a disk of its own needs mount: run as root on Linux'

/** Whether a small disk can be had: tried, because a root in a container may not. */
function mountable(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  return withDisk(() => true) ?? false
}

function withDisk<T>(use: (folder: string) => T): T | null {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0
  const unmount = () => {
    if (mounted) spawnSync('umount', ['--lazy', folder])
    rmdirSync(folder)
  }
  if (!mounted) {
    unmount()
    return null
  }
  const result = use(folder)
  if (result instanceof Promise) return result.finally(unmount) as T
  unmount()
  return result
}

function plan(id: number, bytes: number): Plan {
  const insert = {
    sql: 'INSERT INTO kept VALUES (?, ?)',
    parameters: [id, new Uint8Array(bytes)],
    reads: false,
  }
  return { id: `plan-${id}`, steps: [insert], leaf: null, repeatable: false }
}

async function keptIds(storage: Storage): Promise<unknown[]> {
  const rows = await storage.read({ sql: 'SELECT id FROM kept ORDER BY id', parameters: [], reads: true })
  return rows.map(({ id }) => id)
}

test('a full disk is unavailable, keeps nothing of what was refused, and passes', { skip }, async () => {
  await withDisk(async (folder) => {
    const storage = await openStorage(`file:${join(folder, 'edge.db')}`, { token: null })
    await storage.write({
      ...plan(0, 0),
      steps: [{ sql: 'CREATE TABLE kept (id INTEGER PRIMARY KEY, data BLOB)', parameters: [], reads: false }],
    })
    const acknowledged: number[] = []
    let refused: unknown
    for (let id = 1; refused === undefined; id++) {
      const results = await Promise.allSettled([
        storage.write(plan(2 * id, 60_000)),
        storage.write(plan(2 * id + 1, 10)),
      ])
      results.forEach((result, i) => {
        if (result.status === 'fulfilled') acknowledged.push(2 * id + i)
        else refused = result.reason
      })
    }
    assert.ok(refused instanceof Fault && refused.code === 'unavailable', String(refused))
    assert.deepEqual(await keptIds(storage), acknowledged)
    const free = { sql: 'DELETE FROM kept WHERE id < 10', parameters: [], reads: false }
    const room = spawnSync('mount', ['-o', 'remount,size=16m', folder])
    assert.equal(room.status, 0)
    await storage.write({ ...plan(0, 0), steps: [free] })
    await storage.write(plan(1000, 60_000))
    assert.deepEqual(await keptIds(storage), [...acknowledged.filter((id) => id >= 10), 1000])
    await storage.close()
  })
})
