/** SIGTERM of the edge: what is under way is answered, what was answered is there, and nothing is left open. */
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEdge } from './edge_process.ts'

test('an edge that is told to stop answers what it has begun, and keeps what it answered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-stop-'))
  const edge = await startEdge({ folder })
  const post = async (path: string, token: string, body: unknown) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${edge.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    assert.equal(response.status, 201)
    return await response.json() as { token: string; id: string }
  }
  const tenant = { id: '019a9f3e-7c00-7000-8000-000000000000', name: 'Acme' }
  const { token } = await post('/v1/setup', readFileSync(edge.setupTokenFile, 'utf8').trim(), {
    tenant,
    person: { name: 'Ada' },
  })
  // A form is parsed beside a signal of whether its sender is still there, of which a runtime may want to say something.
  const body = new URLSearchParams({ client_id: 'sallyport' })
  assert.equal((await fetch(`${edge.url}/v1/device/authorize`, { method: 'POST', body })).status, 200)
  const nowhere = `${edge.url}/v1/workspaces/${tenant.id}`
  assert.equal((await fetch(nowhere, { headers: { authorization: `Bearer ${token}` } })).status, 404)
  const acknowledged: string[] = []
  let stopping: Promise<void> | null = null
  await Promise.all(Array.from({ length: 16 }, async (_, connection) => {
    for (let i = 0; stopping === null; i++) {
      try {
        acknowledged.push((await post('/v1/workspaces', token, { name: `w${connection}-${i}` })).id)
      } catch (error) {
        // Refused at the door is fine; an answer that is not 201 is an assertion, and is not.
        if ((error as Error).name === 'AssertionError' || stopping === null) throw error
      }
      if (acknowledged.length >= 200) stopping ??= edge.stop()
    }
  }))
  await stopping
  const lines = readFileSync(edge.log, 'utf8').trim().split('\n').map((line) =>
    JSON.parse(line) as { level: string; message: string }
  )
  assert.equal(lines.at(-1)?.message, 'stopped')
  assert.deepEqual(lines.filter(({ level }) => level !== 'info'), [])
  assert.equal(statSync(`${edge.database}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0)
  assert.deepEqual(counted(edge.database), { used: 1, refused: 1 })
  await edge.start()
  for (const id of acknowledged) {
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await fetch(`${edge.url}/v1/workspaces/${id}`, { headers })).status, 200)
  }
  await edge[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** What an edge counts in memory, and writes once a minute. */
function counted(path: string): unknown {
  using database = new Database(path, { readonly: true })
  return database.query(`SELECT (SELECT count(*) FROM token WHERE last_used IS NOT NULL) AS used,
    (SELECT count(*) FROM audit_leaf WHERE CAST(bytes AS TEXT) LIKE '%"request.refused"%') AS refused`).get()
}

test('an edge whose settings make no sense says which, in one line, and ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-stop-'))
  const refused = startEdge({ folder, publicUrl: 'https://edge.example.com' })
  await assert.rejects(refused, (error: Error) => {
    assert.match(error.message, /the edge ended with 1/)
    assert.match(error.message, /SALLYPORT_MASTER_KEYS is required/)
    assert.ok(!/\n\s+at /.test(error.message), 'no stack')
    return true
  })
  rmSync(folder, { recursive: true })
})
