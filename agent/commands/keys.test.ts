import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import type { Rewrap } from '../../shared/schemas/rewrap.ts'
import { readUnverified, signDocument } from '../../shared/sign/documents.ts'
import { places, writeKey } from '../home.ts'
import { native as p } from '../primitives.ts'
import { ids, keys, seedOf } from '../runs/world_fixture.ts'
import { newDraft, signDraft, writeDraft } from '../trust/draft.ts'
import { sealingKey } from '../worker/rewrap_fixture.ts'
import { campaignText } from './campaign.ts'
import { exposedBy } from './exposed.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { peopleTrust } from './people_trust.ts'
import { openSession } from './session.ts'
import { exits, Shell } from './shell.ts'
import { settleSuite } from './suite_change.ts'

/** Who has the pool's ring, a root key and a floor, at an edge that says what a test wants. */
function securityStaff(): HostileEdge {
  const edge = new HostileEdge(currentDraft(), { project: { id: ids.project, name: 'default' } })
  const { home, world } = edge
  const file = (name: string, value: unknown) =>
    writeFileSync(join(home, name), JSON.stringify(value), { mode: 0o600 })
  file(places.ring, world.ring)
  file(places.floor, world.floor)
  const root = { private: seedOf(keys.root), public: p.ed25519.publicKey(seedOf(keys.root)) }
  writeKey(join(home, places.root), 'root', { ...root, now: Date.now() })
  const { kid } = sealingKey(21)
  edge.replies.set('/v1/keys', {
    data: [{
      kid,
      suite: 1,
      pool: 'default',
      state: 'active',
      since: new Date().toISOString(),
      age_days: 0,
      records: 3,
      by_type: { connection: 2, pipeline: 1, policy: 0, log: 0 },
      holders: [],
    }],
  })
  edge.replies.set('/v1/receipts', { data: [], next_cursor: null })
  edge.replies.set('/v1/agents', { data: [], next_cursor: null })
  edge.replies.set('/v1/connections', { data: [], next_cursor: null })
  return edge
}

const ringIn = (edge: HostileEdge) => JSON.parse(readFileSync(join(edge.home, places.ring), 'utf8'))

/** An agent that the edge heard of now, and its receipt. */
function agentWith(edge: HostileEdge, change: Partial<Receipt>, seed = seedOf(keys.pool)): void {
  const { documents } = edge.world
  const now = new Date().toISOString()
  const document: Receipt = {
    type: 'receipt',
    tenant: ids.tenant,
    pool: 'default',
    agent: ids.agent,
    trust: { version: 1, hash: documents.trust.hash },
    index: {},
    kids: [sealingKey(21).kid],
    log: null,
    issued: now,
    ...change,
  }
  const { dsse } = signDocument(p, { type: 'receipt', document, seeds: [seed] })
  const common = { pool: 'default', trust: document.trust, issued: now, received: now }
  edge.replies.set('/v1/receipts', { data: [{ agent: ids.agent, ...common, receipt: dsse }] })
  edge.replies.set('/v1/agents', {
    data: [{ id: ids.agent, name: 'vm-1', pool: 'default', state: 'approved', last_seen: now }],
  })
}

test('a key that is a year old is reminded of, by the date of its trust document', async () => {
  const from = currentDraft()
  from.trust.issued = new Date(Date.now() - 366 * 86_400_000).toISOString()
  from.trust.expires = new Date(Date.parse(from.trust.issued) + 399 * 86_400_000).toISOString()
  await using edge = new HostileEdge(from, { project: null })
  const { stdout, stderr } = await edge.run('keys', 'list')
  assert.match(stderr, new RegExp(`${sealingKey(21).kid} .* is 366 days old: sallyport keys rotate`))
  assert.match(stdout, /sealing/)
})

