/** The edge is killed with -9 under load, again and again: what it acknowledged is there, what it did not happens once. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fromBase64 } from '../../shared/bytes.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyExport } from '../../shared/log/export.ts'
import { type TreeHead, verifyConsistency } from '../../shared/log/proof.ts'
import { native } from '../../shared/seal/primitives_fixture.ts'
import { type EdgeProcess, startEdge, withoutRates } from './edge_process.ts'

const ROUNDS = 5
const CONNECTIONS = 32
const ACKNOWLEDGED_PER_ROUND = 400
const TENANT = '019a9f3e-7c00-7000-8000-000000000000'

describe('an edge that is killed under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kill-'))
  const acknowledged = new Map<string, string>()
  const unanswered = new Set<string>()
  let edge: EdgeProcess
  let token = ''
  let logKey = new Uint8Array()

  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers }
    const response = await fetch(`${edge.url}${path}`, { ...init, headers })
    return { status: response.status, text: await response.text() }
  }
  /** The name is the key too: a repetition that happened twice would be a conflict. */
  const make = async (name: string) => {
    const answer = await call('/v1/workspaces', {
      method: 'POST',
      body: JSON.stringify({ name }),
      headers: { 'idempotency-key': name },
    })
    assert.equal(answer.status, 201, answer.text)
    return (JSON.parse(answer.text) as { id: string }).id
  }
  const checkpoint = async (): Promise<TreeHead> => {
    const { checkpoint } = JSON.parse((await call('/v1/audit/checkpoint')).text) as { checkpoint: string }
    return openCheckpoint(native, checkpoint, { name: logOrigin(TENANT), publicKey: logKey })
  }

  before(async () => {
    edge = await startEdge({ folder, env: withoutRates })
    token = readFileSync(edge.setupTokenFile, 'utf8').trim()
    const body = JSON.stringify({ tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } })
    const made = JSON.parse((await call('/v1/setup', { method: 'POST', body })).text) as {
      token: string
      tenant: { log_key: string }
    }
    token = made.token
    logKey = fromBase64(made.tenant.log_key)
  })

  after(async () => {
    await edge?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Posts from many connections until the edge is gone; it goes when it has acknowledged enough. */
  const load = async (round: number) => {
    let count = 0
    let killed: Promise<void> | null = null
    await Promise.all(Array.from({ length: CONNECTIONS }, async (_, connection) => {
      for (let i = 0; killed === null; i++) {
        const name = `r${round}-c${connection}-${i}`
        unanswered.add(name)
        try {
          acknowledged.set(name, await make(name))
        } catch (error) {
          assert.ok(killed !== null, `the edge failed by itself: ${error}`)
          return
        }
        unanswered.delete(name)
        count += 1
        if (count === ACKNOWLEDGED_PER_ROUND) killed = edge.kill()
      }
    }))
    await killed
  }

  const listed = async () => {
    const all = new Map<string, string>()
    let cursor = ''
    do {
      const query = cursor === '' ? '' : `&cursor=${cursor}`
      const page = JSON.parse((await call(`/v1/workspaces?limit=200${query}`)).text) as {
        data: { id: string; name: string }[]
        next_cursor?: string
      }
      for (const { id, name } of page.data) {
        assert.ok(!all.has(name), `${name} is there twice`)
        all.set(name, id)
      }
      cursor = page.next_cursor ?? ''
    } while (cursor !== '')
    return all
  }

  for (let round = 1; round <= ROUNDS; round++) {
    test(`round ${round}: nothing acknowledged is lost, and the log continues`, async () => {
      const earlier = await checkpoint()
      await load(round)
      await edge.start()
      const found = await listed()
      for (const [name, id] of acknowledged) assert.equal(found.get(name), id, `${name} was acknowledged`)
      const later = await checkpoint()
      const path = `/v1/audit/consistency?from=${earlier.size}&to=${later.size}`
      const { proof } = JSON.parse((await call(path)).text) as { proof: string[] }
      assert.ok(verifyConsistency(native, { from: earlier, to: later, proof: proof.map(fromBase64) }))
    })
  }

  test('what was never answered is asked again under its key, and everything is there exactly once', async () => {
    const before = await listed()
    for (const name of unanswered) {
      const id = await make(name)
      assert.equal(before.get(name) ?? id, id, `${name} had happened, and is the same`)
      acknowledged.set(name, id)
    }
    const found = await listed()
    found.delete('default')
    assert.deepEqual([...found].sort(), [...acknowledged].sort())
  })

  test('the log holds one entry for each, and verifies', async () => {
    const { text } = await call('/v1/audit/export')
    const chunks = (async function* () {
      yield new TextEncoder().encode(text)
    })()
    let created = 0
    await verifyExport(native, {
      chunks,
      log: { name: logOrigin(TENANT), publicKey: logKey },
      remembered: await checkpoint(),
      onLeaf: (leaf) => {
        if ((JSON.parse(leaf) as { action: string }).action === 'workspace.created') created += 1
      },
    })
    assert.equal(created, acknowledged.size)
  })
})
