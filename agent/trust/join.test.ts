import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { JoinAgent } from '../../shared/schemas/agent.ts'
import { verifyDocument } from '../../shared/sign/documents.ts'
import { directNetwork } from '../network.ts'
import { native } from '../primitives.ts'
import { draft, ids, keys, publicOf, World } from '../runs/world_fixture.ts'
import { readIdentity } from './agent_identity.ts'
import { joinPool } from './join.ts'

const now = Date.parse('2026-11-22T10:00:00.000Z')
const challenge = 'a challenge of this edge'

let folder: string
let world: World
/** What was asked of the edge, and what it answers about the agent. */
let joins: JoinAgent[]
let about: (agent: Record<string, unknown>) => Record<string, unknown>
let edge: ReturnType<typeof Bun.serve>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-join-'))
  world = new World(draft())
  joins = []
  about = (agent) => agent
  edge = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const body = await request.json()
      if (request.url.endsWith('/challenge')) {
        assert.deepEqual(body, { tenant: ids.tenant, pool: 'default' })
        return Response.json({ challenge, expires: '2026-11-22T10:05:00.000Z' })
      }
      joins.push(body as JoinAgent)
      const { public_key, name, version } = body as JoinAgent
      const agent = { id: ids.agent, name, pool: 'default', state: 'approved', public_key, version }
      const fingerprint = '0'.repeat(32)
      return Response.json(
        about({ ...agent, fingerprint, created: '2026-11-22T10:00:00.000Z', ephemeral: true }),
        { status: 201 },
      )
    },
  })
})
afterEach(async () => {
  await edge.stop(true)
  await world[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const joining = (anchor = 's3:acme/anchor.json') =>
  joinPool({
    config: { state: folder, anchor, network: directNetwork },
    url: new URL(`http://127.0.0.1:${edge.port}`),
    ring: world.ring,
    name: 'task-1',
    now,
  })

describe('joining by the key of the pool', () => {
  test('signs for this key, at this edge, in this moment, and for nothing else', async () => {
    const agent = await joining()
    const [asked] = joins
    assert.ok(asked)
    const { document } = verifyDocument(native, {
      type: 'enrolment',
      dsse: asked.statement,
      keys: [fromBase64(publicOf(keys.pool))],
      threshold: 1,
    })
    assert.deepEqual(document, {
      type: 'enrolment',
      tenant: ids.tenant,
      pool: 'default',
      agent_key: toBase64(agent.public),
      edge: `http://127.0.0.1:${edge.port}`,
      challenge,
      expires: '2026-11-22T10:05:00.000Z',
    })
    assert.equal(asked.public_key, toBase64(agent.public))
  })

  test('remembers who it is and how it got in, and joins again with the same key', async () => {
    const first = await joining()
    assert.deepEqual([first.id, readIdentity(folder)?.enrolment], [ids.agent, 'pool_key'])
    const second = await joining()
    assert.deepEqual(second.public, first.public)
    assert.equal(joins.length, 2)
  })

  test('is refused with an anchor on its own disk, before the edge hears of it', async () => {
    await assert.rejects(joining('file:/var/lib/sallyport/anchor.json'), { code: 'anchor_local' })
    assert.deepEqual([joins.length, readIdentity(folder)], [0, null])
  })

  test('believes no answer about another agent', async () => {
    about = (agent) => ({ ...agent, public_key: publicOf(keys.stranger) })
    await assert.rejects(joining(), { code: 'edge_unexpected' })
    about = (agent) => ({ ...agent, pool: 'other' })
    await assert.rejects(joining(), { code: 'edge_unexpected' })
    assert.equal(readIdentity(folder)?.id, null)
  })
})