describe('what the edge shows of keys', () => {
  test('is compared with what the private side says', async () => {
    await using edge = securityStaff()
    const same = await edge.run('keys', 'verify', '--json')
    assert.equal(same.exit, exits.done, same.stdout + same.stderr)
    const { data: [key] } = edge.replies.get('/v1/keys') as { data: object[] }
    edge.replies.set('/v1/keys', { data: [{ ...key, kid: sealingKey(99).kid }] })
    const differs = await edge.run('keys', 'verify', '--json')
    assert.equal(differs.exit, exits.checkFailed)
    const { differences } = JSON.parse(differs.stdout)
    assert.match(differences.join('\n'), new RegExp(`edge shows ${sealingKey(99).kid}.*\n.*does not show`))
  })

  test('is not said to agree with a ring that is not there', async () => {
    await using edge = securityStaff()
    rmSync(join(edge.home, places.ring))
    const { exit, stdout, stderr } = await edge.run('keys', 'verify')
    assert.equal(exit, exits.done, stderr)
    assert.match(stderr, /there is no ring at/)
    assert.match(stdout, /Key files, trust document and edge agree/)
    assert.doesNotMatch(stdout, /Ring/)
  })

  test('is refused where it is none, before it reaches a terminal', async () => {
    await using edge = securityStaff()
    const { data: [key] } = edge.replies.get('/v1/keys') as { data: object[] }
    edge.replies.set('/v1/keys', { data: [{ ...key, pool: '\u001b[2Jdefault' }] })
    for (const words of [['keys', 'list'], ['keys', 'verify']]) {
      const { exit, stdout, stderr } = await edge.run(...words)
      assert.equal(exit, exits.failed)
      assert.match(stderr, /edge_unexpected/)
      assert.ok(!(stdout + stderr).includes('\u001b[2J'))
    }
  })

  test('is left out of the list where a token may not see it', async () => {
    await using edge = securityStaff()
    edge.replies.set('/v1/keys', Response.json({ code: 'forbidden' }, { status: 403 }))
    const { exit, stdout } = await edge.run('keys', 'list', '--json')
    assert.equal(exit, exits.done)
    const sealing = JSON.parse(stdout).find(({ use }: { use: string }) => use === 'sealing')
    assert.equal(sealing.records, undefined)
    assert.equal(sealing.here, join(edge.home, places.ring))
  })
})

