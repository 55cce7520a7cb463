/** The edge's master key changes between starts: what was sealed stays readable, and what would not be is no start. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEdge } from './edge_process.ts'
import { until } from './until.ts'

test('a new master key takes over, the old one can go, and a missing one is said before anything is served', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-master-'))
  const edge = await startEdge({ folder })
  const setup = readFileSync(edge.setupTokenFile, 'utf8').trim()
  const made = await fetch(`${edge.url}/v1/setup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${setup}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      tenant: { id: '019a9f3e-7c00-7000-8000-000000000000', name: 'Acme' },
      person: { name: 'Ada' },
    }),
  })
  assert.equal(made.status, 201)
  const { token } = await made.json() as { token: string }
  const checkpoint = async () => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${edge.url}/v1/audit/checkpoint`, { headers })).status
  }
  const file = join(folder, 'master_keys')
  const first = readFileSync(file, 'utf8').trim()
  assert.match(first, /^v1:/)
  const second = `v2:${randomBytes(32).toString('base64')}`
  const restart = async (keys: string) => {
    await edge.stop()
    writeFileSync(file, `${keys}\n`)
    await edge.start()
  }
  await restart(`${second},${first}`)
  assert.equal(await checkpoint(), 200)
  const done = () =>
    readFileSync(edge.log, 'utf8').includes('everything is sealed under the newest master key')
  await until(done, 'sealing anew')
  await restart(second)
  assert.equal(await checkpoint(), 200)
  await assert.rejects(restart(first), (error: Error) => {
    assert.match(error.message, /the edge ended with 1/)
    assert.match(
      error.message,
      /SALLYPORT_MASTER_KEYS lacks v2: 1 of tenant\.log_key_sealed are sealed under it/,
    )
    assert.ok(!error.message.includes(first.slice(3)), 'no key')
    return true
  })
  await restart(second)
  assert.equal(await checkpoint(), 200)
  await edge[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