describe('a rotation', () => {
  test('first finishes a publication that was interrupted between the floor and the edge', async () => {
    await using edge = securityStaff()
    const { document, hash } = readUnverified(p, 'trust', edge.world.documents.trust.dsse)
    const next = { ...document, version: 2, previous: hash, issued: new Date().toISOString() }
    const made = newDraft(next, { previous: edge.world.documents.trust.dsse, policy: null })
    const draft = signDraft(made, seedOf(keys.root))
    writeDraft(edge.home, draft)
    const trust = { version: 2, hash: readUnverified(p, 'trust', draft.document).hash }
    writeFileSync(join(edge.home, places.floor), JSON.stringify({ ...edge.world.floor, trust }))
    const policy = edge.world.documents.policy.envelope
    edge.replies.set('/v1/trust/2', { version: 2, document: draft.document, policy })
    await edge.run('keys', 'rotate', '--continue', '--yes')
    assert.equal(edge.sent[0]?.path, '/v1/trust')
    assert.deepEqual(edge.sent[0]?.body.document, draft.document)
    assert.ok(!existsSync(join(edge.home, places.draft)))
  })

  test('waits for a second person before the floor moves, and goes on with what they approved', async () => {
    await using edge = securityStaff()
    const floor = () => JSON.parse(readFileSync(join(edge.home, places.floor), 'utf8')).trust.version
    const approval = { id: '019a9f3e-7c00-7000-8000-00000000000a', given: false }
    edge.approval = approval
    const words = ['keys', 'rotate', '--compromised', '--yes', '--wait', '0', '--json']
    const first = await edge.run(...words)
    assert.equal(first.exit, exits.notAllowed)
    assert.match(first.stderr, /approval_required/)
    assert.match(first.stderr, new RegExp(approval.id))
    assert.deepEqual([floor(), edge.sent], [1, []], 'nothing has moved')
    assert.equal(
      (await edge.run('trust', 'show', '--json')).exit,
      exits.done,
      'and nothing looks rolled back',
    )
    const [document] = edge.world.shown.indexes.slice(-1)
    edge.replies.set(`/v1/projects/${ids.project}/index/latest`, { document })
    assert.match((await edge.run('trust', 'publish', '--yes')).stderr, /approval_required/)
    assert.deepEqual([floor(), edge.sent], [1, []])
    approval.given = true
    edge.onPost = (_, { document }) => {
      assert.equal(floor(), 2, 'the floor first, then the edge')
      edge.replies.set('/v1/trust/2', { version: 2, document, policy: edge.world.documents.policy.envelope })
    }
    await edge.run(...words, '--approval', approval.id)
    assert.deepEqual(edge.sent.map(({ path }) => path), ['/v1/trust'])
    assert.equal(new Set(edge.askedFirst.map(({ text }) => text)).size, 1, 'the very same request each time')
    assert.equal(JSON.stringify(edge.sent[0]?.body), edge.askedFirst[0]?.text)
  })

  test('makes no key while there is a draft of something else', async () => {
    await using edge = securityStaff()
    const previous = edge.world.documents.trust.dsse
    const { document, hash } = readUnverified(p, 'trust', previous)
    const begun = { ...document, version: 2, previous: hash, signers: [] }
    writeDraft(edge.home, newDraft(begun, { previous, policy: null }))
    const { exit, stderr } = await edge.run('keys', 'rotate', '--yes')
    assert.equal(exit, exits.usage)
    assert.match(stderr, /draft of something else/)
    assert.equal(ringIn(edge).sealing.length, 1)
    assert.deepEqual(edge.sent, [])
  })

  test('is not begun for another pool than the one of the ring', async () => {
    await using edge = securityStaff()
    assert.equal((await edge.run('keys', 'rotate', '--pool', 'eu', '--yes')).exit, exits.usage)
    assert.equal(ringIn(edge).sealing.length, 1)
  })

  test('passes nothing on before agents have proved by the key of the pool that they hold the new one', async () => {
    for (const [seed, trust] of [[keys.stranger, 2], [keys.pool, 1], [keys.pool, 2]] as const) {
      await using edge = securityStaff()
      edge.onPost = (path, body) => {
        if (path !== '/v1/trust') return
        const { document, hash } = readUnverified(p, 'trust', body.document)
        const policy = edge.world.documents.policy.envelope
        edge.replies.set('/v1/trust/2', { version: 2, document: body.document, policy })
        const active = document.sealing_keys.find(({ state }) => state === 'active')?.kid as string
        // The last of the three holds an old ring.
        const kids = seed === keys.pool && trust === 2 ? [sealingKey(21).kid] : [active]
        agentWith(edge, { trust: { version: trust, hash }, kids }, seedOf(seed))
      }
      const { exit, stdout, stderr } = await edge.run('keys', 'rotate', '--yes', '--wait', '0', '--json')
      assert.equal(exit, exits.failed, stderr)
      assert.deepEqual(JSON.parse(stdout).silent, ['vm-1'])
      assert.deepEqual(edge.sent.map(({ path }) => path), ['/v1/trust'])
    }
  })

  test('to another suite waits for the keys of every reader, and of every pool', () => {
    const home = '/nonexistent'
    const document = { ...currentDraft().trust, readers: [{ ...sealingReader(51), owner: 'Grace' }] }
    assert.throws(() => settleSuite(document, { suite: 2, readers: [], home }), /Grace/)
    const next = sealingKey(52, 2).public
    const { change } = settleSuite(document, {
      suite: 2,
      readers: [`${document.readers[0]!.kid}=${next}`],
      home,
    })
    assert.deepEqual(change(document).readers.map((one) => [one.owner, one.suite, one.public]), [
      ['Grace', 2, next],
    ])
    const wrong = `${document.readers[0]!.kid}=${sealingKey(52).public}`
    assert.throws(() => settleSuite(document, { suite: 2, readers: [wrong], home }), /suite 2/)
    const [pool] = document.pools
    const two = { ...document, pools: [pool!, { ...pool!, name: 'eu' }] }
    assert.throws(() => settleSuite(two, { suite: 2, readers: [], home }), /default, eu/)
  })
})

function sealingReader(n: number) {
  const { kid, public: key } = sealingKey(n)
  return { kid, suite: 1 as const, public: key, projects: ['*'] as ['*'] }
}

describe('what a leaked ring has laid open', () => {
  const exposure = async (edge: HostileEdge) => {
    const sink = { write: () => undefined }
    const env = { SALLYPORT_HOME: edge.home }
    const session = openSession(new Shell({ env, stdout: sink, stderr: sink, stdin: {} }), {})
    const trust = await peopleTrust(session)
    return await exposedBy(session, trust, 'default')
  }

  test('is every connection that the signed index lists for the pool, whatever the edge says of them', async () => {
    await using edge = securityStaff()
    const { connections, hidden } = await exposure(edge)
    assert.deepEqual(connections.map(({ name, verified }) => [name, verified]), [['in', true], ['out', true]])
    assert.deepEqual(hidden, [])
    // Another document under its id, and none at all: neither takes it off the list.
    edge.replies.set(`/v1/connections/${ids.source}`, edge.replies.get(`/v1/connections/${ids.destination}`))
    edge.replies.delete(`/v1/connections/${ids.destination}`)
    const doubted = await exposure(edge)
    assert.deepEqual(doubted.connections.map(({ name, verified }) => [name, verified]), [
      ['in', false],
      ['out', false],
    ])
  })

  test('names the projects that the floor knows and the edge hides', async () => {
    await using edge = securityStaff()
    edge.replies.set('/v1/projects', { data: [], next_cursor: null })
    assert.deepEqual(await exposure(edge), { connections: [], hidden: [ids.project] })
  })
})

describe('what was published', () => {
  const remove = (edge: HostileEdge) =>
    edge.run('connection', 'remove', 'in', '--yes', '--wait', '1', '--json')

  /** An index that says to follow the one of this hash, by another publisher; its own hash. */
  function later(edge: HostileEdge, published: Dsse, previous: string): string {
    const { document } = readUnverified(p, 'index', published)
    const next = { ...document, number: document.number + 1, previous }
    const { dsse, hash } = signDocument(p, { type: 'index', document: next, seeds: [seedOf(keys.signer)] })
    edge.world.shown.indexes = [...edge.world.shown.indexes, published, dsse]
    return hash
  }

  interface Seeing {
    readonly number: number
    /** Of the index that the agent says it has seen, given the one that was published. */
    readonly hash: (edge: HostileEdge, published: Dsse) => string
    readonly seed?: number
  }

  const other = 'a'.repeat(64)
  const own = (_: HostileEdge, published: Dsse) => readUnverified(p, 'index', published).hash

  async function publishing({ number, hash, seed = keys.pool }: Seeing) {
    await using edge = securityStaff()
    agentWith(edge, {})
    edge.onPost = (path, body) => {
      if (!path.endsWith('/index')) return
      const seen = { number, hash: hash(edge, body.document) }
      agentWith(edge, { index: { [ids.project]: seen } }, seedOf(seed))
    }
    const { exit, stdout, stderr } = await remove(edge)
    assert.equal(exit, exits.done, stderr)
    const forked = /another document under this number/.test(stderr)
    return { live: JSON.parse(stdout).live.map((one: { agent: string }) => one.agent), forked }
  }

  test('is live by a receipt that the key of the pool has signed for this index, or one that stands on it', async () => {
    const cases: Seeing[] = [
      { number: 2, hash: own },
      { number: 3, hash: (edge, published) => later(edge, published, own(edge, published)) },
    ]
    for (const seeing of cases) {
      assert.deepEqual(await publishing(seeing), { live: [ids.agent], forked: false })
    }
  })

  test('is not live by a receipt for a later index that stands on another one', async () => {
    const cases: Seeing[] = [
      { number: 3, hash: (edge, published) => later(edge, published, other) },
      { number: 3, hash: () => other },
    ]
    for (const seeing of cases) assert.deepEqual(await publishing(seeing), { live: [], forked: false })
  })

  test('is not live by a receipt for an earlier index, or of another key', async () => {
    const cases: Seeing[] = [
      { number: 1, hash: () => other },
      { number: 2, hash: own, seed: keys.stranger },
    ]
    for (const seeing of cases) assert.deepEqual(await publishing(seeing), { live: [], forked: false })
  })

  test('is a fork, said loudly, where an agent has verified another index under its number', async () => {
    assert.deepEqual(await publishing({ number: 2, hash: () => other }), { live: [], forked: true })
  })

  test('is not waited for where no agent runs, and an edge that says nothing of agents changes nothing', async () => {
    await using edge = securityStaff()
    assert.deepEqual(JSON.parse((await remove(edge)).stdout).live, [])
    await using silent = securityStaff()
    silent.replies.set('/v1/receipts', Response.json({ code: 'forbidden' }, { status: 403 }))
    const { exit, stdout } = await remove(silent)
    assert.equal(exit, exits.done)
    assert.deepEqual(JSON.parse(stdout).live, [])
  })
})

test('a campaign is shown with what is left by key', () => {
  const now: Rewrap = {
    id: ids.agent,
    state: 'running',
    total: 10_000,
    done: 2_400,
    refused: 100,
    remaining: { [sealingKey(21).kid]: 7_500 },
    created: new Date(0).toISOString(),
  }
  const text = campaignText(now, { seconds: 10, since: 400, bar: true })
  const kid = sealingKey(21).kid.slice(0, 8)
  assert.equal(
    text,
    `${'█'.repeat(6)}${
      '░'.repeat(18)
    }  25 %  2,500 of 10,000 records  100 refused  200/s  38 s left  ${kid}…: 7,500 left`,
  )
})
